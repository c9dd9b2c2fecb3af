"""The segments of a recording with their state and time."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ossrec.catalog.details.shown_inspections import (
    INSPECTION_COLUMNS,
    INSPECTION_JOIN,
    Formats,
    formats_by_number,
    named_rows,
    shown_inspection,
)
from ossrec.catalog.query.recording_rows import Row
from ossrec.naming import parse_name
from ossrec.segment_rules import SegmentState, segment_state

_FACTS = """
CASE WHEN g.stem_id IS NOT NULL THEN g.suffix END AS suffix, o.size AS size, g.gap AS declared_gap,
g.byterange_end AS byterange_end, g.encrypted AS encrypted, g.fragment AS fragment, g.located AS located,
g.number AS number, g.start_ms AS start_ms, g.duration_ms AS duration_ms
"""
_LISTED = """
FROM segments g {joins} LEFT JOIN objects o ON o.stem_id = g.stem_id AND o.suffix = g.suffix AND o.gone IS NULL
{inspections} WHERE g.playlist_id = ? ORDER BY g.number
"""
# The fields of `_ListedSegment`. Without inspections their table is not read.
_STATES = f"SELECT {_FACTS}, NULL, NULL, NULL {_LISTED.format(joins='', inspections='')}"
_STATES_INSPECTED = f"""
SELECT {_FACTS}, l.packet_size, l.failure, l.depth {_LISTED.format(joins="", inspections=INSPECTION_JOIN)}
"""
_ROWS = f"""
SELECT {_FACTS}, g.uri AS uri, s.stem || g.suffix AS key, g.discontinuity AS discontinuity, {INSPECTION_COLUMNS}
{_LISTED.format(joins="LEFT JOIN stems s ON s.id = g.stem_id", inspections=INSPECTION_JOIN)}
"""
_UNLISTED = f"""
SELECT s.stem || o.suffix AS key, o.size AS size, {INSPECTION_COLUMNS}
FROM stems s JOIN objects o ON o.stem_id = s.id {INSPECTION_JOIN}
WHERE s.recording_id = ? AND o.kind = 2 AND o.gone IS NULL ORDER BY 1
"""
_FAILED = "SELECT EXISTS (SELECT 1 FROM findings WHERE recording_id = ? AND source = 'access')"
_CLOCK_STEPS = "SELECT start FROM findings WHERE recording_id = ? AND code = 'LST303' AND start IS NOT NULL"
_HELD = "SELECT start_ms, duration_ms FROM segments WHERE playlist_id = ? AND number = ?"


class TimedSegment(NamedTuple):
    """A segment with its time and state."""

    part: int
    number: int
    suffix: str | None  # of its key; None: its URI was refused
    start: int | None  # ms from the start of the recording
    length: int | None  # ms, EXTINF
    state: str
    measured: int | None = None  # ms, by its inspection; only if no playlist names it


class TimedPlaylist(NamedTuple):
    """A playlist and its start in the recording."""

    playlist_id: int
    offset: int  # ms


class InspectionState(NamedTuple):
    """How far a recording was inspected."""

    some: bool = False  # at least one of its segments was inspected
    failed: bool = False  # at least one inspection failed


class _ListedSegment(NamedTuple):
    """A segment that a playlist names, with the facts that decide its state."""

    suffix: str | None  # of its key; None: its URI was refused
    size: int | None  # bytes; None: it is not in the bucket
    declared_gap: bool
    byterange_end: int | None
    encrypted: bool
    fragment: bool
    located: str | None  # how it was found although its URI does not lead there
    number: int
    start_ms: int
    duration_ms: int
    packet_size: int | None  # by its inspection, as are the fields below
    failure: str | None
    depth: str | None


def segment_rows(
    catalog: sqlite3.Connection, number: int, playlists: Sequence[TimedPlaylist], inspections: InspectionState
) -> Iterator[Row]:
    """Yield the segments that *playlists* name; if they name none, those of recording *number* in order of key.

    Lengths are in seconds. A segment that no playlist names has no length, and starts at the time in its name.
    """
    formats = formats_by_number(catalog)
    found = False
    for part, (playlist_id, offset) in enumerate(playlists):
        for row in named_rows(catalog, _ROWS, (playlist_id,)):
            found = True
            segment = _ListedSegment(*(row[name] for name in _ListedSegment._fields))
            yield {
                "part": part,
                "number": segment.number,
                "uri": row["uri"] if row["uri"] is not None else row["key"].rpartition("/")[2],
                "key": row["key"],
                "start": (offset + segment.start_ms) / 1000,
                "length": segment.duration_ms / 1000,
                "bytes": segment.size,
                "state": _listed_state(segment, inspections),
                "discontinuity": bool(row["discontinuity"]),
                "inspection": shown_inspection(row, formats),
            }
    if not found:
        yield from _unlisted_rows(catalog, number, inspections, formats)


def clock_steps(catalog: sqlite3.Connection, number: int) -> frozenset[int]:
    """Return the starts, in ms, of segments before which the recorder's clock was set: their media is contiguous."""
    return frozenset(round(start * 1000) for (start,) in catalog.execute(_CLOCK_STEPS, (number,)))


def timed_segments(
    catalog: sqlite3.Connection, number: int, playlists: Sequence[TimedPlaylist], inspections: InspectionState
) -> Iterator[TimedSegment]:
    """Yield the segments of `segment_rows` as `TimedSegment`."""
    found = False
    for part, (playlist_id, offset) in enumerate(playlists):
        rows = catalog.execute(_STATES_INSPECTED if any(inspections) else _STATES, (playlist_id,))
        for one in map(_ListedSegment._make, rows):
            found = True
            state = _listed_state(one, inspections)
            yield TimedSegment(part, one.number, one.suffix, offset + one.start_ms, one.duration_ms, state)
    if not found:
        for row in _unlisted_rows(catalog, number, inspections, {}):
            start, measured = _ms(row["start"]), _ms((row["inspection"] or {}).get("length"))
            yield TimedSegment(0, row["number"], row["uri"], start, None, row["state"], measured)


def _listed_state(one: _ListedSegment, inspections: InspectionState) -> str:
    state = segment_state(
        one.suffix,
        one.size,
        declared_gap=one.declared_gap,
        byterange_end=one.byterange_end,
        encrypted=one.encrypted,
        fragment=one.fragment,
        packet_size=one.packet_size,
        wrong_path=one.located is not None,
    )
    return _shown_state(state, one.failure, one.depth, inspections)


def _shown_state(state: SegmentState, failure: str | None, depth: str | None, inspections: InspectionState) -> str:
    """Return *state*, or `not_inspected` for a segment that could not be inspected, or was not while others were."""
    is_unread = failure is not None or (inspections.some and depth is None)
    return "not_inspected" if is_unread and state is SegmentState.PRESENT else state.value


def inspection_state(catalog: sqlite3.Connection, number: int, some: bool) -> InspectionState:
    """Return how far recording *number* was inspected; *some*: at least one segment was."""
    return InspectionState(some, bool(catalog.execute(_FAILED, (number,)).fetchone()[0]))


def held_by(
    catalog: sqlite3.Connection, playlists: Sequence[TimedPlaylist], place: tuple[int, int]
) -> tuple[float, float] | None:
    """Return start and end of a segment in seconds of the recording; *place* is its part and number."""
    part, number = place
    if part >= len(playlists):
        return None
    row = catalog.execute(_HELD, (playlists[part].playlist_id, number)).fetchone()
    if row is None:
        return None
    start_ms, duration_ms = row
    start = playlists[part].offset + start_ms
    return start / 1000, (start + duration_ms) / 1000


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _unlisted_rows(
    catalog: sqlite3.Connection, number: int, inspections: InspectionState, formats: Formats
) -> Iterator[Row]:
    objects = named_rows(catalog, _UNLISTED, (number,)).fetchall()
    names = [parse_name(row["key"]) for row in objects]
    stamps = [None if name is None else name.stamp_ms for name in names]
    first = min((stamp for stamp in stamps if stamp is not None), default=0)
    for index, (row, stamp) in enumerate(zip(objects, stamps, strict=True)):
        state = segment_state(row["key"], row["size"], packet_size=row["packet_size"])
        yield {
            "part": 0,
            "number": index,
            "uri": row["key"].rpartition("/")[2],
            "key": row["key"],
            "start": None if stamp is None else (stamp - first) / 1000,
            "length": None,
            "bytes": row["size"],
            "state": _shown_state(state, row["failure"], row["depth"], inspections),
            "discontinuity": False,
            "inspection": shown_inspection(row, formats),
        }
