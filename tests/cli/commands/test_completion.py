"""Shell completion: commands, options, verdicts and codes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from shlex import quote

import pytest

from ossrec import __file__ as package
from ossrec.cli.commands.completion import SHELLS
from ossrec.cli.main import run
from ossrec.rules import RULES
from tests.running import Ossrec

COMPLETED = {
    "a command": ("ossrec do", ["doctor"]),
    "an option": ("ossrec find --un", ["--until", "--unnamed"]),
    "a verdict": ("ossrec find --verdict un", ["unknown", "unfinished"]),
    "the last of several verdicts": ("ossrec find --verdict gone,fl", ["gone,flawed"]),
    "a word for --fail-on": ("ossrec scan x --fail-on an", ["any"]),
    "a code": ("ossrec explain lst2", sorted(code for code in RULES if code.startswith("LST2"))),
    "a format": ("ossrec find --format j", ["json", "jsonl"]),
    "a shell": ("ossrec completion b", ["bash"]),
}


@pytest.mark.parametrize(("typed", "expected"), COMPLETED.values(), ids=COMPLETED)
def test_completes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, expected: list[str]
) -> None:
    monkeypatch.setenv("_OSSREC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
    with pytest.raises(SystemExit):
        run([])
    lines = capsys.readouterr().out.split()
    assert [line.partition(",")[2] for line in lines] == expected


def test_settings_that_are_wrong_do_not_disturb_the_shell(
    alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / "ossrec.toml").write_text("x = ")
    test_completes(capsys, monkeypatch, "ossrec find --verdict go", ["gone"])


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_each_shell(ossrec: Ossrec, shell: str) -> None:
    ran = ossrec("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert f"_OSSREC_COMPLETE={shell}_complete" in ran.out
    assert ossrec("completion", "tcsh").code == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_script_works_in_bash(ossrec: Ossrec, alone: Path) -> None:
    (alone / "script").write_text(ossrec("completion", "bash").out)
    command = alone / "ossrec"
    source = Path(package).parents[1]
    command.write_text(f'#!/bin/sh\nPYTHONPATH={quote(str(source))} exec {quote(sys.executable)} -m ossrec "$@"\n')
    command.chmod(0o755)
    typed = 'COMP_WORDS=(ossrec find --verdict inc); COMP_CWORD=3; _ossrec_completion ossrec; echo "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", f"source ./script; {typed}"],
        env={"PATH": f"{alone}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("incomplete\n", "")
