"""The owner of an object: the recording whose playlist names it, although its name reads as another recording.

The names of segments are not documented, so the stem read from a name may be wrong. A playlist takes
precedence: a recording that exists only because a segment's name was misread is merged into the one
whose playlist names the segment. A recordid cannot be misread, so a recording of another task is never
merged.
"""

import sqlite3

from ossrec.catalog.store.recordings import StoredRecording
from ossrec.naming.folding import folded

_OTHERS = """
INSERT OR IGNORE INTO ownership SELECT n.stem_id, n.suffix, ?1 FROM playlists p JOIN {table} n ON n.playlist_id = p.id
    JOIN stems s ON s.id = n.stem_id WHERE p.recording_id = ?1 AND s.recording_id IS NOT ?1
"""


def owns_foreign_objects(conn: sqlite3.Connection, recording_id: int) -> bool:
    """Return whether the playlists of a recording name objects that belong to another recording by name."""
    row = conn.execute("SELECT 1 FROM ownership WHERE recording_id = ? LIMIT 1", (recording_id,)).fetchone()
    return row is not None


def assign_owner(conn: sqlite3.Connection, recording_id: int) -> bool:
    """Store the objects that a recording's playlists name under other names; returns whether recordings were merged."""
    conn.execute("DELETE FROM ownership WHERE recording_id = ?", (recording_id,))
    return add_ownership(conn, recording_id)


def add_ownership(conn: sqlite3.Connection, recording_id: int) -> bool:
    """Note what the recording's segments and resources refer to now, too; true if recordings were merged."""
    for table in ("segments", "resources"):
        conn.execute(_OTHERS.format(table=table), (recording_id,))
    owners = conn.execute(
        "SELECT DISTINCT p.id FROM ownership c JOIN stems s ON s.id = c.stem_id"
        " JOIN recordings p ON p.id = s.recording_id"
        " JOIN recordings r ON r.id = c.recording_id"
        " WHERE r.id = ? AND p.recordid = r.recordid AND (p.uid IS NULL OR p.uid IS r.uid)",
        (recording_id,),
    ).fetchall()
    misread = [owner for (owner,) in owners if not _has_playlist(conn, owner)]
    for other in misread:
        merge_recordings(conn, other, recording_id)
    if misread:
        conn.execute(
            "DELETE FROM ownership WHERE recording_id = ?1"
            " AND stem_id IN (SELECT id FROM stems WHERE recording_id = ?1)",
            (recording_id,),
        )
    return bool(misread)


def merge_recordings(conn: sqlite3.Connection, other: int, owner: int) -> None:
    """Move the stems, playlists and findings of the recording *other* to *owner*, and delete *other*."""
    conn.execute("UPDATE stems SET recording_id = ? WHERE recording_id = ?", (owner, other))
    conn.execute("UPDATE playlists SET recording_id = ? WHERE recording_id = ?", (owner, other))
    conn.execute("UPDATE findings SET recording_id = ? WHERE recording_id = ? AND playlist_id > 0", (owner, other))
    conn.execute("UPDATE recordings SET due = 1 WHERE id = ?", (owner,))
    conn.execute("DELETE FROM recordings WHERE id = ?", (other,))


def likely_owner(conn: sqlite3.Connection, recording: StoredRecording) -> int | None:
    """Return the recording that segments without a playlist most likely belong to; None without one.

    A recordid belongs to one task, and a task to one room. So a mixed recording of the same task whose path is a
    prefix of this one is the same recording, with a longer suffix than expected; and so is a recording whose path
    differs only in letter case or Unicode normalization.
    """
    rows = conn.execute(
        "SELECT r.id, r.path, r.uid FROM recordings r JOIN recordings p ON p.id = ?"
        " WHERE r.recordid = p.recordid AND r.bucket_id = p.bucket_id AND r.folder = p.folder"
        " AND r.id <> p.id ORDER BY length(r.path) DESC",
        (recording.id,),
    ).fetchall()
    for number, path, uid in rows:
        is_longer = recording.uid is None and uid is None and recording.path.startswith(path)
        if (is_longer or folded(path) == folded(recording.path)) and _has_playlist(conn, number):
            return int(number)
    return None


def mark_orphans_due(conn: sqlite3.Connection, recording: StoredRecording) -> None:
    """Mark the recordings as due that may belong to this one, as its playlist has just been read.

    They were stored as recordings of their own because they arrived before the playlist; see `likely_owner`.
    """
    if recording.uid is None:
        conn.execute(
            "UPDATE recordings SET due = 1 WHERE id IN (SELECT p.id FROM recordings r JOIN recordings p"
            " ON p.recordid = r.recordid WHERE r.id = ? AND p.bucket_id = r.bucket_id AND p.folder = r.folder"
            " AND p.uid IS NULL AND p.playlist IS NULL AND p.id <> r.id)",
            (recording.id,),
        )


def _has_playlist(conn: sqlite3.Connection, recording_id: int) -> bool:
    found = conn.execute(
        "SELECT 1 FROM stems s JOIN objects o INDEXED BY objects_but_segments"
        " ON o.stem_id = s.id AND o.kind = 1 AND o.kind < 2"
        " WHERE s.recording_id = ? AND o.gone IS NULL LIMIT 1",
        (recording_id,),
    ).fetchone()
    return found is not None
