"""The pages about recording: examples run, fields are described, links are valid."""

import re
from pathlib import Path

from ossrec.catalog.tasks.call_rows import FIELDS
from tests.recorder import Recorder

DOCS = Path(__file__).parents[2] / "docs"


def test_the_example_in_python_runs(recorder: Recorder) -> None:
    code = re.search(r"```python\n(.*?)```", (DOCS / "recorder.md").read_text("utf-8"), re.DOTALL)
    assert code is not None
    ours = code[1].replace('"https://api.jocloud.com", 1234567890', f"{recorder.address!r}, {recorder.app_id}")
    exec(compile(ours, "recorder.md", "exec"), {})
    assert [(take.ended, take.is_mixed) for take in recorder.takes] == [("stopped", False)]


def test_every_field_of_an_open_call_is_described() -> None:
    section = (DOCS / "cli.md").read_text("utf-8").partition("\n## ossrec record")[2].partition("\n## ")[0]
    assert [name for name in FIELDS if f"`{name}`" not in section] == []


def test_links_lead_somewhere() -> None:
    for pattern in ("recorder.md", "decisions/0009*.md", "decisions/0010*.md"):
        (page,) = DOCS.glob(pattern)
        for link in re.findall(r"\]\(([A-Za-z0-9./-]+\.md)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), link
