"""README is true: its commands run, print the output shown there, and the pictures show today's output."""

import doctest
import os
import re
import runpy
import shlex
import sysconfig
from pathlib import Path

import pytest

from tests.running import ROOT
from tests.terminal import on_terminal

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = Path(sysconfig.get_path("scripts"))
SHOWN_ROOT = "/home/you/ossrec"
COLUMNS = 100  # of the terminal in which the commands of README run


def shown(command: str) -> str:
    """Return the output that README shows below the line with *command*."""
    block = README.split(command, 1)[1].split("```", 1)[0]
    return block.split("\n", 1)[1].rstrip()


def normal(text: str) -> str:
    """Return *text* without the parts that differ from run to run: the folder of the checkout, times, list requests."""
    text = re.sub(r"in \d+\.\d s", "in … s", text.replace(str(ROOT), SHOWN_ROOT))
    text = re.sub(r"(checked|inspected|looked at)( +)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\1\2…", text)
    return "\n".join(line.rstrip() for line in re.sub(r"\d+ list", "… list", text).splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands run; its `fixtures` is that of the repository."""
    place = tmp_path_factory.mktemp("readme")
    (place / "fixtures").symlink_to(ROOT / "fixtures")
    return place


def run(folder: Path, command: str, code: int = 0, talk: str = "") -> str:
    """Run an `ossrec` command of README, which must exit with *code* and print *talk* to stderr; return its output."""
    words = shlex.split(command)
    script = str(SCRIPTS / Path(words[0]).name)
    ran = on_terminal([script, *words[1:]], COLUMNS, os.environ | {"HOME": str(folder)}, folder)
    assert (ran.code, ran.err) == (code, talk)
    return ran.out


def test_the_main_job_prints_what_is_shown_before_line_30(folder: Path) -> None:
    line = next(line for line in README.splitlines() if "scan fixtures/class-day" in line)
    assert line.startswith("$ python3 -m venv .venv && .venv/bin/pip install --quiet . && ")
    commands = [part.strip() for part in line.split("&&") if "ossrec" in part]
    assert len(commands) == 2
    omitted = shown(line).splitlines()[-1] + "\n"
    printed = run(folder, commands[0]) + run(folder, commands[1], talk=omitted) + omitted
    assert normal(printed) == normal(shown(line))
    assert max(map(len, shown(line).splitlines())) <= COLUMNS
    assert README[: README.index(shown(line).splitlines()[-1])].count("\n") < 30


def test_show_prints_what_is_shown(folder: Path) -> None:
    line = next(line for line in README.splitlines() if "ossrec show" in line and line.startswith("$"))
    run(folder, "ossrec scan fixtures/class-day --fail-on never")
    assert normal(run(folder, line.removeprefix("$ "))).startswith(normal(shown(line)).removesuffix("…"))


def commands_and_outputs(block: str) -> list[tuple[str, str]]:
    """Return the commands of a block, each with the output shown for it."""
    parts = block.removeprefix("$ ").split("\n$ ")
    return [(command, output.rstrip()) for command, _, output in (part.partition("\n") for part in parts)]


@pytest.mark.parametrize(
    ("begins", "talk"),
    [
        pytest.param("$ .venv/bin/ossrec scan fixtures/buckets/packets-lost", "", id="a check of the bytes"),
        pytest.param(
            "$ .venv/bin/ossrec scan fixtures/buckets/no-playlist",
            "ossrec: 3 segments, 0:06.4, from the segments alone\n",
            id="a playlist from segments alone",
        ),
    ],
)
def test_check_and_rebuild_print_what_is_shown(folder: Path, begins: str, talk: str) -> None:
    (scan, found), (command, output) = commands_and_outputs(begins + README.split(begins, 1)[1].split("\n```", 1)[0])

    assert run(folder, scan, code=1).rstrip() == found
    assert normal(run(folder, command, talk=talk)).startswith(normal(output).removesuffix("…").rstrip())


def test_the_picture_shows_what_show_prints() -> None:
    make = runpy.run_path(str(ROOT / "docs" / "pictures" / "make.py"))
    command, printed = make["timeline"]()
    drawn = (ROOT / "docs" / "pictures" / "timeline.svg").read_text(encoding="utf-8")
    assert drawn == make["picture"](command, printed)
    assert command.removeprefix("ossrec ") in README
    assert "://" not in drawn.replace("http://www.w3.org/2000/svg", "")  # it needs nothing from elsewhere


def test_the_examples_in_python_are_true() -> None:
    found = doctest.DocTestParser().get_doctest(README.replace("```", ""), {}, "README", "README.md", 0)
    assert found.examples
    assert doctest.DocTestRunner().run(found).failed == 0


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_lead_to_files(target: str) -> None:
    assert (ROOT / target).exists()


def test_ci_runs_the_test_command_of_readme() -> None:
    given = [line for line in README.splitlines() if re.match(r"python3 -m venv .*pytest$", line)]
    assert len(given) == 1
    assert "grep -m1 -E '^python3 -m venv .*pytest$' README.md" in (ROOT / ".ci" / "run").read_text()
