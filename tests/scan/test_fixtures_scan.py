"""A scan of every fixture bucket gives the expected recordings, verdicts and findings."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.times import copy_bucket, set_times
from ossrec.catalog.query.find import open_catalog
from tests.scan.scanning import found, is_intact, scan

EXPECTED = sorted((Path(__file__).parents[2] / "fixtures" / "expected").glob("*.json"))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_a_fixture_gives_what_stands_beside_it(path: Path, tmp_path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    bucket = copy_bucket(path.stem, tmp_path / "bucket")
    catalog = tmp_path / "catalog.db"

    summary = scan(bucket, catalog)

    rows = found(catalog)
    assert [row["path"] for row in rows] == sorted(one["stem"] for one in expected["recordings"])
    wanted = sorted(expected["recordings"], key=lambda one: one["stem"])
    assert [_told(row, one) for row, one in zip(rows, wanted, strict=True)] == [_wanted(one) for one in wanted]
    for one in wanted:
        assert _rules_found(catalog, one["stem"]) >= set(one["rules"]), one["stem"]
    assert (summary.objects, summary.unnamed) == (expected["objects"], expected["unnamed"])
    assert is_intact(catalog)


def _rules_found(catalog: Path, path: str) -> set[int]:
    """Return the numbers of the rules of all findings of a recording: LST260 belongs to rule 26."""
    conn = open_catalog(catalog)
    try:
        codes = conn.execute(
            "SELECT code FROM findings f JOIN recordings r ON r.id = f.recording_id WHERE r.path = ?", (path,)
        ).fetchall()
    finally:
        conn.close()
    return {int(code.lstrip("HLSTNAMOK")[:2]) for (code,) in codes}


_NO_COLUMNS = ("stem", "rules", "also", "verdict_fresh", "readings", "hosts", "verdict_with_hosts", "edges", "full")


def _told(row: Any, one: Any) -> dict[str, Any]:
    """Return the fields of `find` that the expectation has."""
    return {name: _value(name, row[name]) for name in one if name not in _NO_COLUMNS}


def _wanted(one: Any) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in one.items() if name not in _NO_COLUMNS}


def _value(name: str, value: Any) -> Any:
    if name == "started_at" and value is not None:
        return datetime.fromisoformat(value)
    return round(value, 2) if name == "duration" and value is not None else value


def test_what_was_never_ended_still_records_when_it_is_fresh(tmp_path: Path) -> None:
    bucket = copy_bucket("no-endlist", tmp_path / "bucket")
    for file in bucket.rglob("*.*"):
        file.touch()
    catalog = tmp_path / "catalog.db"
    scan(bucket, catalog)
    assert {row["verdict"] for row in found(catalog)} == {"recording"}

    set_times(bucket)
    scan(bucket, catalog)
    assert {row["verdict"] for row in found(catalog)} == {"unfinished"}
