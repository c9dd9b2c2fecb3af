"""Which playlists make up a recording, and where in it each begins."""

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
    """A playlist that is there and that counts."""

    recorder: int  # who wrote it: -1 for the first, n for the n-th that took over
    is_same: bool  # it still is as it was read
    seconds: float  # how long it is


def parts_of(catalog: sqlite3.Connection, number: int) -> dict[int, RecordingPart]:
    """The parts of a recording by the number of their playlist, the newest first."""
    found = {}
    for playlist_id, key, is_same, seconds in catalog.execute(_PARTS, (number,)):
        found[playlist_id] = RecordingPart(recorder_number(parse_name(key)), bool(is_same), seconds or 0.0)
    return found


def in_order(catalog: sqlite3.Connection, number: int, parts: Mapping[int, RecordingPart]) -> list[TimedPlaylist]:
    """The playlists that make up the recording, each recorder's after that of the one it took over from.

    If none of them is there any more, the one that was.
    """
    if not parts:
        return [TimedPlaylist(playlist_id, 0) for (playlist_id,) in catalog.execute(_ONCE, (number,))]
    found = []
    offset = 0
    for playlist_id in sorted(parts, key=lambda playlist_id: parts[playlist_id].recorder):
        found.append(TimedPlaylist(playlist_id, offset))
        offset += round(1000 * parts[playlist_id].seconds)
    return found
