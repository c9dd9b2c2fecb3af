"""Stored inspections, one for each segment object, so that no segment is read again without need."""

import sqlite3
from typing import NamedTuple

ObjectId = tuple[int, str]  # stem_id, suffix


class FormatRow(NamedTuple):
    """A row of `formats`, without its number."""

    kind: str
    codec: str
    width: int | None
    height: int | None
    sample_rate: int | None
    channels: int | None


class StoredInspection(NamedTuple):
    """A row of `inspections`: the last inspection of a segment. It is valid while the object has this ETag."""

    stem_id: int
    suffix: str
    etag: bytes
    depth: str  # "edges" or "full"
    inspected: int  # epoch seconds
    failure: str | None  # code of the failure to read the segment; then the columns below are empty
    detail: str | None
    bytes_read: int
    packet_size: int | None = None
    packets: int | None = None
    first_pts: int | None = None
    duration_ms: int | None = None
    video: int | None = None  # numbers of formats
    audio: int | None = None
    streams: str | None = None  # JSON, as docs/catalog.md describes it
    counters: str | None = None
    faults: str | None = None


_KEY = ("stem_id", "suffix")
_COLUMNS = ", ".join(StoredInspection._fields)
_FORMAT = ", ".join(FormatRow._fields)
_MARKS = ", ".join("?" * len(StoredInspection._fields))
_SET = ", ".join(f"{name} = excluded.{name}" for name in StoredInspection._fields if name not in _KEY)
# For the same version, a failure does not replace an inspection, nor depth "edges" depth "full".
_SAVE = f"""
INSERT INTO inspections ({_COLUMNS}) VALUES ({_MARKS}) ON CONFLICT ({", ".join(_KEY)}) DO UPDATE SET {_SET}
WHERE inspections.failure IS NOT NULL OR inspections.etag <> excluded.etag
   OR excluded.failure IS NULL AND (excluded.depth = 'full' OR inspections.depth = 'edges')
"""


def save_inspection(conn: sqlite3.Connection, row: StoredInspection) -> None:
    """Store an inspection, which replaces an earlier one unless that knows more; call it in a transaction."""
    conn.execute(_SAVE, row)


def inspections_of_stem(conn: sqlite3.Connection, stem_id: int) -> dict[ObjectId, StoredInspection]:
    """Return the inspections of objects of a stem, of any version of the objects."""
    rows = conn.execute(f"SELECT {_COLUMNS} FROM inspections WHERE stem_id = ?", (stem_id,))
    return {(row.stem_id, row.suffix): row for row in map(StoredInspection._make, rows)}


def stored_inspection(conn: sqlite3.Connection, stem_id: int, suffix: str) -> StoredInspection | None:
    """Return the inspection of one object, of any version; None without one."""
    sql = f"SELECT {_COLUMNS} FROM inspections WHERE stem_id = ? AND suffix = ?"
    row = conn.execute(sql, (stem_id, suffix)).fetchone()
    return None if row is None else StoredInspection._make(row)


class FormatTable:
    """The rows of `formats`, by number and by content."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        """The rows are read at the first use."""
        self._conn = conn
        self._by_number: dict[int, FormatRow] = {}
        self._by_content: dict[FormatRow, int] = {}

    def number(self, content: FormatRow) -> int:
        """Return the number of a format, which is inserted if it is new; call it in a transaction."""
        if content not in self._by_content:
            self._read()
        if content not in self._by_content:
            self._conn.execute(f"INSERT INTO formats ({_FORMAT}) VALUES ({', '.join('?' * len(content))})", content)
            self._read()
        return self._by_content[content]

    def content(self, number: int) -> FormatRow:
        """Return the format with a number; raises KeyError without one."""
        if number not in self._by_number:
            self._read()
        return self._by_number[number]

    def _read(self) -> None:
        for number, *values in self._conn.execute(f"SELECT id, {_FORMAT} FROM formats"):
            content = FormatRow._make(values)
            self._by_number[number] = content
            self._by_content[content] = number
