"""Ingest pages of a listing: insert new objects, update changed ones, and note those that are absent.

A page covers a range of keys. The objects that the catalog has in that range are read stem by stem
and compared with the page as whole lists, so that an unchanged bucket needs no writes.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from ossrec.catalog.connection.bulk_insert import insert_rows
from ossrec.catalog.encoding import pack_etag, pack_storage
from ossrec.catalog.key_ranges import KeyRange
from ossrec.catalog.store.stems import SEGMENT, STAMPED, Stems, is_stamped
from ossrec.model import ObjectInfo

Row = tuple[int, str, int, int, int, bytes, str | None]  # stem_id, suffix, kind, size, modified, etag, storage
_SUFFIX: Final = 1  # its index in a row; a NamedTuple for each listed object takes too long

_INTO = "INTO objects (stem_id, suffix, kind, size, modified, etag, storage)"
_UPDATE = """
ON CONFLICT (stem_id, suffix) DO UPDATE SET size = excluded.size, modified = excluded.modified,
    etag = excluded.etag, storage = excluded.storage, gone = NULL
"""
_KNOWN = """
SELECT stem_id, suffix, kind, size, modified, etag, storage FROM objects
WHERE stem_id = ?1 AND suffix >= ?2 AND suffix < ?3 AND gone IS NULL ORDER BY suffix
"""
_VANISHED = """
INSERT OR IGNORE INTO absent SELECT ?4, stem_id, suffix FROM objects
WHERE stem_id = ?1 AND suffix >= ?2 AND suffix < ?3 AND gone IS NULL
"""
_STEMS = "SELECT id, stem FROM stems WHERE bucket_id = ? AND stem >= ? AND (?3 IS NULL OR stem < ?3)"
_PAST_ALL = b""  # greater than every suffix: SQLite sorts each text before each blob


_NO_STEM = "\ud800"  # no key starts with a lone surrogate


class IngestedPage(NamedTuple):
    """The number of objects in a page that were new, and that changed."""

    new: int
    changed: int


class Ingest:
    """Stores the pages of one scan of one bucket. Call its methods inside a transaction."""

    def __init__(self, conn: sqlite3.Connection, scan_id: int, bucket_id: int, now: int) -> None:
        """*now* is the epoch second of the scan."""
        self._conn = conn
        self._scan_id = scan_id
        self._bucket_id = bucket_id
        self.stems = Stems(conn, bucket_id, now)

    def store_page(self, objects: Iterable[ObjectInfo], covered: KeyRange) -> IngestedPage:
        """Store *objects*, in order of key; they are all objects that the bucket has in the range *covered*."""
        rows = self._rows_by_stem(objects)
        changed = 0
        for number, stem in self._stems_in(covered):
            low, high = covered.suffixes_of(stem)
            bounds = (number, low, _PAST_ALL if high is None else high)
            if number in rows:
                known = self._conn.execute(_KNOWN, bounds).fetchall()
                rows[number], updated, vanished = _compare(known, rows[number])
                changed += updated
                self._conn.executemany(
                    "INSERT OR IGNORE INTO absent VALUES (?, ?, ?)",
                    [(self._scan_id, number, suffix) for suffix in vanished],
                )
            else:
                self._conn.execute(_VANISHED, (*bounds, self._scan_id))
        return IngestedPage(self._save(rows) - changed, changed)

    def store(self, objects: Iterable[ObjectInfo]) -> int:
        """Store *objects*, which are not all of their range; returns how many are new or changed."""
        return sum(self._store(objects))

    def store_and_count(self, objects: Iterable[ObjectInfo]) -> None:
        """Store *objects* that the listing has not reached yet, and add them to the counts of the scan."""
        self._conn.execute(
            "UPDATE scans SET new = new + ?, changed = changed + ? WHERE id = ?", (*self._store(objects), self._scan_id)
        )

    def _store(self, objects: Iterable[ObjectInfo]) -> IngestedPage:
        rows = self._rows_by_stem(objects)
        changed = 0
        for number, listed in rows.items():
            bounds = (number, listed[0][_SUFFIX], f"{listed[-1][_SUFFIX]}\0")
            rows[number], updated, _ = _compare(self._conn.execute(_KNOWN, bounds).fetchall(), listed)
            changed += updated
        return IngestedPage(self._save(rows) - changed, changed)

    def _rows_by_stem(self, objects: Iterable[ObjectInfo]) -> dict[int, list[Row]]:
        """Return rows of the objects by stem, in order of suffix.

        The segments of a recording follow each other in a listing and end in a timestamp of fixed length, so most
        keys need no parsing: `parse_name` splits such a name at the same position.
        """
        rows: dict[int, list[Row]] = defaultdict(list)
        fromhex = bytes.fromhex
        stem = _NO_STEM  # of the previous key, if it belongs to a recording
        unused: list[Row] = []
        append = unused.append
        number = 0
        for key, size, modified, etag, storage, restore in objects:
            suffix = key[STAMPED:]
            if key[:STAMPED] != stem or not is_stamped(suffix):
                at, suffix, kind = self.stems.locate(key)
                number = at.id
                append = rows[number].append
                stem = key[: -len(suffix)] if at.recording_id is not None else _NO_STEM
            else:
                kind = SEGMENT
            try:
                packed = fromhex(etag) if len(etag) == 32 else pack_etag(etag)
            except ValueError:
                packed = pack_etag(etag)
            other = None if storage == "Standard" else pack_storage(storage, restore)
            append((number, suffix, kind, size, modified, packed, other))
        return rows

    def _stems_in(self, covered: KeyRange) -> Iterator[tuple[int, str]]:
        """Yield the stems that may have keys in the range: those within it, and the prefixes of its start."""
        prefixes = [covered.low[:end] for end in range(len(covered.low))]
        for first in range(0, len(prefixes), 500):
            batch = prefixes[first : first + 500]
            marks = ",".join("?" * len(batch))
            yield from self._conn.execute(
                f"SELECT id, stem FROM stems WHERE bucket_id = ? AND stem IN ({marks})",
                (self._bucket_id, *batch),
            ).fetchall()
        yield from self._conn.execute(_STEMS, (self._bucket_id, *covered))

    def _save(self, rows: dict[int, list[Row]]) -> int:
        values = list(chain.from_iterable(rows.values()))
        if values:
            insert_rows(self._conn, _INTO, values, _UPDATE)
            touched = [number for number, differing in rows.items() if differing]
            self._mark_owners_due(touched)
            self._mark_naming_due(rows, touched)
        return len(values)

    def _mark_owners_due(self, stem_ids: Iterable[int]) -> None:
        self._conn.executemany(
            "UPDATE recordings SET due = 1 WHERE due = 0 AND id = (SELECT recording_id FROM stems WHERE id = ?)",
            [(number,) for number in stem_ids],
        )

    def _mark_naming_due(self, rows: dict[int, list[Row]], stem_ids: list[int]) -> None:
        """Mark the recordings as due whose playlists name one of these objects; few stems have any."""
        for number in stem_ids:
            if self._conn.execute("SELECT 1 FROM ownership WHERE stem_id = ? LIMIT 1", (number,)).fetchone():
                self._conn.executemany(
                    "UPDATE recordings SET due = 1 WHERE due = 0"
                    " AND id IN (SELECT recording_id FROM ownership WHERE stem_id = ? AND suffix = ?)",
                    [(stem_id, suffix) for stem_id, suffix, *_ in rows[number]],
                )

    def mark_due(self, stem_ids: Iterable[int]) -> None:
        """Mark the recordings as due that own or name objects of these stems."""
        stems = list(stem_ids)
        self._mark_owners_due(stems)
        self._conn.executemany(
            "UPDATE recordings SET due = 1 WHERE due = 0"
            " AND id IN (SELECT recording_id FROM ownership WHERE stem_id = ?)",
            [(number,) for number in stems],
        )


def _compare(known: list[Row], listed: list[Row]) -> tuple[list[Row], int, list[str]]:
    """Return the rows that are new or changed, how many of them changed, and the suffixes that are no longer listed."""
    if known == listed:
        return [], 0, []
    before = {row[_SUFFIX]: row for row in known}
    differing = [row for row in listed if before.pop(row[_SUFFIX], None) != row]
    unchanged = len(listed) - len(differing)
    return differing, len(known) - len(before) - unchanged, list(before)
