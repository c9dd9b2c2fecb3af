"""The examples of docs/naming.md give the results shown there."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "naming.md"


def test_the_examples_give_the_results_shown() -> None:
    text = PAGE.read_text(encoding="utf-8")
    page = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    result = doctest.DocTestRunner().run(page, out=told.append)
    assert result.attempted > 10
    assert result.failed == 0, "".join(told)
