"""Looks up objects of one bucket by key, without inserting anything."""

import sqlite3

from ossrec.catalog.store.inspections import ObjectId
from ossrec.catalog.store.stems import PLAYLIST, UNNAMED, split_key

_STEM = "SELECT id FROM stems WHERE bucket_id = ? AND stem = ?"
_OBJECT = "SELECT kind FROM objects WHERE stem_id = ? AND suffix = ? AND gone IS NULL"
_OF_ANOTHER = "SELECT 1 FROM ownership WHERE stem_id = ? AND suffix = ? AND recording_id <> ? LIMIT 1"
_OF_TASK = f"""
SELECT s.id, o.suffix FROM recordings r JOIN recordings other ON other.recordid = r.recordid
    AND other.bucket_id = r.bucket_id JOIN stems s ON s.recording_id = other.id
    JOIN objects o ON o.stem_id = s.id WHERE r.id = ? AND o.kind <> {PLAYLIST} AND o.gone IS NULL
    AND (other.id = r.id OR NOT EXISTS (
        SELECT 1 FROM stems p JOIN objects q ON q.stem_id = p.id
        WHERE p.recording_id = other.id AND q.kind = {PLAYLIST} AND q.gone IS NULL))
"""
_UNNAMED = f"SELECT suffix FROM objects WHERE stem_id = ? AND kind = {UNNAMED} AND gone IS NULL LIMIT ?"


class KeyLookup:
    """The objects of the bucket that a recording is in, by key."""

    def __init__(self, conn: sqlite3.Connection, recording_id: int) -> None:
        """Cache the stems that are looked up."""
        self._conn = conn
        self._recording_id = recording_id
        (self._bucket_id,) = conn.execute("SELECT bucket_id FROM recordings WHERE id = ?", (recording_id,)).fetchone()
        self._stem_ids: dict[str, int | None] = {}
        self._stems: dict[int, str] = {}

    def key(self, number: ObjectId) -> str:
        """Return the key of an object."""
        stem_id, suffix = number
        if stem_id not in self._stems:
            (self._stems[stem_id],) = self._conn.execute("SELECT stem FROM stems WHERE id = ?", (stem_id,)).fetchone()
        return self._stems[stem_id] + suffix

    def exists(self, number: ObjectId) -> bool:
        """Return whether an object is in the bucket by the last listing."""
        return self._conn.execute(_OBJECT, number).fetchone() is not None

    def media(self, key: str) -> ObjectId | None:
        """Return the object at *key*; None if there is none, or it is a playlist or of another recording.

        A name without a recordid, such as ``0.ts``, is that of another recording if a playlist of that names it.
        """
        split = split_key(key)
        stem_id = self._stem_id(split.stem)
        if stem_id is None or split.kind == PLAYLIST or not self.exists((stem_id, split.suffix)):
            return None
        if split.kind == UNNAMED and self._is_of_another((stem_id, split.suffix)):
            return None
        return stem_id, split.suffix

    def media_of_task(self) -> list[ObjectId]:
        """Return the segments of this recording, and in any folder those of its recordid without a playlist.

        A copy in another folder that has a playlist is a recording of its own: its segments replace none of this one.
        """
        return [(stem_id, suffix) for stem_id, suffix in self._conn.execute(_OF_TASK, (self._recording_id,))]

    def unnamed_in(self, folder: str, limit: int) -> list[ObjectId]:
        """Return the files in *folder* that are not recordings; none if there are more than *limit*."""
        stem_id = self._stem_id(folder)
        if stem_id is None:
            return []
        rows = self._conn.execute(_UNNAMED, (stem_id, limit + 1)).fetchall()
        found = [(stem_id, suffix) for (suffix,) in rows] if len(rows) <= limit else []
        return [number for number in found if not self._is_of_another(number)]

    def _is_of_another(self, number: ObjectId) -> bool:
        return self._conn.execute(_OF_ANOTHER, (*number, self._recording_id)).fetchone() is not None

    def _stem_id(self, stem: str) -> int | None:
        if stem not in self._stem_ids:
            row = self._conn.execute(_STEM, (self._bucket_id, stem)).fetchone()
            self._stem_ids[stem] = None if row is None else int(row[0])
        return self._stem_ids[stem]
