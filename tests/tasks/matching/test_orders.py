"""The catalog does not depend on the order of imports, callbacks and scans."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.tasks.unmatched import LateBounds, unmatched
from ossrec.jobs.tasks.import_tasks import ImportOptions, import_tasks
from ossrec.jobs.tasks.replay_callbacks import replay
from ossrec.tasks.saved_callbacks import SavedCallback
from ossrec.tasks.table_fields import TaskFields
from ossrec.tasks.table_rows import TableRow
from tests.scan.bucket_maker import put, put_recording, rid, segment, stem
from tests.scan.scanning import scan
from tests.tasks.catalogs import TASKS, rows_of

FILES_MS = 1_793_491_200_000  # when the segments begin, by their stamps
NOW = 1_793_500_000  # of the first thing that happens
STEP = 20  # seconds until the next one
END = NOW + 10 * STEP  # less than it takes until segments count as the last
AMBIGUOUS = f"2026/rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e"


class Import(NamedTuple):
    """A row that is imported."""

    fields: TaskFields


class Heard(NamedTuple):
    """A callback; *number* makes its msgid."""

    number: int
    body: tuple[tuple[str, Any], ...]
    notify_ms: int | None


SCAN = None  # instead of a fact
Happening = Import | Heard | None

ROOMS = st.sampled_from([None, "a", "a__uid_s_b", "room", "other", "a__uid_s_b__uid_s_c__uid_e"])
UIDS = st.sampled_from([None, ("c",), ("b__uid_s_c",), ("u", "c"), ("x",)])
STREAMS = st.sampled_from([None, "mixed", "source"])
AHEAD = ((NOW + 90) * 1000, (END + 9) * 1000)  # of the first thing that happens; of all of them
STARTS = st.sampled_from([None, 1, FILES_MS - 9_000, FILES_MS, FILES_MS + 9_000, *AHEAD])
STOPS = st.sampled_from(
    [None, FILES_MS + 60_000, (NOW - 200) * 1000, NOW * 1000, (NOW + 90) * 1000, (END + 9_000) * 1000]
)
RECORDIDS = st.sampled_from([rid(1), rid(1), rid(2), rid(3), "zz1"])


def _row(recordid: str, *fields: Any) -> Import:
    return Import(TaskFields(recordid, *fields, None))


def _heard(number: int, notify_ms: int | None, **context: Any) -> Heard:
    return Heard(number, tuple((name, value) for name, value in context.items() if value is not None), notify_ms)


IMPORTS = st.builds(_row, RECORDIDS, ROOMS, STREAMS, UIDS, STARTS, STOPS)
HEARD = st.builds(
    _heard,
    number=st.integers(1, 9),
    notify_ms=st.sampled_from([None, FILES_MS + 70_000, FILES_MS + 80_000, *AHEAD, 253_402_300_799_999]),
    recordid=RECORDIDS,
    roomid=ROOMS,
    uid=st.sampled_from([None, "0", "c", "b__uid_s_c", "u"]),
    starttime=st.sampled_from([None, FILES_MS // 1000, FILES_MS, FILES_MS + 3_000, *AHEAD, 253_402_300_799_999]),
    duration=st.sampled_from([None, 6_000, 60_000]),
    fileaddress=st.sampled_from([None, f"https://b.example/{AMBIGUOUS}.m3u8"]),
)
HAPPENINGS = st.lists(
    IMPORTS | HEARD | st.just(SCAN),
    max_size=8,
    unique_by=lambda one: one.number if isinstance(one, Heard) else object(),
)


@contextmanager
def clock() -> Iterator[list[int]]:
    """What time it is, in a list of one."""
    now = [NOW]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: float(now[0]))
        yield now


def fill(bucket: Path) -> None:
    """Files of four tasks: an ambiguous name, one still recorded, one left, one uploaded again."""
    put_recording(bucket, AMBIGUOUS, 3)
    for of, modified in ((stem(1, "a"), NOW - 10), (stem(2, uid="u"), NOW - 5_000), (stem(1, uid="c"), NOW - 500)):
        for number in range(2):
            put(bucket, segment(of, number), modified=modified)
    put_recording(bucket, stem(3), 3)
    put_recording(bucket, stem(4), 3)
    again = bucket / f"{stem(4)}.m3u8"
    again.rename(bucket / f"{stem(4)}_123456789_1.m3u8")


def happen(catalog: Path, bucket: Path, one: Happening) -> None:
    """Scan, or take in a fact, as the commands do."""
    if isinstance(one, Import):
        import_tasks(catalog, [TableRow(1, one.fields)], ImportOptions())
    elif isinstance(one, Heard):
        body = {"msgid": f"m{one.number}", "msgtype": 2, "notifytime": one.notify_ms, "context": dict(one.body)}
        replay(catalog, [SavedCallback(1, json.dumps(body).encode())], wait=True)
    else:
        scan(bucket, catalog)


def last_words(happened: list[Happening]) -> list[Happening]:
    """Of imports only the last of each recordid; the callbacks, the last first."""
    rows = {one.fields.recordid: one for one in happened if isinstance(one, Import)}
    return [*(one for one in reversed(happened) if isinstance(one, Heard)), *rows.values()]


RECORDINGS = """
SELECT path, playlist, roomid, uid, stream, ambiguous, task, verdict, reasons, due FROM recordings ORDER BY path
"""
FINDINGS = """
SELECT r.path, f.source, f.code, f.severity, f.subject, f.detail FROM findings f
JOIN recordings r ON r.id = f.recording_id ORDER BY 1, 2, 3, 6
"""


def said(catalog: Path) -> dict[str, Any]:
    """All that a catalog says of tasks and recordings, but for its history."""
    return {"tasks": rows_of(catalog, TASKS), "recordings": rows_of(catalog, RECORDINGS)} | {
        "findings": rows_of(catalog, FINDINGS)
    }


def missing(catalog: Path, now: int) -> list[Any]:
    """What does not match."""
    with closing(open_catalog(catalog)) as conn:
        rows = [row | {"at": None} for row in unmatched(conn, LateBounds(now, 30, 300))]
    return sorted(rows, key=repr)


@settings(max_examples=30)
@given(HAPPENINGS, st.booleans())
@example([_row(rid(1), "a", None, None, None, None), SCAN, _row(rid(1), None, None, None, None, None)], False)
@example([_row("zz1", None, None, None, 1, None), _row(rid(1), None, None, None, None, (END - 400) * 1000), SCAN], True)
# A planned start that is due while the state comes from a callback that reported an earlier one.
@example([_row(rid(1), None, None, None, AHEAD[0], None), _heard(1, None, recordid=rid(1), starttime=FILES_MS)], False)
# A callback whose start lies ahead reports a start all the same: its clock is wrong, or ours.
@example([_row(rid(1), None, None, None, AHEAD[1], None), _heard(1, None, recordid=rid(1), starttime=AHEAD[0])], False)
@example([_heard(1, AHEAD[0], recordid=rid(1))], False)
def test_the_order_of_things_makes_no_difference(happened: list[Happening], is_scanned_first: bool) -> None:
    with TemporaryDirectory() as folder, clock() as now:
        bucket, one, other = (Path(folder) / name for name in ("bucket", "one.db", "other.db"))
        fill(bucket)
        for what in happened:
            happen(one, bucket, what)
            now[0] += STEP
        now[0] = END
        for what in [*([SCAN] if is_scanned_first else []), *last_words(happened)]:
            happen(other, bucket, what)
        for catalog in (one, other):
            scan(bucket, catalog)
        assert said(one) == said(other)

        now[0] = END + 10_000
        for catalog in (one, other):
            scan(bucket, catalog)
        assert said(one) == said(other)
        assert missing(one, now[0]) == missing(other, now[0])
