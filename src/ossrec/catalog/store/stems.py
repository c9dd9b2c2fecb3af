"""Split keys into stem and suffix, and find the rows of stems.

The objects of a recording share their stem. It is stored once, and each object stores only its suffix;
docs/catalog.md has the space that this saves.
"""

import re
import sqlite3
from typing import NamedTuple

from ossrec.naming import RecordingName, parse_name

UNNAMED, PLAYLIST, SEGMENT = 0, 1, 2  # objects.kind

STAMPED = -21  # "_YYYYMMDDHHMMSSmmm.ts"
_CACHE = 20_000


# `parse_name` splits a name before such a suffix.
is_stamped = re.compile(r"_[0-9]{17}\.ts").fullmatch


class SplitKey(NamedTuple):
    """The stem and suffix of a key; ``stem + suffix`` is the key."""

    stem: str
    suffix: str
    kind: int
    name: RecordingName | None


def split_key(key: str) -> SplitKey:
    """Return the stem and suffix of *key*; the stem of an object that belongs to no recording is its folder."""
    name = parse_name(key)
    if name is None:
        cut = key.rfind("/") + 1
        return SplitKey(key[:cut], key[cut:], UNNAMED, None)
    stem = name.prefix
    return SplitKey(stem, key[len(stem) :], PLAYLIST if name.kind == "playlist" else SEGMENT, name)


def recorder_number(name: RecordingName | None) -> int:
    """Return the number of the recorder in a name: -1 for the first one, n for replacement n (``bak{n}_``)."""
    return -1 if name is None or name.backup is None else name.backup


class Stem(NamedTuple):
    """A row of `stems`."""

    id: int
    recording_id: int | None


class Stems:
    """The stems of one bucket, inserted at first use, with a bounded cache."""

    def __init__(self, conn: sqlite3.Connection, bucket_id: int, now: int) -> None:
        """*now* is the epoch second at which new recordings are first seen."""
        self._conn = conn
        self._bucket_id = bucket_id
        self._now = now
        self._known: dict[str, Stem] = {}

    def locate(self, key: str) -> tuple[Stem, str, int]:
        """Return stem, suffix and kind of *key*; inserts the stem and the recording if they are new."""
        split = split_key(key)
        return self.stem(split.stem, split.name), split.suffix, split.kind

    def stem(self, text: str, name: RecordingName | None) -> Stem:
        """Return the row of the stem *text*, inserted if it is new; *name* is the parsed name of a key with it."""
        known = self._known.get(text) or self._find(text) or self._add(text)
        if name is not None and known.recording_id is None:
            known = self._set_owner(known, self._naming_recording(known, name) or self._recording(name))
        elif name is not None and name.kind == "playlist" and not self._belongs_to(known, name):
            known = self._set_owner(known, self._recording(name))
        return self._cache(text, known)

    def locate_named(self, key: str) -> tuple[Stem, str]:
        """Return stem and suffix of a key that a playlist names; inserts no recording, as the object may not exist."""
        known = self._known.get(key[:STAMPED])
        suffix = key[STAMPED:]
        if known is not None and known.recording_id is not None and is_stamped(suffix):
            return known, suffix
        split = split_key(key)
        known = self._known.get(split.stem) or self._find(split.stem) or self._add(split.stem)
        return self._cache(split.stem, known), split.suffix

    def _cache(self, text: str, stem: Stem) -> Stem:
        if len(self._known) >= _CACHE:
            self._known.clear()
        self._known[text] = stem
        return stem

    def clear_cache(self) -> None:
        """Clear the cache, after a rollback or after recordings were merged."""
        self._known.clear()

    def _find(self, text: str) -> Stem | None:
        row = self._conn.execute(
            "SELECT id, recording_id FROM stems WHERE bucket_id = ? AND stem = ?", (self._bucket_id, text)
        ).fetchone()
        return Stem._make(row) if row else None

    def _add(self, text: str) -> Stem:
        row = self._conn.execute(
            "INSERT INTO stems (bucket_id, stem) VALUES (?, ?) RETURNING id", (self._bucket_id, text)
        ).fetchone()
        return Stem(id=row[0], recording_id=None)

    def _naming_recording(self, stem: Stem, name: RecordingName) -> int | None:
        """Return the recording whose playlist names segments of this stem; None without one."""
        if name.kind != "segment":
            return None
        row = self._conn.execute("SELECT min(recording_id) FROM ownership WHERE stem_id = ?", (stem.id,)).fetchone()
        return None if row[0] is None else int(row[0])

    def _belongs_to(self, stem: Stem, name: RecordingName) -> bool:
        """Return whether a stem belongs to the recording in the name of a playlist; otherwise mark its owner as due."""
        row = self._conn.execute("SELECT path FROM recordings WHERE id = ?", (stem.recording_id,)).fetchone()
        if row[0] == name.folder + name.stem:
            return True
        self._conn.execute("UPDATE recordings SET due = 1 WHERE id = ?", (stem.recording_id,))
        return False

    def _set_owner(self, stem: Stem, recording_id: int) -> Stem:
        owned = Stem(stem.id, recording_id)
        self._conn.execute("UPDATE stems SET recording_id = ? WHERE id = ?", (owned.recording_id, stem.id))
        return owned

    def _recording(self, name: RecordingName) -> int:
        (number,) = self._conn.execute(
            "INSERT INTO recordings (bucket_id, path, folder, recordid, roomid, uid, stream, conforming,"
            " ambiguous, verdict, reasons, first_seen, last_changed)"
            """ VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'unknown', '["LOOK000"]', ?, ?)"""
            " ON CONFLICT (bucket_id, path) DO UPDATE SET due = 1 RETURNING id",
            (
                self._bucket_id,
                name.folder + name.stem,
                name.folder,
                name.recordid,
                name.roomid,
                name.uid,
                name.stream,
                name.conforming,
                name.ambiguous,
                self._now,
                self._now,
            ),
        ).fetchone()
        return int(number)
