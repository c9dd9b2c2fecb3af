"""Recordings whose segments are due for inspection, newest first, and the estimated cost of inspecting them."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

from ossrec.catalog.query.filters import QueryTime, RecordingFilter, build_query
from ossrec.catalog.query.find import alternative_readings, bucket_numbers
from ossrec.catalog.store.stems import SEGMENT
from ossrec.model import COLD

_SHALLOWER = {"edges": ("listing",), "full": ("listing", "edges")}

# An inspection is old, and repeated, if it was made before a given time. A time in the future comes from a wrong clock
# and counts as old, else the inspection might not be repeated for years. A full inspection of a segment that is longer
# than head and tail is never old at depth `edges`, because a repetition would show less.
_OLD = ":inspected_before IS NOT NULL AND {0}inspected NOT BETWEEN :inspected_before AND :inspected_until"
_COLD = ", ".join(f"'{name}'" for name in COLD)
_SMALL_AND_OLD = f"""
o.gone IS NULL AND o.size BETWEEN 1 AND :ends AND coalesce(o.storage, '') NOT IN ({_COLD})
AND i.etag = o.etag AND i.failure IS NULL AND {_OLD.format("i.")}
"""
_DUE = f"""
verdict <> 'gone' AND coalesce(segments_inspectable, 1) > 0
AND (depth IN ({{shallower}})
    OR depth = :depth AND {_OLD.format("")}
    OR depth = 'full' AND :depth = 'edges' AND {_OLD.format("")} AND EXISTS (
        SELECT 1 FROM stems s CROSS JOIN objects o ON o.stem_id = s.id
        CROSS JOIN inspections i ON i.stem_id = o.stem_id AND i.suffix = o.suffix
        WHERE s.recording_id = recordings.id AND o.kind = {SEGMENT} AND {_SMALL_AND_OLD}
        UNION ALL
        SELECT 1 FROM ownership w CROSS JOIN objects o ON o.stem_id = w.stem_id AND o.suffix = w.suffix
        CROSS JOIN inspections i ON i.stem_id = o.stem_id AND i.suffix = o.suffix
        WHERE w.recording_id = recordings.id AND o.suffix LIKE '%.ts' AND {_SMALL_AND_OLD}))
"""
_ORDER = "ORDER BY started_ms IS NULL, started_ms DESC, path, bucket_id"
_SEGMENTS = f"""
SELECT n.value AS recording_id, o.* FROM json_each(:numbers) n CROSS JOIN stems s ON s.recording_id = n.value
CROSS JOIN objects o ON o.stem_id = s.id WHERE o.kind = {SEGMENT}
UNION ALL
SELECT n.value, o.* FROM json_each(:numbers) n CROSS JOIN ownership w ON w.recording_id = n.value
CROSS JOIN objects o ON o.stem_id = w.stem_id AND o.suffix = w.suffix
JOIN stems s ON s.id = w.stem_id WHERE s.recording_id IS NULL AND o.suffix LIKE '%.ts'
"""
_REQUESTS = "CASE WHEN :depth = 'full' THEN (size + :block - 1) / :block ELSE 1 + (size > :ends) END"
_BYTES = "CASE WHEN :depth = 'full' THEN size ELSE min(size, :ends) END"
_INSPECTED = f"""
SELECT o.recording_id, o.suffix, o.size, coalesce(o.storage, '') IN ({_COLD}) AS cold, i.inspected,
    coalesce(i.etag = o.etag AND i.failure IS NULL AND (i.depth = 'full' OR :depth = 'edges'), 0) AS deep,
    i.depth = :depth OR o.size <= :ends AS repeatable
FROM ({_SEGMENTS}) o LEFT JOIN inspections i ON i.stem_id = o.stem_id AND i.suffix = o.suffix
WHERE o.gone IS NULL AND o.size > 0
"""
_UNSATISFIED = f"(NOT deep OR repeatable AND {_OLD.format('')})"
_DUE_SEGMENT = f"NOT cold AND {_UNSATISFIED}"
_COST = f"""
SELECT count(DISTINCT CASE WHEN NOT cold THEN recording_id END), total(NOT cold),
    total(CASE WHEN NOT cold THEN {_REQUESTS} END), total(CASE WHEN NOT cold THEN {_BYTES} END),
    total(cold AND NOT deep)
FROM ({_INSPECTED}) WHERE {_UNSATISFIED}
"""
_COST_BY_RECORDING = f"""
SELECT recording_id, count(*), sum({_REQUESTS}), sum({_BYTES}) FROM ({_INSPECTED}) WHERE {_DUE_SEGMENT} GROUP BY 1
"""
_COST_BY_SEGMENT = f"SELECT {_REQUESTS}, {_BYTES} FROM ({_INSPECTED}) WHERE {_DUE_SEGMENT} ORDER BY suffix"


class InspectionPolicy(NamedTuple):
    """The depth of an inspection, and the age after which an inspection of that depth is repeated."""

    depth: str  # "edges" or "full"
    inspected_before: int | None = None  # epoch seconds; None: never repeat
    inspected_until: int = 1 << 62  # epoch seconds; a later time comes from a wrong clock
    ends: int = 0  # bytes of head and tail together; a smaller segment is read completely at depth `edges`
    block: int = 1 << 30  # bytes of one request at depth `full`

    def is_met(self, depth: str, inspected: int, size: int) -> bool:
        """Return whether an inspection of that depth and time, of a segment of *size* bytes, satisfies this policy."""
        if self.depth == "full" and depth != "full":
            return False
        if self.inspected_before is None or self.inspected_before <= inspected <= self.inspected_until:
            return True
        return depth != self.depth and size > self.ends


class Share(NamedTuple):
    """One of several parts of all recordings; the path of a recording alone decides which part it is in."""

    number: int  # from 1
    of: int

    def contains(self, path: str) -> bool:
        """Return whether the recording at *path* is in this part."""
        return crc32(path.encode("utf-8", "surrogatepass")) % self.of == self.number - 1


class DueRecording(NamedTuple):
    """A recording with segments that may be due."""

    recording_id: int
    bucket_id: int
    path: str


class InspectionCost(NamedTuple):
    """The estimated cost of inspections."""

    recordings: int = 0  # with a segment to inspect
    segments: int = 0
    requests: int = 0
    bytes: int = 0

    def plus(self, other: "InspectionCost") -> "InspectionCost":
        """Return the sum of both costs."""
        return InspectionCost(*map(sum, zip(self, other, strict=True)))


def find_due_recordings(
    conn: sqlite3.Connection,
    wanted: RecordingFilter,
    policy: InspectionPolicy,
    clock: QueryTime,
    *,
    share: Share = Share(1, 1),  # noqa: B008 - a value that never changes
    named: Sequence[int] | None = None,
) -> list[DueRecording]:
    """Return the recordings of *wanted* whose inspections do not satisfy *policy*, newest start first.

    *named*, if given, has the numbers of the only recordings to consider. A recording may turn out to have no
    segment to inspect, or may have been merged into another when its turn comes.
    """
    parts, values = _disjoint_parts(conn, wanted, clock)
    depths = {f"shallower{number}": depth for number, depth in enumerate(_SHALLOWER[policy.depth])}
    values |= policy._asdict() | depths
    due = _DUE.format(shallower=", ".join(f":{name}" for name in depths))
    selects = [f"SELECT id, bucket_id, path, started_ms FROM {part} AND ({due})" for part in parts]
    only = None if named is None else set(named)
    return [
        DueRecording(number, bucket_id, path)
        for number, bucket_id, path, _ in conn.execute(
            f"SELECT * FROM ({' UNION ALL '.join(selects)}) {_ORDER}", values
        )
        if share.contains(path) and (only is None or number in only)
    ]


def matches_any(
    conn: sqlite3.Connection, wanted: RecordingFilter, clock: QueryTime, named: Sequence[int] | None = None
) -> bool:
    """Return whether any recording matches *wanted*, due or not; *named* as for `find_due_recordings`."""
    parts, values = _disjoint_parts(conn, wanted, clock)
    values["named"] = None if named is None else json.dumps(list(named))
    only = ":named IS NULL OR id IN (SELECT value FROM json_each(:named))"
    selects = [f"SELECT 1 FROM {part} AND ({only})" for part in parts]
    return conn.execute(f"{' UNION ALL '.join(selects)} LIMIT 1", values).fetchone() is not None


def inspection_cost(
    conn: sqlite3.Connection, due: Sequence[DueRecording], policy: InspectionPolicy
) -> tuple[InspectionCost, int]:
    """Estimate the cost of inspecting *due*; return it and the number of archived segments not inspected to that depth.

    Encrypted segments are counted too, because only their playlists show that they are encrypted.
    """
    row = conn.execute(_COST, _about(due, policy)).fetchone()
    recordings, segments, requests, size, archived = map(int, row)
    return InspectionCost(recordings, segments, requests, size), archived


def cost_within_budget(
    conn: sqlite3.Connection, due: Sequence[DueRecording], policy: InspectionPolicy, budget: int
) -> InspectionCost:
    """Estimate the cost of the inspections at the start of *due* that fit into *budget*, in bytes."""
    rows = conn.execute(_COST_BY_RECORDING, _about(due, policy))
    costs = {number: InspectionCost(1, segments, requests, size) for number, segments, requests, size in rows}
    taken = InspectionCost()
    for one in due:
        cost = costs.get(one.recording_id, InspectionCost())
        if taken.bytes + cost.bytes > budget:
            return taken.plus(_partial_cost(conn, one, policy, budget, taken))
        taken = taken.plus(cost)
    return taken


def _partial_cost(
    conn: sqlite3.Connection, one: DueRecording, policy: InspectionPolicy, budget: int, before: InspectionCost
) -> InspectionCost:
    """Estimate the part of a recording that fits into *budget* after *before*; the first segment of all always fits."""
    part = InspectionCost()
    for requests, size in conn.execute(_COST_BY_SEGMENT, _about([one], policy)):
        if before.bytes + part.bytes and before.bytes + part.bytes + size > budget:
            break
        part = InspectionCost(1, part.segments + 1, part.requests + requests, part.bytes + size)
    return part


def _about(due: Sequence[DueRecording], policy: InspectionPolicy) -> dict[str, object]:
    return {"numbers": json.dumps([one.recording_id for one in due]), **policy._asdict()}


def _disjoint_parts(
    conn: sqlite3.Connection, wanted: RecordingFilter, clock: QueryTime
) -> tuple[list[str], dict[str, Any]]:
    """Return SQL after FROM, as parts that select disjoint recordings, and the values bound in it."""
    ids = bucket_numbers(conn, wanted.bucket)
    query = build_query(wanted._replace(limit=None), ids, clock)
    parts, values = list(query.parts), query.values
    alternatives = sorted(alternative_readings(conn, wanted, ids, clock))
    if alternatives:
        values["alternatives"] = json.dumps(alternatives)
        parts.append("recordings WHERE id IN (SELECT value FROM json_each(:alternatives))")
    return parts, values
