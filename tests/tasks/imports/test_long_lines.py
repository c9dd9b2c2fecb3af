"""Lines over the limit: each is reported once, and the following lines are read."""

import json
from io import BytesIO, StringIO

import pytest

from ossrec.tasks import saved_callbacks as replaying
from ossrec.tasks import table_readers as splitting
from ossrec.tasks.saved_callbacks import saved_callbacks
from ossrec.tasks.table_readers import json_lines

MOST = 100
LENGTHS = (MOST - 1, MOST, MOST + 1, MOST + 2, 2 * MOST, 2 * MOST + 1, 3 * MOST + 7)  # without the end of the line


def line_of(length: int) -> str:
    """A JSON object of so many characters."""
    text = json.dumps({"msgid": "a", "x": ""})
    return text.replace('""', f'"{"y" * (length - len(text))}"')


@pytest.mark.parametrize("end", ["\n", ""], ids=["in the middle", "at the end"])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_row_of_an_import(length: int, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "MAX_ROW", MOST)
    after = '{"recordid": "b"}\n' if end else ""

    found = list(json_lines(StringIO(line_of(length) + end + after)))

    problem = "" if length <= MOST else splitting._TOO_LONG
    assert [(one.line, one.problem) for one in found] == [(1, problem), (2, "")][: 2 if end else 1]


@pytest.mark.parametrize("end", ["\n", ""], ids=["in the middle", "at the end"])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_line_of_a_log(length: int, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "_MAX_LINE", MOST)
    first, after = '{"msgid": "first"}\n', '{"msgid": "b"}\n' if end else ""

    found = list(saved_callbacks(BytesIO((first + line_of(length) + end + after).encode())))

    problem = "" if length <= MOST else "longer than 100 bytes"
    assert [(one.line, one.problem) for one in found] == [(1, ""), (2, problem), (3, "")][: 3 if end else 2]
