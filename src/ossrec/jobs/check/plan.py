"""Which segments of a recording are still to be looked at."""

import sqlite3
import time
from typing import NamedTuple

from ossrec.catalog.query.due_inspections import InspectionPolicy
from ossrec.catalog.store.inspections import StoredInspection
from ossrec.catalog.store.recordings import PlaylistObject, load, playlist_objects
from ossrec.jobs.judge.assemble import assemble
from ossrec.jobs.judge.inspectable import inspectable_segments
from ossrec.jobs.judge.inspection_rows import Identity
from ossrec.jobs.workers.inspect_object import SegmentObject


class InspectionTask(NamedTuple):
    """A segment to look at."""

    identity: Identity
    target: SegmentObject
    storage: str | None  # its class, None for the standard one


class InspectionPlan(NamedTuple):
    """What is to be done for one recording."""

    tasks: list[InspectionTask]
    archived: list[InspectionTask]  # nobody can look at them, and the catalog does not say so yet
    unread: list[PlaylistObject]  # its playlists that no scan could read in their present version
    is_unjudged: bool  # there is something to judge even if nothing is left to look at


def plan(conn: sqlite3.Connection, recording_id: int, prefix: str, wish: InspectionPolicy) -> InspectionPlan | None:
    """What is left to do; None when the recording became part of another. *prefix* is what was listed around it."""
    holding = load(conn, recording_id)
    if holding is None:
        return None
    assembled = assemble(conn, holding, prefix)
    tasks, archived, known = [], [], 0
    segments = inspectable_segments(assembled)
    for one in segments:
        (stem_id, suffix), stored = assembled.stored[one.key]
        look = assembled.looks.get(one.key)
        task = InspectionTask(
            (stem_id, suffix, stored.etag), SegmentObject(one.key, one.size, stored.etag), stored.storage
        )
        if look is not None and _is_enough(look, wish, one.size):
            known += 1
        elif not one.archived:
            tasks.append(task)
        elif look is None:
            archived.append(task)
    (due,) = conn.execute("SELECT due FROM recordings WHERE id = ?", (recording_id,)).fetchone()
    is_unjudged = bool(due) or holding.before.measures.segments_lookable is None or known == len(segments)
    unread = [at for at in playlist_objects(conn, recording_id) if not at.is_read]
    return InspectionPlan(tasks, archived, unread, is_unjudged)


def _is_enough(look: StoredInspection, wish: InspectionPolicy, size: int) -> bool:
    """The look at a segment of *size* bytes is as deep as wanted, and not too old."""
    if look.failure is not None:
        return False
    until = max(wish.looked_until, int(time.time()))  # another recording may have had it looked at in this very check
    return wish._replace(looked_until=until).is_met(look.depth, look.looked, size)
