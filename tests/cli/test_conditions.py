"""Filters mean the same in every command, and a wrong one gives the same error."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from ossrec.catalog.schema.migrations import migrations
from tests.catalog.builder import CatalogBuilder, mixed
from tests.check.run_check import put_recordings
from tests.running import Ossrec

TAKE_A_BUCKET = [["find"], ["find", "--count"], ["find", "--unnamed"], ["check"], ["check", "--dry-run"],
                 ["show", "--room", "lobby"]]  # fmt: skip
TAKE_A_RECORDING = [["show"], ["rebuild"], ["check"], ["check", "--dry-run"]]
TAKE_A_RANGE = [["find"], ["check"], ["show", "--room", "lobby"], ["tasks", "list"], ["tasks", "unmatched"]]


@pytest.mark.parametrize("command", TAKE_A_BUCKET, ids=" ".join)
@pytest.mark.parametrize("output", ["table", "json"])
def test_an_unknown_bucket_is_a_usage_error(
    ossrec: Ossrec, catalog: CatalogBuilder, command: list[str], output: str
) -> None:
    ran = ossrec(*command, "--bucket", "oss://recording", "--format", output)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "ossrec: oss://recording was never scanned into this catalog, which has oss://recordings: name one of these\n"
    )


@pytest.mark.parametrize("command", TAKE_A_BUCKET, ids=" ".join)
@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        pytest.param("2026/", 0, id="a folder"),
        pytest.param("2026/rid_", 0, id="the start of names"),
        pytest.param(mixed("lobby"), 0, id="a whole key"),
        pytest.param("", 0, id="all of it"),
        pytest.param("2025/", 2, id="a folder that is not there"),
        pytest.param("2026/rod_", 2, id="a name that is not there"),
        pytest.param(f"{mixed('lobby')}x", 2, id="more than a key"),
        pytest.param("2026/'%_\"", 2, id="signs that SQL knows"),
    ],
)
def test_a_prefix_without_any_known_object_is_a_usage_error(
    ossrec: Ossrec, catalog: CatalogBuilder, command: list[str], prefix: str, code: int
) -> None:
    ran = ossrec(*command, "--bucket", f"oss://recordings/{prefix}", "--format", "json")
    refusal = f"no scan has found anything under oss://recordings/{prefix}: check the prefix, or scan it first"
    assert (refusal in ran.err) == bool(code)
    if code or command != ["check"]:  # which has no OSS here to look into
        assert ran.code == code, ran.err


def test_an_error_names_the_first_of_many_buckets(ossrec: Ossrec, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = CatalogBuilder(alone / "many.db", "oss://bucket-1")
    for number in range(2, 10):
        build.in_bucket(f"oss://bucket-{number}")
    ran = ossrec("find", "--bucket", "buckit-1", "--catalog", "many.db")
    assert "which has oss://bucket-1, oss://bucket-2" in ran.err
    assert "oss://bucket-6 and 3 more: name one" in ran.err


@pytest.mark.parametrize("command", TAKE_A_RECORDING, ids=" ".join)
def test_an_unknown_recording_is_a_usage_error(ossrec: Ossrec, catalog: CatalogBuilder, command: list[str]) -> None:
    ran = ossrec(*command, "nobody")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "ossrec: the catalog has no recording nobody: `ossrec find` lists all recordings\n"


@pytest.mark.parametrize("command", TAKE_A_RANGE, ids=" ".join)
@pytest.mark.parametrize("until", ["2026-10-02", "2026-10-01"])
def test_an_empty_time_range_is_a_usage_error(
    ossrec: Ossrec, catalog: CatalogBuilder, command: list[str], until: str
) -> None:
    ran = ossrec(*command, "--since", "2026-10-02", "--until", until)
    assert (ran.code, ran.out) == (2, "")
    said = "ossrec: --until must be after --since: one day is --since 2026-10-01 --until 2026-10-02\n"
    assert ran.err == said


@pytest.mark.parametrize("command", [["find"], ["check"], ["check", "--dry-run"]], ids=" ".join)
@pytest.mark.parametrize(
    "asked",
    [["--room", "nobody"], ["--uid", "x"], ["--recordid", "x"], ["--verdict", "flawed"], ["--since", "2999-01-01"]],
    ids=" ".join,
)
def test_filters_without_a_match_are_no_failure(
    ossrec: Ossrec, catalog: CatalogBuilder, command: list[str], asked: list[str]
) -> None:
    ran = ossrec(*command, *asked)
    assert ran.code == 0
    assert ran.err == f"nothing in {catalog.path} matches\n"


def test_nothing_due_and_nothing_matching_are_told_apart(ossrec: Ossrec, alone: Path) -> None:
    put_recordings(alone / "bucket", 1)
    ossrec("scan", "bucket", "-q")
    ossrec("check", "-q")
    assert ossrec("check", "--room", "room0").err == ""
    assert ossrec("check", "--room", "room1").err == "nothing in ossrec.db matches\n"
    assert ossrec("check", "--room", "room1", "-q").err == ""


def test_a_check_of_one_bucket_migrates_an_older_catalog(ossrec: Ossrec, alone: Path) -> None:
    with closing(sqlite3.connect("ossrec.db", isolation_level=None)) as db:
        migrations.apply(Database(db), stop_before="m002_looks")
        db.execute("INSERT INTO buckets VALUES (1, 'oss://old')")
        db.execute("INSERT INTO stems VALUES (1, 1, '2026/', NULL)")
    ran = ossrec("find", "--bucket", "old")
    assert (ran.code, ran.out) == (10, "")
    assert "the next scan, check, import or recording migrates it and keeps a copy" in ran.err
    assert ossrec("check", "--bucket", "typo").code == 2
    assert ossrec("check", "--bucket", "oss://old/typo/").code == 2
    assert not (alone / "ossrec.db.v1.bak").exists()
    assert ossrec("check", "--bucket", "oss://old/2026/").code == 0
    assert (alone / "ossrec.db.v1.bak").is_file()
    assert ossrec("find", "--bucket", "old").code == 0


@pytest.mark.parametrize(
    "arguments",
    [["find", "--room", ""], ["check", "--uid", ""], ["check", ""], ["show", ""], ["rebuild", ""], ["scan", ""],
     ["show", "--room", ""], ["find", "--bucket", ""], ["tasks", "list", "--recordid", ""], ["doctor", ""]],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_name_is_a_usage_error(ossrec: Ossrec, catalog: CatalogBuilder, arguments: list[str]) -> None:
    ran = ossrec(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "the value is empty: give a name, or omit it" in ran.err


@pytest.mark.parametrize("command", [["find"], ["show", "--room", "x"], ["tasks", "list"]], ids=" ".join)
@pytest.mark.parametrize("limit", ["-1", "x", "", "1e3", str(2**62 + 1)])
def test_an_invalid_limit_is_a_usage_error(
    ossrec: Ossrec, catalog: CatalogBuilder, command: list[str], limit: str
) -> None:
    ran = ossrec(*command, "--limit", limit)
    assert (ran.code, ran.out) == (2, "")
    assert f"'{limit}' is not a number of rows: write 20" in ran.err
