"""What the bytes of a recording's segments show, from the catalog, or looked at now where it knows nothing."""

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
    """What is known of the bytes of segments, by key."""

    seen: dict[str, Inspection]
    failures: dict[str, Finding]


def inspect_all(
    conn: sqlite3.Connection, bucket: Bucket, recording_id: int, it: GatheredRecording, threads: int
) -> KnownInspections:
    """Looks at all segments whose bytes tell something; those that the catalog has no look at are read, on threads.

    Nothing of it is kept: `ossrec check` does that.
    """
    wanted = {e.key: e for source in it.sources for e in source.entries if e.is_lookable and e.key is not None}
    formats = FormatTable(conn)
    looks = KnownInspections({}, {})
    targets: list[SegmentObject] = []
    for key, entry in wanted.items():
        row = it.assembled.inspections.get(key)
        etag = etag_of(conn, recording_id, key)
        known = None if row is None or row.failure else inspection_from_row(row, entry.size or 0, formats)
        if known is not None:
            looks.seen[key] = known
        elif etag is None:
            looks.failures[key] = Finding(CHANGED, key, "it is not there any more: scan again")
        else:
            targets.append(SegmentObject(key, entry.size or 0, etag))
    if targets:
        _inspect_on_threads(bucket, targets, threads, looks)
    return looks


def _inspect_on_threads(
    bucket: Bucket, targets: Sequence[SegmentObject], threads: int, looks: KnownInspections
) -> None:
    with DaemonThreadPool(min(threads, len(targets)), "look") as pool:
        for future in [pool.submit(inspect_object, bucket, target, "edges") for target in targets]:
            looked = future.result()
            if looked.inspection is not None:
                looks.seen[looked.target.key] = looked.inspection
            elif looked.failure is not None:
                looks.failures[looked.target.key] = looked.failure
