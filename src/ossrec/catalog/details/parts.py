"""The playlists that make up a recording, and where in the recording each begins."""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from ossrec.catalog.details.segment_states import TimedPlaylist
from ossrec.catalog.store.stems import recorder_number
from ossrec.naming import parse_name

_PARTS = """
SELECT p.id, s.stem || p.suffix, o.etag = p.etag, p.duration FROM playlists p JOIN stems s ON s.id = p.stem_id
JOIN objects o ON o.stem_id = p.stem_id AND o.suffix = p.suffix AND o.gone IS NULL
WHERE p.recording_id = ? AND p.role = 'main' ORDER BY p.modified DESC, p.id
"""
_ONCE = "SELECT id FROM playlists WHERE recording_id = ? AND role = 'main' ORDER BY modified DESC, id LIMIT 1"


class RecordingPart(NamedTuple):
    """A playlist that is in the bucket and counts."""

    recorder: int  # -1 for the first recorder, n for the n-th that took over
    is_same: bool  # the object is unchanged since it was read
    seconds: float  # its duration


def parts_of(catalog: sqlite3.Connection, number: int) -> dict[int, RecordingPart]:
    """Return the parts of a recording by the id of their playlist, the newest first."""
    found = {}
    for playlist_id, key, is_same, seconds in catalog.execute(_PARTS, (number,)):
        found[playlist_id] = RecordingPart(recorder_number(parse_name(key)), bool(is_same), seconds or 0.0)
    return found


def in_order(catalog: sqlite3.Connection, number: int, parts: Mapping[int, RecordingPart]) -> list[TimedPlaylist]:
    """Return the playlists that make up the recording, in the order in which their recorders took over.

    If none of them is in the bucket any more, the last one that was.
    """
    if not parts:
        return [TimedPlaylist(playlist_id, 0) for (playlist_id,) in catalog.execute(_ONCE, (number,))]
    found = []
    offset = 0
    for playlist_id in sorted(parts, key=lambda playlist_id: parts[playlist_id].recorder):
        found.append(TimedPlaylist(playlist_id, offset))
        offset += round(1000 * parts[playlist_id].seconds)
    return found
