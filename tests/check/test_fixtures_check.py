"""A check of every fixture bucket gives the expected result at either depth."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fixtures.times import copy_bucket
from ossrec.buckets.local.bucket import LocalBucket
from ossrec.catalog.query.find import open_catalog
from ossrec.jobs.check.check import check_recordings
from ossrec.jobs.check.report import CheckCallbacks, CheckOptions
from ossrec.jobs.workers.thread_pool import ThreadPool
from ossrec.mpegts.inspection import Depth
from tests.scan.scanning import is_intact, scan

EXPECTED = sorted((Path(__file__).parents[2] / "fixtures" / "expected").glob("*.json"))
DEPTHS: tuple[Depth, ...] = ("edges", "full")
IN_BYTES = range(31, 44)  # rules that only the bytes of segments show to be broken
CLOSE = 0.2  # seconds: where nothing follows a segment, its sound may end later than its picture

Row = Mapping[str, Any]


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_a_check_of_a_fixture_gives_what_stands_beside_it(path: Path, tmp_path: Path) -> None:
    rows = json.loads(path.read_text(encoding="utf-8"))["recordings"]
    catalog = tmp_path / "catalog.db"
    bucket = LocalBucket(str(copy_bucket(path.stem, tmp_path / "bucket")))
    scan(bucket, catalog)

    for depth in DEPTHS:
        summary = check_recordings(
            catalog, lambda _: bucket, CheckOptions(depth=depth), ThreadPool(2), CheckCallbacks()
        )
        assert (summary.warnings, summary.remaining["segments"]) == ([], 0)
        assert [_actual(catalog, row, row[depth]) for row in rows] == [_expected(row, row[depth]) for row in rows]
    assert is_intact(catalog)


def _actual(catalog: Path, row: Row, claimed: Row) -> dict[str, Any]:
    """What the catalog says of whatever the expectation of a depth makes a claim about."""
    with closing(open_catalog(catalog)) as conn:
        conn.row_factory = sqlite3.Row
        recording = conn.execute("SELECT * FROM recordings WHERE path = ?", (row["stem"],)).fetchone()
        codes = conn.execute("SELECT code FROM findings WHERE recording_id = ?", (recording["id"],)).fetchall()
    found = {int(code.lstrip("HLSTNAMOK")[:2]) for (code,) in codes}
    # A scan may find more than is claimed, but nothing that is claimed to be refuted; bytes show what is claimed.
    claims = {rule for rule in found if rule in IN_BYTES or rule in {*row["rules"], *claimed["rules"]}}
    told = {name: recording[name] for name in claimed if name != "rules"}
    return {"stem": row["stem"], **told, "rules": sorted(claims)} | _close(claimed, told)


def _expected(row: Row, claimed: Row) -> dict[str, Any]:
    return {"stem": row["stem"], **claimed}


def _close(claimed: Row, told: Row) -> dict[str, Any]:
    """The claimed duration in place of one that is close to it."""
    wanted, measured = claimed.get("measured_duration"), told.get("measured_duration")
    if wanted is None or measured is None or abs(wanted - measured) > CLOSE:
        return {}
    return {"measured_duration": wanted}


def test_every_rule_about_bytes_is_broken_by_some_fixture() -> None:
    rows = [row for path in EXPECTED for row in json.loads(path.read_text(encoding="utf-8"))["recordings"]]
    assert {rule for row in rows for rule in row["full"]["rules"]} >= set(IN_BYTES)
