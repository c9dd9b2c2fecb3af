"""Which recordings are due for a look at the bytes of their segments, the newest first, and what that will cost."""

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

# A look grows old for those that would show no more: one from the future was made by a clock that was wrong, it is as
# good as old, or it would not grow old for years. A full look at a segment that is longer than head and tail does not
# grow old for a look at the edges, which says less at the same version, and would not take its place.
_OLD = ":inspected_before IS NOT NULL AND {0}inspected NOT BETWEEN :inspected_before AND :inspected_until"
_COLD = ", ".join(f"'{name}'" for name in COLD)
_SMALL_AND_OLD = f"""
o.gone IS NULL AND o.size BETWEEN 1 AND :ends AND coalesce(o.storage, '') NOT IN ({_COLD})
AND l.etag = o.etag AND l.failure IS NULL AND {_OLD.format("l.")}
"""
_DUE = f"""
verdict <> 'gone' AND coalesce(segments_inspectable, 1) > 0
AND (depth IN ({{shallower}})
    OR depth = :depth AND {_OLD.format("")}
    OR depth = 'full' AND :depth = 'edges' AND {_OLD.format("")} AND EXISTS (
        SELECT 1 FROM stems s CROSS JOIN objects o ON o.stem_id = s.id
        CROSS JOIN inspections l ON l.stem_id = o.stem_id AND l.suffix = o.suffix
        WHERE s.recording_id = recordings.id AND o.kind = {SEGMENT} AND {_SMALL_AND_OLD}
        UNION ALL
        SELECT 1 FROM ownership c CROSS JOIN objects o ON o.stem_id = c.stem_id AND o.suffix = c.suffix
        CROSS JOIN inspections l ON l.stem_id = o.stem_id AND l.suffix = o.suffix
        WHERE c.recording_id = recordings.id AND o.suffix LIKE '%.ts' AND {_SMALL_AND_OLD}))
"""
_ORDER = "ORDER BY started_ms IS NULL, started_ms DESC, path, bucket_id"
_SEGMENTS = f"""
SELECT n.value AS recording_id, o.* FROM json_each(:numbers) n CROSS JOIN stems s ON s.recording_id = n.value
CROSS JOIN objects o ON o.stem_id = s.id WHERE o.kind = {SEGMENT}
UNION ALL
SELECT n.value, o.* FROM json_each(:numbers) n CROSS JOIN ownership c ON c.recording_id = n.value
CROSS JOIN objects o ON o.stem_id = c.stem_id AND o.suffix = c.suffix
JOIN stems s ON s.id = c.stem_id WHERE s.recording_id IS NULL AND o.suffix LIKE '%.ts'
"""
_REQUESTS = "CASE WHEN :depth = 'full' THEN (size + :block - 1) / :block ELSE 1 + (size > :ends) END"
_BYTES = "CASE WHEN :depth = 'full' THEN size ELSE min(size, :ends) END"
_LOOKED = f"""
SELECT o.recording_id, o.suffix, o.size, coalesce(o.storage, '') IN ({_COLD}) AS cold, l.inspected,
    coalesce(l.etag = o.etag AND l.failure IS NULL AND (l.depth = 'full' OR :depth = 'edges'), 0) AS deep,
    l.depth = :depth OR o.size <= :ends AS repeatable
FROM ({_SEGMENTS}) o LEFT JOIN inspections l ON l.stem_id = o.stem_id AND l.suffix = o.suffix
WHERE o.gone IS NULL AND o.size > 0
"""
_NOT_MET = f"(NOT deep OR repeatable AND {_OLD.format('')})"
_TO_DO = f"NOT cold AND {_NOT_MET}"
_COST = f"""
SELECT count(DISTINCT CASE WHEN NOT cold THEN recording_id END), total(NOT cold),
    total(CASE WHEN NOT cold THEN {_REQUESTS} END), total(CASE WHEN NOT cold THEN {_BYTES} END),
    total(cold AND NOT deep)
FROM ({_LOOKED}) WHERE {_NOT_MET}
"""
_EACH = f"SELECT recording_id, count(*), sum({_REQUESTS}), sum({_BYTES}) FROM ({_LOOKED}) WHERE {_TO_DO} GROUP BY 1"
_ONE = f"SELECT {_REQUESTS}, {_BYTES} FROM ({_LOOKED}) WHERE {_TO_DO} ORDER BY suffix"


class InspectionPolicy(NamedTuple):
    """How deep to look, and when a look that was so deep is too old."""

    depth: str  # "edges" or "full"
    inspected_before: int | None = None  # epoch seconds; None: never
    inspected_until: int = 1 << 62  # what was looked at later than that was so by a wrong clock
    ends: int = 0  # bytes of head and tail together, at depth `edges`: of a smaller segment that is all
    block: int = 1 << 30  # bytes that are read at once, at depth `full`

    def is_met(self, depth: str, inspected: int, size: int) -> bool:
        """A look of that depth and time at a segment of *size* bytes is deep enough, and not too old."""
        if self.depth == "full" and depth != "full":
            return False
        if self.inspected_before is None or self.inspected_before <= inspected <= self.inspected_until:
            return True
        return depth != self.depth and size > self.ends


class Share(NamedTuple):
    """One of so many parts of all recordings; which one a recording is in follows from its path alone."""

    number: int  # from 1
    of: int

    def holds(self, path: str) -> bool:
        """The recording is in this part."""
        return crc32(path.encode("utf-8", "surrogatepass")) % self.of == self.number - 1


class DueRecording(NamedTuple):
    """A recording to look at."""

    recording_id: int
    bucket_id: int
    path: str


class InspectionCost(NamedTuple):
    """What looks take."""

    recordings: int = 0  # with something to look at
    segments: int = 0
    requests: int = 0
    bytes: int = 0

    def plus(self, other: "InspectionCost") -> "InspectionCost":
        """Both."""
        return InspectionCost(*map(sum, zip(self, other, strict=True)))


def find_due_recordings(
    conn: sqlite3.Connection,
    wanted: RecordingFilter,
    wish: InspectionPolicy,
    clock: QueryTime,
    *,
    share: Share = Share(1, 1),  # noqa: B008 - a value that never changes
    named: Sequence[int] | None = None,
) -> list[DueRecording]:
    """The recordings of *wanted* that were not looked at so deep or so lately, newest start first.

    *named* are the numbers of the only ones to think of. A recording may turn out to have nothing that
    can be looked at, or to be part of another by the time its turn comes.
    """
    parts, values = _asked(conn, wanted, clock)
    depths = {f"shallower{number}": depth for number, depth in enumerate(_SHALLOWER[wish.depth])}
    values |= wish._asdict() | depths
    due = _DUE.format(shallower=", ".join(f":{name}" for name in depths))
    selects = [f"SELECT id, bucket_id, path, started_ms FROM {part} AND ({due})" for part in parts]
    only = None if named is None else set(named)
    return [
        DueRecording(number, bucket_id, path)
        for number, bucket_id, path, _ in conn.execute(
            f"SELECT * FROM ({' UNION ALL '.join(selects)}) {_ORDER}", values
        )
        if share.holds(path) and (only is None or number in only)
    ]


def matches_any(
    conn: sqlite3.Connection, wanted: RecordingFilter, clock: QueryTime, named: Sequence[int] | None = None
) -> bool:
    """There is a recording of *wanted*, due or not; *named* as for `find_due_recordings`."""
    parts, values = _asked(conn, wanted, clock)
    values["named"] = None if named is None else json.dumps(list(named))
    only = ":named IS NULL OR id IN (SELECT value FROM json_each(:named))"
    selects = [f"SELECT 1 FROM {part} AND ({only})" for part in parts]
    return conn.execute(f"{' UNION ALL '.join(selects)} LIMIT 1", values).fetchone() is not None


def inspection_cost(
    conn: sqlite3.Connection, due: Sequence[DueRecording], wish: InspectionPolicy
) -> tuple[InspectionCost, int]:
    """About what it takes to look at *due*, and how many segments of it are archived that were never looked at so deep.

    That some segments are enciphered, only their playlists tell.
    """
    row = conn.execute(_COST, _about(due, wish)).fetchone()
    *cost, archived = map(int, row)
    return InspectionCost(*cost), archived


def cost_within_budget(
    conn: sqlite3.Connection, due: Sequence[DueRecording], wish: InspectionPolicy, budget: int
) -> InspectionCost:
    """About what looks at the first of *due* take, that are begun with a budget of so many bytes."""
    each = {number: InspectionCost(1, *rest) for number, *rest in conn.execute(_EACH, _about(due, wish))}
    taken = InspectionCost()
    for one in due:
        cost = each.get(one.recording_id, InspectionCost())
        if taken.bytes + cost.bytes > budget:
            return taken.plus(_begun(conn, one, wish, budget, taken))
        taken = taken.plus(cost)
    return taken


def _begun(
    conn: sqlite3.Connection, one: DueRecording, wish: InspectionPolicy, budget: int, before: InspectionCost
) -> InspectionCost:
    """What of a recording there is budget for, so much being taken *before*; the first segment of all there is."""
    part = InspectionCost()
    for requests, size in conn.execute(_ONE, _about([one], wish)):
        if before.bytes + part.bytes and before.bytes + part.bytes + size > budget:
            break
        part = InspectionCost(1, part.segments + 1, part.requests + requests, part.bytes + size)
    return part


def _about(due: Sequence[DueRecording], wish: InspectionPolicy) -> dict[str, object]:
    return {"numbers": json.dumps([one.recording_id for one in due]), **wish._asdict()}


def _asked(conn: sqlite3.Connection, wanted: RecordingFilter, clock: QueryTime) -> tuple[list[str], dict[str, Any]]:
    """What follows FROM, in parts of which no recording answers two, and the values bound in them."""
    ids = bucket_numbers(conn, wanted.bucket)
    asked = build_query(wanted._replace(limit=None), ids, clock)
    parts, values = list(asked.parts), asked.values
    otherwise = sorted(alternative_readings(conn, wanted, ids, clock))
    if otherwise:
        values["otherwise"] = json.dumps(otherwise)
        parts.append("recordings WHERE id IN (SELECT value FROM json_each(:otherwise))")
    return parts, values
