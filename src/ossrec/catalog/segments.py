"""The segments of a recording as they are in the bucket, one by one or in stretches of the same state."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ossrec.catalog.rows import Row
from ossrec.naming import parse_name

# 188 bytes are an MPEG-TS packet, 16 a block of the cipher: a segment of another size was cut.
_STATE = """
CASE WHEN g.stem_id IS NULL THEN 'outside' WHEN g.gap THEN 'gap' WHEN o.size IS NULL THEN 'missing'
WHEN o.size = 0 THEN 'empty' WHEN g.byterange_end IS NOT NULL THEN iif(g.byterange_end > o.size, 'cut', 'present')
WHEN g.encrypted THEN iif(o.size % 16, 'cut', 'present')
WHEN o.size % 188 AND NOT g.fragment THEN 'cut' ELSE 'present' END
"""
_LISTED = """
FROM segments g {stems} LEFT JOIN objects o ON o.stem_id = g.stem_id AND o.rest = g.rest AND o.gone IS NULL
WHERE g.playlist_id = ? ORDER BY g.number
"""
_STATES = f"SELECT g.number, g.start_ms, g.duration_ms, {_STATE} {_LISTED.format(stems='')}"
_ROWS = f"""
SELECT g.number, g.uri, s.stem || g.rest, g.start_ms, g.duration_ms, o.size, {_STATE}, g.discontinuity
{_LISTED.format(stems="LEFT JOIN stems s ON s.id = g.stem_id")}
"""
_SLICES = """
SELECT s.stem || o.rest, o.size, CASE WHEN o.size = 0 THEN 'empty' WHEN o.size % 188 THEN 'cut' ELSE 'present' END
FROM stems s JOIN objects o ON o.stem_id = s.id
WHERE s.recording_id = ? AND o.kind = 2 AND o.gone IS NULL ORDER BY 1
"""


class Stretch(NamedTuple):
    """Segments in a row that are in the same state."""

    state: str  # present, missing, empty, cut, gap (declared missing) or outside
    first: int  # segment numbers
    last: int
    start: float | None  # seconds
    length: float | None


class Listed(NamedTuple):
    """A playlist, and where in the recording it begins."""

    playlist_id: int
    offset: int  # ms


def segment_rows(catalog: sqlite3.Connection, number: int, playlists: Sequence[Listed]) -> Iterator[Row]:
    """The segments that *playlists* name, or if they name none the slices of recording *number* in order of key.

    Lengths are seconds; a slice that no playlist names has none, and its start is known from a stamp in its name.
    """
    found = False
    for part, (playlist_id, offset) in enumerate(playlists):
        for row in catalog.execute(_ROWS, (playlist_id,)):
            index, uri, key, start_ms, length_ms, size, state, discontinuity = row
            found = True
            yield {
                "part": part,
                "number": index,
                "uri": uri if uri is not None else key.rpartition("/")[2],
                "key": key,
                "start": (offset + start_ms) / 1000,
                "length": length_ms / 1000,
                "bytes": size,
                "state": state,
                "discontinuity": bool(discontinuity),
            }
    if not found:
        yield from _slices(catalog, number)


def segment_stretches(catalog: sqlite3.Connection, number: int, playlists: Sequence[Listed]) -> list[Stretch]:
    """What `segment_rows` gives, in stretches: a playlist may name half a million segments."""
    found: list[Stretch] = []
    for playlist_id, offset in playlists:
        rows = catalog.execute(_STATES, (playlist_id,))
        found += _stretches((index, offset + start, length, state) for index, start, length, state in rows)
    return found or stretches(_slices(catalog, number))


def stretches(segments: Iterable[Row]) -> list[Stretch]:
    """Neighbours of *segments*, which have a number, start, length and state, put together."""

    def thousandths(seconds: float | None) -> int | None:
        return None if seconds is None else round(seconds * 1000)

    return _stretches((s["number"], thousandths(s["start"]), thousandths(s["length"]), s["state"]) for s in segments)


def _stretches(segments: Iterable[tuple[int, int | None, int | None, str]]) -> list[Stretch]:
    found: list[Stretch] = []
    state, first, last, start, end = "", 0, 0, None, None
    for number, begin, length, now in segments:
        if now != state:
            if state:
                found.append(_stretch(state, first, last, start, end))
            state, first, start = now, number, begin
            end = begin
        last = number
        end = None if begin is None or length is None or end is None else begin + length
    if state:
        found.append(_stretch(state, first, last, start, end))
    return found


def _stretch(state: str, first: int, last: int, start: int | None, end: int | None) -> Stretch:
    """Times are ms here."""
    if start is None:
        return Stretch(state, first, last, None, None)
    return Stretch(state, first, last, start / 1000, None if end is None else (end - start) / 1000)


def _slices(catalog: sqlite3.Connection, number: int) -> Iterator[Row]:
    slices = catalog.execute(_SLICES, (number,)).fetchall()
    names = [parse_name(key) for key, _, _ in slices]
    stamps = [None if name is None else name.stamp_ms for name in names]
    known = [stamp for stamp in stamps if stamp is not None]
    for index, ((key, size, state), stamp) in enumerate(zip(slices, stamps, strict=True)):
        yield {
            "part": 0,
            "number": index,
            "uri": key.rpartition("/")[2],
            "key": key,
            "start": None if stamp is None else (stamp - min(known)) / 1000,
            "length": None,
            "bytes": size,
            "state": state,
            "discontinuity": False,
        }
