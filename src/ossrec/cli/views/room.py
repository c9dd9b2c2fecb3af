"""A room as lines for people: all its streams drawn on one clock, and in words who was there when."""

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
from ossrec.cli.views.recording import MOST_LINES, legend, painted
from ossrec.cli.views.time_axis import DAY, ticks
from ossrec.cli.views.timeline import RANK, STATES, marks, worst_of
from ossrec.findings import RANK as VERDICT_RANK
from ossrec.findings import Verdict

Row = dict[str, Any]

_WIDEST = 200  # columns of a drawing
_NARROWEST = 10  # columns of its lines
_NAME, _SHORT_NAME = 24, 8  # columns of a name, at most: a quarter of the terminal, between these
_WORD = max(len(word) for word in VERDICTS)
_AWAY = 2_000  # ms without anything that are worth a line
_ABSENT = "absent"


def room_lines(room: Room, output: Output) -> Iterator[str]:
    """What `room_recordings` gives, for people."""
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
            yield from _in_words(stream, _margin(room), room.start, output)
    if room.undated:
        yield ""
        yield output.paint("Of no known time", None, bold=True)
        for row in room.undated[:MOST_LINES]:
            yield printable(f"  {_who(row['uid'])}  {row['verdict']}  {_name(row)}")
        if len(room.undated) > MOST_LINES:
            yield f"  and {len(room.undated) - MOST_LINES} more: see --format json"


def lanes(stream: RoomStream) -> list[list[RoomRecording]]:
    """The recordings of a stream in as few lines as can be, so that those in one do not overlap."""
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
    signs = marks(getattr(sys.stdout, "encoding", None)) | {_ABSENT: " "}
    seen: list[str] = []
    for stream, lane in drawn:
        states = _states(lane, start, end, columns)
        seen += states
        word = max((take.row["verdict"] for take in lane), key=_badness)
        verdict = output.paint(printable(word), VERDICTS.get(word))
        yield f"  {_named(stream, margin)}  {painted(states, signs, output)}  {verdict}"
    yield f"  {' ' * margin}  {ticks(start, end, columns)}"
    yield "  " + "  ".join(legend(seen, signs, output))


def _margin(room: Room) -> int:
    """Columns of the widest name."""
    return max((width(_short(one.uid)) for one in room.streams), default=0)


def _named(stream: RoomStream, margin: int) -> str:
    name = _short(stream.uid)
    return f"{name}{' ' * (margin - width(name))}"


def _short(uid: str | None) -> str:
    quarter = shutil.get_terminal_size().columns // 4
    return clip_middle(printable(_who(uid)), max(_SHORT_NAME, min(quarter, _NAME)))


def _states(lane: Sequence[RoomRecording], start: int, end: int, columns: int) -> list[str]:
    whole = max(end - start, 1)
    spans = [span for take in lane for span in take.spans if span.end >= start and span.start <= end]
    return worst_of(
        (((span.start - start) / whole, (span.end - start) / whole, span.kind) for span in spans), columns, _ABSENT
    )


def _in_words(stream: RoomStream, margin: int, origin: int, output: Output) -> Iterator[str]:
    left = MOST_LINES
    for take in stream.takes[:MOST_LINES]:
        word = take.row["verdict"]
        verdict = output.paint(printable(f"{word:{_WORD}}"), VERDICTS.get(word))
        when = f"{_at(origin, take.start)} to {_at(origin, take.end)}"
        yield f"  {_named(stream, margin)}  {when}  {verdict}  {printable(_name(take.row))}"
        said = list(_said(take, origin))
        yield from (f"  {' ' * margin}  {line}" for line in said[:left])
        if len(said) > left:
            yield f"  {' ' * margin}  and {len(said) - left} more: see --format json"
        left = max(left - len(said), 1)
    if len(stream.takes) > MOST_LINES:
        yield f"  {' ' * margin}  and {len(stream.takes) - MOST_LINES} more recordings: see --format json"


def _said(take: RoomRecording, origin: int) -> Iterator[str]:
    """What is to be said of a recording: when nobody was there, what is missing or damaged; the times in order."""
    if not take.spans:
        yield "nothing is known of its segments"
    absences = [Span(*gap, _ABSENT) for gap in _gaps(take)]
    wrong = [span for span in take.spans if span.kind != "present"]
    for span in sorted(_worst(wrong) + absences):
        until = "" if span.end // 1000 == span.start // 1000 else f" to {_at(origin, span.end)}"
        what = ("nothing recorded" if take.stream == "mixed" else "away") if span.kind == _ABSENT else STATES[span.kind]
        yield f"{_at(origin, span.start)}{until} {what}"


def _worst(spans: list[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: -RANK[span.kind])[: MOST_LINES + 1] if len(spans) > MOST_LINES else spans


def _gaps(take: RoomRecording) -> Iterator[tuple[int, int]]:
    """When a recording has nothing at all, missing segments being something."""
    reach = take.start
    for span in take.spans:
        if span.start - reach > _AWAY:
            yield reach, span.start
        reach = max(reach, span.end)


def _badness(word: str) -> int:
    return VERDICT_RANK[Verdict(word)] if word in VERDICTS else -1


def _who(uid: str | None) -> str:
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
    """A time, with its day when that is not the one on which the drawing begins."""
    return _time(ms) if ms // DAY == origin // DAY else f"{_day(ms)} {_time(ms)}"
