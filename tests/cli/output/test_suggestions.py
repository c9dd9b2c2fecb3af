"""Suggested commands can be pasted: they repeat the catalog and the settings file of the command line."""

import re
import shlex
from pathlib import Path

import pytest

from ossrec.cli.output.suggestions import pasteable, reset_options, suggested
from tests.check.run_check import put_recordings, rewrite
from tests.running import Ossrec, Ran
from tests.scan.bucket_maker import segment, stem

NAME = "my 'new' $catalog.db"  # a shell would make something else of it


@pytest.fixture
def bucket(alone: Path) -> Path:
    """Three recordings, one of them damaged, and an object that is not a recording."""
    put_recordings(alone / "bucket", 3)
    rewrite(alone / "bucket", segment(stem(1, "room1"), 1), b"\0" * 18_800, later=0)
    (alone / "bucket" / "readme.txt").write_text("x")
    return alone / "bucket"


def paste(ossrec: Ossrec, text: str, number: int = 0) -> Ran:
    """Run the command that *text* suggests."""
    commands = re.findall("`(ossrec [^`]*)`", text)
    program, *arguments = shlex.split(commands[number])
    assert program == "ossrec"
    return ossrec(*arguments)


def test_what_a_scan_and_a_check_suggest(ossrec: Ossrec, bucket: Path) -> None:
    ran = ossrec("scan", "bucket", "--catalog", NAME)
    assert "readme.txt" in paste(ossrec, ran.out).out
    ran = ossrec("check", "--catalog", NAME)
    assert paste(ossrec, ran.out).out.count("damaged") == 1


def test_what_an_error_suggests(ossrec: Ossrec, bucket: Path) -> None:
    ran = ossrec("show", "nobody", "--catalog", NAME)
    assert ran.code == 10
    assert paste(ossrec, ran.err.replace("BUCKET", "bucket")).code == 0
    ran = ossrec("show", "nobody", "--catalog", NAME)
    assert ran.code == 2
    assert paste(ossrec, ran.err).out.count("complete") == 3
    assert paste(ossrec, ossrec("show", "--catalog", NAME).err).out.count("complete") == 3


def test_what_the_doctor_suggests(ossrec: Ossrec, bucket: Path) -> None:
    ossrec("scan", "bucket", "--catalog", NAME)
    (row,) = [row for row in ossrec("doctor", "--catalog", NAME, "--format", "json").json if row["check"] == "bucket"]
    assert shlex.quote(NAME) in row["detail"]
    assert paste(ossrec, row["detail"].replace("BUCKET", "bucket")).code == 0


def test_a_catalog_of_a_settings_file_that_was_named(ossrec: Ossrec, bucket: Path, alone: Path) -> None:
    (alone / "my settings.toml").write_text(f'catalog = "{NAME}"\n')
    ran = ossrec("scan", "bucket", "--config", "my settings.toml")
    assert (alone / NAME).is_file()
    assert "readme.txt" in paste(ossrec, ran.out).out


def test_what_a_pasted_command_finds_by_itself_is_not_repeated(
    ossrec: Ossrec, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSSREC_CATALOG", NAME)
    assert "`ossrec find --unnamed`" in ossrec("scan", "bucket").out
    ossrec("find", "--catalog", "another.db")
    assert "`ossrec find --unnamed`" in ossrec("scan", "bucket").out  # of this command line, not of the one before


def test_a_command_without_a_catalog_is_given_none(ossrec: Ossrec) -> None:
    ran = ossrec("find", "--catalog", "x.db", "--rom", "x")
    assert "`ossrec find --help`" in ran.err
    reset_options()
    assert suggested("find", "--room", "a b") == "`ossrec find --room 'a b'`"
    assert pasteable("see `ossrec explain LST260`, or `ls`") == "see `ossrec explain LST260`, or `ls`"


def test_what_to_do_about_a_recording_names_it(ossrec: Ossrec, alone: Path) -> None:
    put_recordings(alone / "bucket", 1)
    (alone / "bucket" / segment(stem(0, "room0"), 1)).unlink()
    ossrec("scan", "bucket", "--catalog", NAME)
    ran = ossrec("show", f"{stem(0, 'room0')}.m3u8", "--catalog", NAME)
    (line,) = [line for line in ran.out.splitlines() if "ossrec rebuild" in line]
    made = paste(ossrec, line)
    assert (made.code, made.out[:7]) == (0, "#EXTM3U")
    found = ossrec("show", f"{stem(0, 'room0')}.m3u8", "--catalog", NAME, "--format", "json").json
    assert NAME not in str(found["findings"])
