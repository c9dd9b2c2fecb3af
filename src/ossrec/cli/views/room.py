"""A room as lines for `ossrec show --room`: all streams on one time axis, and when each was recorded."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from ossrec.catalog.details.room import Room, RoomRecording, RoomStream
from ossrec.catalog.details.wall_clock import Span
from ossrec.catalog.times import iso
from ossrec.cli.output.colors import VERDICTS
from ossrec.cli.output.output import Output
from ossrec.cli.output.tables import clip_middle, width
from ossrec.cli.output.text import printable
from ossrec.cli.views.recording import MAX_LINES, legend, painted
from ossrec.cli.views.time_axis import DAY, ticks
from ossrec.cli.views.timeline import RANK, STATES, marks, worst_of
from ossrec.findings import RANK as VERDICT_RANK
from ossrec.findings import Verdict

Row = dict[str, Any]

_WIDEST = 200  # columns of a drawing
_NARROWEST = 10  # columns of its lines
_NAME, _SHORT_NAME = 24, 8  # columns of a name, at most: a quarter of the terminal, between these
_WORD = max(len(word) for word in VERDICTS)
_AWAY = 2_000  # ms without a segment from which on a line says so
_ABSENT = "absent"


def room_lines(room: Room, output: Output) -> Iterator[str]:
    """Yield the lines for a room."""
    yield output.paint(printable(f"room {room.name}"), None, bold=True)
    if room.start is not None and room.end is not None:
        number = sum(len(one.takes) for one in room.streams)
        users = len({one.uid for one in room.streams if one.uid is not None})
        yield f"  {_day(room.start)} {_time(room.start)} to {_at(room.start, room.end)} UTC, {_counted(number, users)}"
        yield ""
        yield from _drawn(room, room.start, room.end, output)
        yield ""
        yield output.paint("Recordings", None, bold=True)
        for stream in room.streams:
            yield from _recording_lines(stream, _margin(room), room.start, output)
    if room.undated:
        yield ""
        yield output.paint("Of unknown time", None, bold=True)
        for row in room.undated[:MAX_LINES]:
            yield printable(f"  {_user(row['uid'])}  {row['verdict']}  {_name(row)}")
        if len(room.undated) > MAX_LINES:
            yield f"  and {len(room.undated) - MAX_LINES} more: see --format json"


def lanes(stream: RoomStream) -> list[list[RoomRecording]]:
    """Return the recordings of a stream in as few lanes as possible, without overlaps in a lane."""
    found: list[list[RoomRecording]] = []
    for take in stream.takes:
        free = next((lane for lane in found if lane[-1].end <= take.start + _AWAY), None)
        if free is None:
            found.append([take])
        else:
            free.append(take)
    return found


def _drawn(room: Room, start: int, end: int, output: Output) -> Iterator[str]:
    drawn = [(one, lane) for one in room.streams for lane in lanes(one)]
    margin = _margin(room)
    columns = min(shutil.get_terminal_size().columns, _WIDEST) - margin - _WORD - 6
    columns = max(columns, _NARROWEST)
    characters = marks(getattr(sys.stdout, "encoding", None)) | {_ABSENT: " "}
    seen: list[str] = []
    for stream, lane in drawn:
        states = _states(lane, start, end, columns)
        seen += states
        word = max((take.row["verdict"] for take in lane), key=_rank)
        verdict = output.paint(printable(word), VERDICTS.get(word))
        yield f"  {_named(stream, margin)}  {painted(states, characters, output)}  {verdict}"
    yield f"  {' ' * margin}  {ticks(start, end, columns)}"
    yield "  " + "  ".join(legend(seen, characters, output))


def _margin(room: Room) -> int:
    """Return the number of columns of the widest name."""
    return max((width(_short(one.uid)) for one in room.streams), default=0)


def _named(stream: RoomStream, margin: int) -> str:
    name = _short(stream.uid)
    return f"{name}{' ' * (margin - width(name))}"


def _short(uid: str | None) -> str:
    quarter = shutil.get_terminal_size().columns // 4
    return clip_middle(printable(_user(uid)), max(_SHORT_NAME, min(quarter, _NAME)))


def _states(lane: Sequence[RoomRecording], start: int, end: int, columns: int) -> list[str]:
    whole = max(end - start, 1)
    spans = [span for take in lane for span in take.spans if span.end >= start and span.start <= end]
    return worst_of(
        (((span.start - start) / whole, (span.end - start) / whole, span.kind) for span in spans), columns, _ABSENT
    )


def _recording_lines(stream: RoomStream, margin: int, origin: int, output: Output) -> Iterator[str]:
    left = MAX_LINES
    for take in stream.takes[:MAX_LINES]:
        word = take.row["verdict"]
        verdict = output.paint(printable(f"{word:{_WORD}}"), VERDICTS.get(word))
        when = f"{_at(origin, take.start)} to {_at(origin, take.end)}"
        yield f"  {_named(stream, margin)}  {when}  {verdict}  {printable(_name(take.row))}"
        lines = list(_problem_lines(take, origin))
        yield from (f"  {' ' * margin}  {line}" for line in lines[:left])
        if len(lines) > left:
            yield f"  {' ' * margin}  and {len(lines) - left} more: see --format json"
        left = max(left - len(lines), 1)
    if len(stream.takes) > MAX_LINES:
        yield f"  {' ' * margin}  and {len(stream.takes) - MAX_LINES} more recordings: see --format json"


def _problem_lines(take: RoomRecording, origin: int) -> Iterator[str]:
    """Yield when a recording has nothing, missing or damaged segments, in order of time."""
    if not take.spans:
        yield "its segments are not known"
    absences = [Span(*gap, _ABSENT) for gap in _gaps(take)]
    problems = [span for span in take.spans if span.kind != "present"]
    for span in sorted(_worst(problems) + absences):
        until = "" if span.end // 1000 == span.start // 1000 else f" to {_at(origin, span.end)}"
        what = ("nothing recorded" if take.stream == "mixed" else "away") if span.kind == _ABSENT else STATES[span.kind]
        yield f"{_at(origin, span.start)}{until} {what}"


def _worst(spans: list[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: -RANK[span.kind])[: MAX_LINES + 1] if len(spans) > MAX_LINES else spans


def _gaps(take: RoomRecording) -> Iterator[tuple[int, int]]:
    """Yield start and end of each time without any segment, present or missing."""
    reach = take.start
    for span in take.spans:
        if span.start - reach > _AWAY:
            yield reach, span.start
        reach = max(reach, span.end)


def _rank(word: str) -> int:
    return VERDICT_RANK[Verdict(word)] if word in VERDICTS else -1


def _user(uid: str | None) -> str:
    return "(mixed)" if uid is None else uid


def _name(row: Row) -> str:
    return row["playlist"] or f"{row['path']} (no playlist)"


def _counted(recordings: int, users: int) -> str:
    many = f"{recordings} recording{'' if recordings == 1 else 's'}"
    return f"{many} of {users} user{'' if users == 1 else 's'}" if users else many


def _day(ms: int) -> str:
    text = iso(ms)
    return "?" if text is None else text[:-14]


def _time(ms: int) -> str:
    text = iso(ms)
    return "?" if text is None else text[-13:-5]


def _at(origin: int, ms: int) -> str:
    """Return a time, with its day unless the drawing begins on that day."""
    return _time(ms) if ms // DAY == origin // DAY else f"{_day(ms)} {_time(ms)}"
