"""Load a recording with its objects, playlists and inspections, and store its verdict."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ossrec.catalog.encoding import codes
from ossrec.catalog.key_ranges import successor
from ossrec.catalog.store.inspections import ObjectId, StoredInspection, inspections_of_stem
from ossrec.catalog.store.playlists import PlaylistRow, playlists_of
from ossrec.catalog.store.stems import PLAYLIST


class StoredObject(NamedTuple):
    """An object in the bucket, by the last listing."""

    kind: int
    size: int
    modified: int
    etag: bytes
    storage: str | None


class PlaylistObject(NamedTuple):
    """An object named like a playlist of the recording."""

    stem_id: int
    suffix: str
    key: str
    etag: bytes
    size: int
    storage: str | None
    is_read: bool  # this version is stored already


class Measures(NamedTuple):
    """The columns of `recordings` that follow from the inspections of its segments."""

    depth: str = "listing"  # to which all its segments were inspected
    segments_inspectable: int | None = None  # in the bucket, not encrypted, and MPEG-TS by their playlist
    inspected: int | None = None  # epoch seconds of the oldest of these inspections
    measured_duration: float | None = None  # seconds
    damaged_seconds: float | None = None
    bit_rate: int | None = None  # bits per second
    first_pts: int | None = None  # ticks of 1/90000 s
    video_codec: str | None = None
    width: int | None = None
    height: int | None = None
    audio_codec: str | None = None
    sample_rate: int | None = None
    channels: int | None = None


class StoredVerdict(NamedTuple):
    """The columns of `recordings` that follow from an evaluation."""

    playlist: str | None
    ambiguous: bool
    started_ms: int | None
    started_from: str | None
    ended_ms: int | None
    ended_from: str | None
    duration: float | None
    missing_seconds: float | None
    bytes: int
    segments_expected: int | None
    segments_present: int
    segments_missing: int | None
    last_arrival: int | None
    verdict: str
    measures: Measures
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """The rows of one recording, except for the segments of its playlists."""

    id: int
    path: str
    uid: str | None
    before: StoredVerdict
    stems: dict[int, str]
    objects: dict[ObjectId, StoredObject]
    playlists: list[PlaylistRow]
    inspections: dict[ObjectId, StoredInspection]  # of its objects, of any version

    @property
    def playlist_objects(self) -> list[ObjectId]:
        """The objects that are named like playlists."""
        return [number for number, stored in self.objects.items() if stored.kind == PLAYLIST]


# Columns have the names of the fields that hold them; those of the measures are columns of their own.
_VERDICT = tuple(name for name in StoredVerdict._fields if name != "measures")
_COLUMNS = (*_VERDICT, *Measures._fields)
_UPDATE = f"""
UPDATE recordings SET {", ".join(f"{name} = :{name}" for name in _COLUMNS)},
    due = 0, last_changed = coalesce(:changed, last_changed)
WHERE id = :id
"""
_OBJECT = ", ".join(StoredObject._fields)
_UNKNOWN_HOSTS = """
SELECT DISTINCT f.playlist_id, r.id, f.detail FROM recordings r JOIN findings f ON f.recording_id = r.id
WHERE r.verdict IN ('recording', 'unknown', 'incomplete', 'damaged', 'unfinished') AND r.bucket_id = ?
    AND r.reasons LIKE '%HLS171%' AND f.code = 'HLS171' AND f.playlist_id IS NOT NULL
"""
_SAVE_CHANGE = """
INSERT INTO changes (scan_id, recording_id, was, became, segments_lost) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (recording_id, scan_id) DO UPDATE SET became = excluded.became,
    segments_lost = max(segments_lost, excluded.segments_lost)
"""


def mark_undecided_due(conn: sqlite3.Connection, bucket_id: int) -> None:
    """Mark the recordings as due whose verdict depends on the time, or on objects that could not be read."""
    for condition in (
        "verdict IN ('recording', 'unknown')",
        "id IN (SELECT recording_id FROM findings WHERE source = 'access')",
    ):
        conn.execute(f"UPDATE recordings SET due = 1 WHERE {condition} AND bucket_id = ? AND due = 0", (bucket_id,))


def mark_newly_known_hosts_due(conn: sqlite3.Connection, bucket_id: int, hosts: Iterable[str]) -> None:
    """Have playlists read again that name segments on one of *hosts*, which was unknown when they were read."""
    known = set(hosts)
    rows = conn.execute(_UNKNOWN_HOSTS, (bucket_id,)).fetchall() if known else []
    found = [(playlist, recording) for playlist, recording, host in rows if host in known]
    conn.executemany("UPDATE playlists SET etag = x'' WHERE id = ?", [(playlist,) for playlist, _ in found])
    conn.executemany("UPDATE recordings SET due = 1 WHERE id = ?", [(recording,) for _, recording in found])


def due_recordings(conn: sqlite3.Connection, bucket_id: int, prefix: str) -> Iterator[int]:
    """Yield the numbers of due recordings under *prefix* in order of path, also of those that become due meanwhile."""
    end = successor(prefix)
    path = ""
    while True:
        rows = conn.execute(
            "SELECT id, path FROM recordings INDEXED BY recordings_due WHERE bucket_id = ? AND due"
            " AND path > ? AND path >= ? AND (? IS NULL OR path < ?) ORDER BY path LIMIT 500",
            (bucket_id, path, prefix, end, end),
        ).fetchall()
        if not rows:
            return
        for number, path in rows:  # noqa: B007
            yield number


def due_outside_prefix(conn: sqlite3.Connection, bucket_id: int, prefix: str) -> list[str]:
    """Return the paths of due recordings that are shorter than *prefix*: only some of their keys start with it."""
    paths = [prefix[:end] for end in range(len(prefix))]
    marks = ",".join("?" * len(paths))
    return [
        path
        for (path,) in conn.execute(
            f"SELECT path FROM recordings WHERE bucket_id = ? AND due AND path IN ({marks})", (bucket_id, *paths)
        )
    ]


def count_due(conn: sqlite3.Connection, bucket_id: int, prefix: str) -> int:
    """Return the number of due recordings under *prefix*."""
    end = successor(prefix)
    (number,) = conn.execute(
        "SELECT count(*) FROM recordings INDEXED BY recordings_due WHERE bucket_id = ? AND due AND path >= ?"
        " AND (? IS NULL OR path < ?)",
        (bucket_id, prefix, end, end),
    ).fetchone()
    return int(number)


def playlist_objects(conn: sqlite3.Connection, recording_id: int) -> list[PlaylistObject]:
    """Return the objects of a recording that are named like playlists."""
    rows = conn.execute(
        "SELECT o.stem_id, o.suffix, s.stem || o.suffix, o.etag, o.size, o.storage,"
        " p.read IS NOT NULL AND p.etag = o.etag FROM stems s"
        " JOIN objects o INDEXED BY objects_but_segments"
        " ON o.stem_id = s.id AND o.kind = 1 AND o.kind < 2"
        " LEFT JOIN playlists p ON p.stem_id = o.stem_id AND p.suffix = o.suffix"
        " WHERE s.recording_id = ? AND o.gone IS NULL",
        (recording_id,),
    )
    return [PlaylistObject._make(row) for row in rows]


def load_recording(conn: sqlite3.Connection, recording_id: int) -> StoredRecording | None:
    """Return a recording with its rows; None if it was merged into another one."""
    row = conn.execute(
        f"SELECT path, uid, {', '.join(_COLUMNS)} FROM recordings WHERE id = ?",
        (recording_id,),
    ).fetchone()
    if row is None:
        return None
    path, uid, *values = row
    columns = dict(zip(_COLUMNS, values, strict=True))
    columns["measures"] = Measures._make(columns.pop(name) for name in Measures._fields)
    columns["reasons"] = tuple(codes(columns["reasons"]))
    before = StoredVerdict(**columns)
    stems = dict(conn.execute("SELECT id, stem FROM stems WHERE recording_id = ?", (recording_id,)))
    objects: dict[ObjectId, StoredObject] = {}
    for stem_id in stems:
        _add(objects, conn.execute(f"{_OBJECTS} WHERE o.stem_id = ? AND gone IS NULL", (stem_id,)))
    _add(
        objects,
        conn.execute(f"{_OBJECTS} JOIN ({_OWNED}) USING (stem_id, suffix) WHERE gone IS NULL", (recording_id,)),
    )
    stems |= dict(
        conn.execute(f"SELECT DISTINCT id, stem FROM ({_OWNED}) c JOIN stems ON id = c.stem_id", (recording_id,))
    )
    inspections: dict[ObjectId, StoredInspection] = {}
    for stem_id in stems:
        inspections |= inspections_of_stem(conn, stem_id)
    return StoredRecording(
        recording_id, path, uid, before, stems, objects, playlists_of(conn, recording_id), inspections
    )


_OBJECTS = f"SELECT o.stem_id, o.suffix, {_OBJECT} FROM objects o"
_OWNED = (  # named by its playlists, and of no other recording by name
    "SELECT c.stem_id, c.suffix FROM ownership c JOIN stems s ON s.id = c.stem_id"
    " WHERE c.recording_id = ? AND s.recording_id IS NULL"
)


def _add(objects: dict[ObjectId, StoredObject], rows: Iterable[tuple[Any, ...]]) -> None:
    for stem_id, suffix, *values in rows:
        objects[stem_id, suffix] = StoredObject._make(values)


def find_object(conn: sqlite3.Connection, stem_id: int, suffix: str) -> StoredObject | None:
    """Return an object of any recording; None if it is missing."""
    row = conn.execute(
        f"SELECT {_OBJECT} FROM objects WHERE stem_id = ? AND suffix = ? AND gone IS NULL", (stem_id, suffix)
    ).fetchone()
    return StoredObject._make(row) if row else None


def save_verdict(
    conn: sqlite3.Connection, recording: StoredRecording, evaluated: StoredVerdict, scan_id: int, now: int, lost: int
) -> bool:
    """Store an evaluation; returns whether the verdict changed. *lost* is the number of segments its playlist lost."""
    when = recording.before.measures.inspected  # a repeated inspection is no change
    changed = evaluated._replace(measures=evaluated.measures._replace(inspected=when)) != recording.before
    values = evaluated._asdict() | evaluated.measures._asdict() | {"reasons": json.dumps(evaluated.reasons)}
    del values["measures"]
    conn.execute(_UPDATE, values | {"changed": now if changed else None, "id": recording.id})
    first = conn.execute("SELECT 1 FROM changes WHERE recording_id = ? LIMIT 1", (recording.id,)).fetchone() is None
    differs = first or evaluated.verdict != recording.before.verdict
    if differs or lost:
        conn.execute(
            _SAVE_CHANGE,
            (scan_id, recording.id, None if first else recording.before.verdict, evaluated.verdict, lost),
        )
    return differs
