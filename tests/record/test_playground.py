"""The local recorder of CONTRIBUTING: the commands that it prints work."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.running import PATIENCE, ROOT, Ossrec


@pytest.fixture
def playground(monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.recorder"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout is not None
        for line in iter(process.stdout.readline, ""):
            found = re.fullmatch(r"export (\w+)=(\S+)\n", line)
            if found is None:
                break
            monkeypatch.setenv(found[1], found[2])
        yield process
        process.communicate("quit\n", timeout=PATIENCE)
        assert process.returncode == 0


def test_what_it_says_to_do_works(playground: "subprocess.Popen[str]", ossrec: Ossrec) -> None:
    recordid = ossrec("record", "start", "--room", "lobby", "--source", "--format", "json").json["recordid"]
    assert ossrec("record", "stop", recordid).code == 0
    assert ossrec("scan", "oss://recordings/", "-q").code == 0
    rows = ossrec("find", "--recordid", recordid, "--format", "json").json
    assert {(row["uid"], row["verdict"]) for row in rows} == {("anna", "complete"), ("ben", "complete")}


def test_things_happen_when_they_are_typed(playground: "subprocess.Popen[str]", ossrec: Ossrec) -> None:
    assert playground.stdin is not None
    assert playground.stdout is not None
    playground.stdin.write("leave lobby ben\njoin hall cleo\nfail start\nlose 2\nrepeat 3\nsilent stop\n\ndie\nrooms\n")
    playground.stdin.flush()
    said = iter(playground.stdout.readline, "")
    assert "lobby: anna\n" in said
    assert "hall: cleo\n" in said
    recordid = ossrec("record", "start", "--room", "hall", "--format", "json").json["recordid"]
    assert ossrec("record", "stop", recordid).code == 0
