"""Which recordings are due for a look at the bytes of their segments, the newest first, and what that will cost."""

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from ossrec.catalog.read import bucket_numbers, read_otherwise
from ossrec.catalog.stems import SEGMENT
from ossrec.catalog.wanted import Clock, Wanted, question
from ossrec.model import COLD

_SHALLOWER = {"edges": ("listing",), "full": ("listing", "edges")}

# Only looks of the same depth grow old: at the same version of an object, a deeper one says all that a new one could.
# One from the future was made by a clock that was wrong: it is as good as old, or it would not grow old for years.
_DUE = """
verdict <> 'gone' AND coalesce(segments_lookable, 1) > 0
AND (depth IN ({shallower})
    OR depth = :depth AND :looked_before IS NOT NULL AND looked NOT BETWEEN :looked_before AND :looked_until)
"""
_ORDER = "ORDER BY started_ms IS NULL, started_ms DESC, path, bucket_id"
_SEGMENTS = f"""
SELECT n.value AS recording_id, o.* FROM json_each(:numbers) n CROSS JOIN stems s ON s.recording_id = n.value
CROSS JOIN objects o ON o.stem_id = s.id WHERE o.kind = {SEGMENT}
UNION ALL
SELECT n.value, o.* FROM json_each(:numbers) n CROSS JOIN claims c ON c.recording_id = n.value
CROSS JOIN objects o ON o.stem_id = c.stem_id AND o.rest = c.rest
JOIN stems s ON s.id = c.stem_id WHERE s.recording_id IS NULL AND o.rest LIKE '%.ts'
"""
_COST = f"""
SELECT count(DISTINCT o.recording_id), count(*),
    coalesce(sum(CASE WHEN :depth = 'full' THEN (o.size + :block - 1) / :block ELSE 1 + (o.size > :ends) END), 0),
    coalesce(sum(CASE WHEN :depth = 'full' THEN o.size ELSE min(o.size, :ends) END), 0)
FROM ({_SEGMENTS}) o LEFT JOIN looks l ON l.stem_id = o.stem_id AND l.rest = o.rest
WHERE o.gone IS NULL AND o.size > 0 AND coalesce(o.storage, '') NOT IN ({", ".join(f"'{name}'" for name in COLD)})
    AND NOT coalesce(l.etag = o.etag AND l.failure IS NULL AND (l.depth = 'full' OR :depth = 'edges')
        AND (l.depth <> :depth OR :looked_before IS NULL OR l.looked BETWEEN :looked_before AND :looked_until), 0)
"""


class Wish(NamedTuple):
    """How deep to look, and when a look that was so deep is too old."""

    depth: str  # "edges" or "full"
    looked_before: int | None = None  # epoch seconds; None: never
    looked_until: int = 1 << 62  # what was looked at later than that was so by a wrong clock

    def is_fresh(self, looked: int) -> bool:
        """A look of that time is not too old."""
        return self.looked_before is None or self.looked_before <= looked <= self.looked_until


class Share(NamedTuple):
    """One of so many parts of all recordings; which one a recording is in follows from its path alone."""

    number: int  # from 1
    of: int

    def holds(self, path: str) -> bool:
        """The recording is in this part."""
        return crc32(path.encode("utf-8", "surrogatepass")) % self.of == self.number - 1


class Due(NamedTuple):
    """A recording to look at."""

    recording_id: int
    bucket_id: int
    path: str


class Sizes(NamedTuple):
    """How many bytes are read at once."""

    ends: int  # head and tail together, at depth `edges`
    block: int  # at depth `full`


class Cost(NamedTuple):
    """What looks take."""

    recordings: int = 0  # with something to look at
    segments: int = 0
    requests: int = 0
    bytes: int = 0


def due_for_look(
    conn: sqlite3.Connection,
    wanted: Wanted,
    wish: Wish,
    clock: Clock,
    *,
    share: Share = Share(1, 1),  # noqa: B008 - a value that never changes
    named: Sequence[int] | None = None,
) -> list[Due]:
    """The recordings of *wanted* that were not looked at so deep or so lately, newest start first.

    *named* are the numbers of the only ones to think of. A recording may turn out to have nothing that
    can be looked at, or to be part of another by the time its turn comes.
    """
    ids = bucket_numbers(conn, wanted.bucket)
    asked = question(wanted._replace(limit=None), ids, clock)
    depths = {f"shallower{number}": depth for number, depth in enumerate(_SHALLOWER[wish.depth])}
    values = asked.values | wish._asdict() | depths
    due = _DUE.format(shallower=", ".join(f":{name}" for name in depths))
    columns = "id, bucket_id, path, started_ms"
    parts = [f"SELECT {columns} FROM {part} AND ({due})" for part in asked.parts]
    otherwise = sorted(read_otherwise(conn, wanted, ids, clock))
    if otherwise:
        values["otherwise"] = json.dumps(otherwise)
        parts.append(
            f"SELECT {columns} FROM recordings WHERE id IN (SELECT value FROM json_each(:otherwise)) AND {due}"
        )
    only = None if named is None else set(named)
    return [
        Due(number, bucket_id, path)
        for number, bucket_id, path, _ in conn.execute(f"SELECT * FROM ({' UNION ALL '.join(parts)}) {_ORDER}", values)
        if share.holds(path) and (only is None or number in only)
    ]


def cost_of_looks(conn: sqlite3.Connection, due: Sequence[Due], wish: Wish, sizes: Sizes) -> Cost:
    """About what it takes to look at *due*: that some segments are enciphered, only their playlists tell."""
    numbers = json.dumps([one.recording_id for one in due])
    values = {"numbers": numbers, **wish._asdict(), **sizes._asdict()}
    return Cost(*conn.execute(_COST, values).fetchone())
