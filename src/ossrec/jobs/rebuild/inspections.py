"""The inspections of a recording's segments, from the catalog or made now."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.store.inspections import FormatTable
from ossrec.catalog.store.objects import etag_of
from ossrec.findings import Finding
from ossrec.jobs.access import CHANGED
from ossrec.jobs.judge.inspection_rows import inspection_from_row
from ossrec.jobs.rebuild.gather import GatheredRecording
from ossrec.jobs.session.daemon_threads import DaemonThreadPool
from ossrec.jobs.workers.inspect_object import SegmentObject, inspect_object
from ossrec.mpegts.inspection import Inspection


class KnownInspections(NamedTuple):
    """Inspections of segments by key, and those that failed."""

    done: dict[str, Inspection]
    failures: dict[str, Finding]


def inspect_all(
    conn: sqlite3.Connection, bucket: Bucket, recording_id: int, gathered: GatheredRecording, threads: int
) -> KnownInspections:
    """Return the inspections of all inspectable segments; segments without a stored inspection are read, on threads.

    The new inspections are not stored: `ossrec check` does that.
    """
    wanted = {
        e.key: e for source in gathered.sources for e in source.entries if e.is_inspectable_alone and e.key is not None
    }
    formats = FormatTable(conn)
    inspections = KnownInspections({}, {})
    targets: list[SegmentObject] = []
    for key, entry in wanted.items():
        row = gathered.assembled.inspections.get(key)
        etag = etag_of(conn, recording_id, key)
        known = None if row is None or row.failure else inspection_from_row(row, entry.size or 0, formats)
        if known is not None:
            inspections.done[key] = known
        elif etag is None:
            inspections.failures[key] = Finding(CHANGED, key, "not in the bucket any more: scan again")
        else:
            targets.append(SegmentObject(key, entry.size or 0, etag))
    if targets:
        _inspect_on_threads(bucket, targets, threads, inspections)
    return inspections


def _inspect_on_threads(
    bucket: Bucket, targets: Sequence[SegmentObject], threads: int, inspections: KnownInspections
) -> None:
    with DaemonThreadPool(min(threads, len(targets)), "inspect") as pool:
        for future in [pool.submit(inspect_object, bucket, target, "edges") for target in targets]:
            result = future.result()
            if result.inspection is not None:
                inspections.done[result.target.key] = result.inspection
            elif result.failure is not None:
                inspections.failures[result.target.key] = result.failure
