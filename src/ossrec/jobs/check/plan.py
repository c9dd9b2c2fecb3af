"""Plan the inspections that a recording still needs."""

import sqlite3
import time
from typing import NamedTuple

from ossrec.catalog.query.due_inspections import InspectionPolicy
from ossrec.catalog.store.inspections import StoredInspection
from ossrec.catalog.store.recordings import PlaylistObject, load_recording, playlist_objects
from ossrec.jobs.judge.assemble import assemble
from ossrec.jobs.judge.inspectable import inspectable_segments
from ossrec.jobs.judge.inspection_rows import Identity
from ossrec.jobs.workers.inspect_object import SegmentObject


class InspectionTask(NamedTuple):
    """A segment to inspect."""

    identity: Identity
    target: SegmentObject
    storage: str | None  # storage class, None for Standard


class InspectionPlan(NamedTuple):
    """The remaining work on a recording."""

    tasks: list[InspectionTask]
    archived: list[InspectionTask]  # cannot be read before a restore, which the catalog does not record yet
    unread_playlists: list[PlaylistObject]  # that no scan could read in their present version
    needs_evaluation: bool  # even if no segment is left to inspect


def plan_inspections(
    conn: sqlite3.Connection, recording_id: int, prefix: str, policy: InspectionPolicy
) -> InspectionPlan | None:
    """Return the remaining work, or None when the recording was merged into another.

    *prefix* is that of the listing which covers the recording.
    """
    recording = load_recording(conn, recording_id)
    if recording is None:
        return None
    assembled = assemble(conn, recording, prefix)
    tasks, archived, known = [], [], 0
    segments = inspectable_segments(assembled)
    for segment in segments:
        (stem_id, suffix), stored = assembled.stored[segment.key]
        inspection = assembled.inspections.get(segment.key)
        task = InspectionTask(
            (stem_id, suffix, stored.etag), SegmentObject(segment.key, segment.size, stored.etag), stored.storage
        )
        if inspection is not None and _satisfies(inspection, policy, segment.size):
            known += 1
        elif not segment.archived:
            tasks.append(task)
        elif inspection is None:
            archived.append(task)
    (due,) = conn.execute("SELECT due FROM recordings WHERE id = ?", (recording_id,)).fetchone()
    needs_evaluation = bool(due) or recording.before.measures.segments_inspectable is None or known == len(segments)
    unread_playlists = [at for at in playlist_objects(conn, recording_id) if not at.is_read]
    return InspectionPlan(tasks, archived, unread_playlists, needs_evaluation)


def _satisfies(inspection: StoredInspection, policy: InspectionPolicy, size: int) -> bool:
    """The stored inspection of a segment of *size* bytes is as deep as requested, and not too old."""
    if inspection.failure is not None:
        return False
    until = max(policy.inspected_until, int(time.time()))  # this check may have inspected it for another recording
    return policy._replace(inspected_until=until).is_met(inspection.depth, inspection.inspected, size)
