"""Output on a real terminal fits its width; in a pipe, nothing is omitted."""

import os
import sys
import time
from pathlib import Path

import pytest

import ossrec as package
from ossrec.catalog.tasks.facts import TaskRow, save_tasks
from ossrec.cli.output.tables import width
from tests.catalog.builder import RID, CatalogBuilder, mixed, source
from tests.running import Ossrec
from tests.terminal import on_terminal

COMMAND = [sys.executable, "-m", "ossrec"]


def shown(catalog: CatalogBuilder, columns: int, *arguments: str, code: int = 0) -> tuple[list[str], str]:
    """The lines on a terminal of this width, and the text on stderr."""
    environ = {
        "PYTHONPATH": str(Path(package.__file__).parents[1]),
        "PATH": os.environ["PATH"],
        "OSSREC_CATALOG": str(catalog.path),
    }
    ran = on_terminal([*COMMAND, *arguments], columns, environ)
    assert ran.code == code
    return ran.out.splitlines(), ran.err


@pytest.mark.parametrize("columns", [80, 100, 160])
def test_a_table_fits(catalog: CatalogBuilder, columns: int) -> None:
    lines, said = shown(catalog, columns, "find", "--room", "lobby")
    assert len(lines) == 3
    assert max(map(len, lines)) <= columns
    assert ("playlist" in lines[0]) != ("playlist" in said)


def test_sentences_are_wrapped_between_words(catalog: CatalogBuilder, ossrec: Ossrec) -> None:
    explained, _ = shown(catalog, 50, "explain", "LST260")
    assert " ".join(explained).split() == ossrec("explain", "LST260").out.split()
    checked, _ = shown(catalog, 50, "doctor")
    hanging = checked[0].index("result")
    assert any(line.startswith(" " * hanging) for line in checked)
    for line in explained + checked:
        assert len(line) <= 50 or " " not in line.strip()


def test_a_pipe_gets_all(catalog: CatalogBuilder, ossrec: Ossrec) -> None:
    ran = ossrec("find", "--room", "lobby")
    assert mixed("lobby") in ran.out
    assert "  task" not in ran.out
    assert ran.err == ""


def test_a_room_fits(catalog: CatalogBuilder) -> None:
    for columns in (60, 120):
        lines, _ = shown(catalog, columns, "show", "--room", "lobby")
        drawn = lines[3 : lines.index("Recordings")]
        assert max(map(len, drawn)) <= columns


@pytest.fixture
def tasks(tmp_path: Path) -> CatalogBuilder:
    """A catalog with tasks and rooms of realistic length, of which only a part fits."""
    build = CatalogBuilder(tmp_path / "tasks.db")
    began = int(time.time()) - 7200
    for number, word in enumerate(("task", "user", "file")):
        recordid = f"{number}{RID[1:]}"
        if word != "task":
            build.recording(source("classroom-2026-17", "anna", recordid))
        if word != "file":
            told = (recordid, "classroom-2026-17", "source", '["anna","10266702"]', began * 1000, (began + 60) * 1000)
            save_tasks(build.conn, [TaskRow(*told, "stopped", "import", (began + 60) * 1000)], began)
    build.conn.execute("UPDATE recordings SET task = 'unknown' WHERE recordid LIKE '2%'")
    build.scan(started=began + 3600)
    return build


@pytest.mark.parametrize(
    ("columns", "arguments", "titles"),  # those that must be among what is shown
    [
        (80, ["tasks", "list"], ["recordid", "state", "started", "files"]),
        (120, ["tasks", "list"], ["recordid", "room", "state", "started", "files"]),
        (80, ["tasks", "unmatched"], ["what", "recordid", "user"]),
        (80, ["tasks", "unmatched", "--kind", "task"], ["what", "recordid", "when"]),
        (120, ["tasks", "unmatched"], ["what", "recordid", "user", "when", "detail"]),
    ],
)
def test_tasks_fit(tasks: CatalogBuilder, columns: int, arguments: list[str], titles: list[str]) -> None:
    lines, said = shown(tasks, columns, *arguments, code=int("unmatched" in arguments))

    assert max(map(len, lines)) <= columns
    assert [title for title in titles if title not in lines[0]] == []
    assert "columns omitted to fit the terminal" in said


def test_the_column_of_files_repeats_no_other(tasks: CatalogBuilder, ossrec: Ossrec) -> None:
    lines = ossrec("tasks", "unmatched", "--kind", "file", "--catalog", str(tasks.path)).out.splitlines()

    assert lines[1].split("oss://recordings")[1].split() == [
        "2026/",
        *["no", "known", "task", "has", "its", "recordid"],
    ]


def test_what_a_narrow_terminal_shows_can_be_given_to_show(catalog: CatalogBuilder, ossrec: Ossrec) -> None:
    lines, said = shown(catalog, 80, "find")
    assert lines[0].split() == ["started", "(UTC)", "room", "verdict", "task"]
    assert "playlist" in said
    assert max(map(width, lines)) <= 80
    tasks = {line.split()[-1] for line in lines[1:]}
    for task in tasks - {RID}:
        assert ossrec("show", task).code == 0
    of_two = ossrec("show", RID).err
    assert mixed("lobby").removesuffix(".m3u8") in of_two
    assert source("lobby", "10266666").removesuffix(".m3u8") in of_two


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_recording_is_broken_between_words(catalog: CatalogBuilder, ossrec: Ossrec, columns: int) -> None:
    whole = ossrec("show", mixed("lobby"), "--color", "never").out
    lines, said = shown(catalog, columns, "show", mixed("lobby"))
    assert (max(map(len, whole.splitlines())) > columns, said) == (True, "")
    for line in lines:
        assert len(line) <= columns or len(line.split()) == 1 or "`" in line
    words = [word for line in lines for word in line.split() if word.isalpha() or "/" in word]
    assert set(words) <= set(whole.split())
    assert f"oss://recordings/{mixed('lobby')}" in words


@pytest.mark.parametrize("columns", [60, 100])
def test_a_room_in_words_is_broken_between_words(catalog: CatalogBuilder, columns: int) -> None:
    lines, _ = shown(catalog, columns, "show", "--room", "lobby")
    text = lines[lines.index("Recordings") :]
    assert any(mixed("lobby") in line.split() for line in text)
    assert all(len(line) <= columns or len(line.split()) == 1 for line in text)
