"""README shows what really happens: its commands run, and their output is the one that stands there."""

import doctest
import os
import re
import shlex
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.running import PATIENCE, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = Path(sysconfig.get_path("scripts"))
SHOWN_ROOT = "/home/you/ossrec"


def shown(command: str) -> str:
    """What README shows below the line with *command*."""
    block = README.split(command, 1)[1].split("```", 1)[0]
    return block.split("\n", 1)[1].rstrip()


def normal(text: str) -> str:
    """Without what differs from run to run: where the checkout lies, how long it took, how often it was listed."""
    text = re.sub(r"in \d+\.\d s", "in … s", text.replace(str(ROOT), SHOWN_ROOT))
    text = re.sub(r"looked at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "looked at …", text)
    return "\n".join(line.rstrip() for line in re.sub(r"\d+ list", "… list", text).splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run: a folder in which `fixtures` is the repository's."""
    place = tmp_path_factory.mktemp("readme")
    (place / "fixtures").symlink_to(ROOT / "fixtures")
    return place


def run(folder: Path, command: str, code: int = 0, talk: str = "") -> str:
    """The output of an `ossrec` command of README, which exits with *code* and says *talk*."""
    words = shlex.split(command)
    script = str(SCRIPTS / Path(words[0]).name)
    environment = os.environ | {"PYTHONUTF8": "1", "HOME": str(folder)}
    done = subprocess.run(
        [script, *words[1:]], cwd=folder, capture_output=True, text=True, env=environment, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (code, talk)
    return done.stdout


def test_the_main_job_gives_what_is_shown_before_line_30(folder: Path) -> None:
    line = next(line for line in README.splitlines() if "scan fixtures/class-day" in line)
    assert line.startswith("$ python3 -m venv .venv && .venv/bin/pip install --quiet . && ")
    commands = [part.strip() for part in line.split("&&") if "ossrec" in part]
    assert len(commands) == 2
    told = "\n".join(run(folder, command).rstrip() for command in commands)
    assert normal(told) == normal(shown(line))
    assert README[: README.index(shown(line).splitlines()[-1])].count("\n") < 30


def test_show_gives_what_is_shown(folder: Path) -> None:
    line = next(line for line in README.splitlines() if "ossrec show" in line and line.startswith("$"))
    run(folder, "ossrec scan fixtures/class-day --fail-on never")
    assert normal(run(folder, line.removeprefix("$ "))).startswith(normal(shown(line)).removesuffix("…"))


def told_in_order(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output that is shown for it."""
    parts = block.removeprefix("$ ").split("\n$ ")
    return [(command, output.rstrip()) for command, _, output in (part.partition("\n") for part in parts)]


@pytest.mark.parametrize(
    ("begins", "talk"),
    [
        pytest.param("$ .venv/bin/ossrec scan fixtures/buckets/packets-lost", "", id="a look inside the segments"),
        pytest.param(
            "$ .venv/bin/ossrec scan fixtures/buckets/no-playlist",
            "ossrec: 3 segments, 0:06.4, from the segments alone\n",
            id="a playlist from segments alone",
        ),
    ],
)
def test_what_looks_deeper_gives_what_is_shown(folder: Path, begins: str, talk: str) -> None:
    (scan, found), (command, output) = told_in_order(begins + README.split(begins, 1)[1].split("\n```", 1)[0])

    assert run(folder, scan, code=1).rstrip() == found
    assert normal(run(folder, command, talk=talk)).startswith(normal(output).removesuffix("…").rstrip())


def test_the_examples_in_python_are_true() -> None:
    found = doctest.DocTestParser().get_doctest(README.replace("```", ""), {}, "README", "README.md", 0)
    assert found.examples
    assert doctest.DocTestRunner().run(found).failed == 0


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_what_it_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_ci_runs_the_very_command_that_is_given_for_the_tests() -> None:
    given = [line for line in README.splitlines() if re.match(r"python3 -m venv .*pytest$", line)]
    assert len(given) == 1
    assert "grep -m1 -E '^python3 -m venv .*pytest$' README.md" in (ROOT / ".ci" / "run").read_text()
