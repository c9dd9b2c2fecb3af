"""All recordings of a room on one time axis, with the times that are present, missing or damaged."""

import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from ossrec.catalog.connection.open_reader import snapshot
from ossrec.catalog.details.wall_clock import Span, TimedRecording, spans_of
from ossrec.catalog.query.filters import QueryTime, RecordingFilter
from ossrec.catalog.query.find import Stored, matching_reading, stored_recordings
from ossrec.catalog.query.recording_rows import Row, buckets_by_id, recording_row, times_of
from ossrec.catalog.times import iso

APART = 600_000  # ms between two recordings of a room that make them two sessions
_DAY = 86_400_000

_RECORDING_FIELDS = ("bucket", "path", "playlist", "recordid", "uid", "stream", "verdict", "depth")
SPAN_FIELDS = (*_RECORDING_FIELDS, "from", "until", "kind")


class RoomRecording(NamedTuple):
    """A recording with its wall-clock times."""

    row: Row  # of `find`
    uid: str | None  # by the reading of its name that has this room
    stream: str
    start: int  # Unix ms
    end: int
    spans: list[Span]


class RoomStream(NamedTuple):
    """The recordings of one user, or of all users mixed."""

    uid: str | None
    stream: str  # "mixed" or "source"
    takes: list[RoomRecording]  # in order of time


class OmittedRecordings(NamedTuple):
    """Recordings of the room that belong to earlier sessions."""

    recordings: int
    start: int | None  # of the first of them, Unix ms


class Room(NamedTuple):
    """The recordings of a room."""

    name: str
    start: int | None  # Unix ms; None when no recording has a time
    end: int | None
    streams: list[RoomStream]  # the mixed stream first, then users in order of arrival
    undated: list[Row]  # recordings of unknown time
    omitted: OmittedRecordings


def room_recordings(catalog: sqlite3.Connection, wanted: RecordingFilter, *, now: float, quiet_after: float) -> Room:
    """Return the recordings that match *wanted*, which names a room; without a time range, its newest session.

    Recordings that overlap or follow each other within `APART` are a session. Recordings of unknown time match no time
    range.
    """
    with snapshot(catalog):
        clock = QueryTime(now, quiet_after)
        found = list(stored_recordings(catalog, wanted, clock))
        dated = [one for one in found if times_of(one[0]).started is not None]
        undated = [one for one in found if times_of(one[0]).started is None]
        chosen = dated
        if wanted.since is None and wanted.until is None:
            chosen = _newest_session(dated, clock)
        buckets = buckets_by_id(catalog)
        takes = [_take(catalog, stored, recording_row(stored, buckets, reading), wanted) for stored, reading in chosen]
        rest = [times_of(one[0]).started for one in dated[len(chosen) :]]
        return Room(
            name=wanted.room or "",
            start=min((take.start for take in takes), default=None),
            end=max((take.end for take in takes), default=None),
            streams=_streams(takes),
            undated=[recording_row(stored, buckets, reading) for stored, reading in undated],
            omitted=OmittedRecordings(len(rest), rest[-1] if rest else None),
        )


def room_row(room: Room) -> Row:
    """Return a room as plain values; times are ISO 8601 UTC."""
    return {
        "room": room.name,
        "from": iso(room.start),
        "until": iso(room.end),
        "streams": [
            {"uid": one.uid, "stream": one.stream, "recordings": [_take_row(take) for take in one.takes]}
            for one in room.streams
        ],
        "undated": room.undated,
        "omitted": {"recordings": room.omitted.recordings, "since": iso(room.omitted.start)},
    }


def span_rows(room: Room) -> Iterable[Row]:
    """Yield a row for each span with its recording; a recording without known segments has a row without a kind."""
    takes = [take for stream in room.streams for take in stream.takes]
    for take in takes:
        known = {name: take.row[name] for name in _RECORDING_FIELDS} | {"uid": take.uid, "stream": take.stream}
        for span in take.spans:
            yield known | _span_row(span)
        if not take.spans:
            yield known | {"from": iso(take.start), "until": iso(take.end), "kind": None}
    for row in room.undated:
        yield {name: row[name] for name in _RECORDING_FIELDS} | {"from": None, "until": None, "kind": None}


def _newest_session(dated: list[tuple[Stored, str]], clock: QueryTime) -> list[tuple[Stored, str]]:
    """Return the first of *dated* (newest start first) that belong to the newest session."""
    reach = -APART - 1  # until when the recordings that started earlier last
    first = 0
    for at in range(len(dated) - 1, -1, -1):
        times = times_of(dated[at][0])
        started = times.started or 0
        if started > reach + APART:
            first = at
        end = round(clock.now * 1000) if times.live else max(times.ended or started, started)
        reach = max(reach, end)
    return dated[: first + 1]


def _take(catalog: sqlite3.Connection, stored: Stored, row: Row, wanted: RecordingFilter) -> RoomRecording:
    times = times_of(stored)
    started = times.started or 0
    spans = spans_of(catalog, TimedRecording(times.number, started, times.ended, row["inspected_at"] is not None))
    ended = max(times.ended or started, started)
    near = [span for span in spans if started - _DAY <= span.start and span.end <= ended + _DAY]
    reading = matching_reading(stored, wanted) if row["reading"] == "alternative" else None
    return RoomRecording(
        row=row,
        uid=row["uid"] if reading is None else reading.uid,
        stream=row["stream"] if reading is None else reading.stream,
        start=min([started, *(span.start for span in near)]),
        end=max([ended, *(span.end for span in near)]),
        spans=spans,
    )


def _streams(takes: Iterable[RoomRecording]) -> list[RoomStream]:
    by_user: dict[tuple[str | None, str], list[RoomRecording]] = {}
    for take in sorted(takes, key=lambda take: (take.start, take.row["path"])):
        by_user.setdefault((take.uid, take.stream), []).append(take)
    streams = [RoomStream(uid, stream, same) for (uid, stream), same in by_user.items()]
    return sorted(streams, key=lambda one: one.stream != "mixed")


def _take_row(take: RoomRecording) -> dict[str, Any]:
    names = (
        "bucket", "path", "playlist", "recordid", "verdict", "depth", "reasons", "reading", "started_at",
        "started_from", "ended_at", "ended_from",
    )  # fmt: skip
    return {name: take.row[name] for name in names} | {"spans": [_span_row(span) for span in take.spans]}


def _span_row(span: Span) -> Row:
    return {"from": iso(span.start), "until": iso(span.end), "kind": span.kind}
