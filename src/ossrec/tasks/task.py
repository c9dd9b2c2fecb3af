"""The rules of linking: what follows for a task from all that was said of it, and how a recording fits its task."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ossrec.model import AHEAD_MS, EARLIEST_MS, LATEST_MS, TaskFact

# Whose word counts when two sources differ: our own calls, the customer's records, and last what a stranger may
# have sent.
_AUTHORITY = {"rest": 0, "import": 1, "callback": 2}
_STATES = ("stopped", "failed", "idle", "started", "applied")  # the last of a life first


class Task(NamedTuple):
    """What follows from the facts of one task. Times are Unix milliseconds."""

    recordid: str
    roomid: str | None
    stream: str | None  # "mixed" or "source"
    uids: tuple[str, ...] | None  # users that are expected; None: nobody said
    started_ms: int | None
    stopped_ms: int | None
    state: str  # "applied", "started", "stopped", "idle", "failed" or "unknown"
    state_from: str  # the source that says so
    state_ms: int | None


class FactSources(NamedTuple):
    """Who says what recordings may contradict; None: nobody, or it is not known who."""

    roomid: str | None = None
    stream: str | None = None
    uids: str | None = None


NOBODY = FactSources()


def fold(facts: Sequence[TaskFact], now_ms: int) -> Task:
    """What *facts* of one task, at least one, say together at *now_ms*; of imports, the last of them counts.

    Of sources that differ, `rest` counts before `import` before `callback`; of calls and of callbacks, the newest by
    its own time, in whatever order they came. A callback counts for nothing in room and stream when it contradicts
    what is known without it. Users are expected only by those who know them all beforehand: a callback tells of one
    user's file. A start or stop in an import that is later than *now_ms* is a plan; calls and callbacks report what has
    happened, whatever their clocks say. So the result depends on *now_ms* through the import alone.
    """
    known = _ranked(facts)
    room, stream, uids = _settling(known)
    trusted = [fact for fact in known if fact.source != "callback"]
    started = [fact.started_ms for fact in trusted if fact.started_ms is not None] or _starts(known)[:1]
    stopped = [fact.stopped_ms for fact in known if fact.stopped_ms is not None and fact.kind != "result"]
    state, source, at = _state(known, now_ms)
    return Task(
        recordid=facts[0].recordid,
        roomid=None if room is None else room.roomid,
        stream=None if stream is None else stream.stream,
        uids=None if uids is None else uids.uids,
        started_ms=started[0] if started else None,
        stopped_ms=stopped[0] if stopped else None,
        state=state,
        state_from=source,
        state_ms=at,
    )


def fact_sources(facts: Sequence[TaskFact]) -> FactSources:
    """Who says room, stream and users of the task that these facts are of."""
    return FactSources(*(None if fact is None else fact.source for fact in _settling(_ranked(facts))))


def _ranked(facts: Sequence[TaskFact]) -> list[TaskFact]:
    """The facts that count, the one that counts most first."""
    imports = [fact for fact in facts if fact.source == "import"]
    others = [_believable(fact) for fact in facts if fact.source != "import"]
    others.sort(key=lambda fact: (fact.at_ms or 0, fact.identity), reverse=True)
    return sorted(others + imports[-1:], key=lambda fact: _AUTHORITY[fact.source])


def _believable(fact: TaskFact) -> TaskFact:
    """Without the times of a callback that cannot be: years off, or later than the callback itself."""
    if fact.source != "callback":
        return fact
    at = fact.at_ms if fact.at_ms is not None and EARLIEST_MS <= fact.at_ms < LATEST_MS else None
    latest = LATEST_MS if at is None else at + AHEAD_MS
    started = fact.started_ms if fact.started_ms is not None and EARLIEST_MS <= fact.started_ms < latest else None
    return fact._replace(at_ms=at, started_ms=started)


def _settling(known: Sequence[TaskFact]) -> tuple[TaskFact | None, TaskFact | None, TaskFact | None]:
    """The facts whose room, whose stream and whose users count."""
    uids = next((fact for fact in known if fact.source != "callback" and fact.uids is not None), None)
    room = stream = None
    for fact in known:
        if fact.source == "callback" and _contradicts(fact, room, stream, uids):
            continue
        room = fact if room is None and fact.roomid is not None else room
        stream = fact if stream is None and fact.stream is not None else stream
    return room, stream, uids


def _contradicts(fact: TaskFact, room: TaskFact | None, stream: TaskFact | None, uids: TaskFact | None) -> bool:
    """A callback says otherwise: it is about something else, so that no part of it completes what others said."""
    if room is not None and fact.roomid not in (None, room.roomid):
        return True
    if stream is not None and fact.stream not in (None, stream.stream):
        return True
    return uids is not None and not set(fact.uids or ()) <= set(uids.uids or ())


def _starts(known: Sequence[TaskFact]) -> list[int]:
    """When the files that callbacks tell of start, the first one first."""
    said = ((fact, fact.started_ms) for fact in known if fact.source == "callback")
    return sorted(_of_each_file((fact, start) for fact, start in said if start is not None))


def _ends(known: Sequence[TaskFact]) -> list[int]:
    """When the complete files that callbacks tell of end, the last one last."""
    said = ((fact, _end(fact)) for fact in known if fact.source == "callback" and fact.kind == "result")
    return sorted(_of_each_file((fact, end) for fact, end in said if end is not None))


def _of_each_file(said: Iterable[tuple[TaskFact, int]]) -> Iterable[int]:
    """The first of the times *said* of each file: a task has a file for each user."""
    newest: dict[tuple[object, ...], int] = {}
    for fact, at in said:
        newest.setdefault((fact.file, fact.uids), at)
    return newest.values()


def _state(known: Sequence[TaskFact], now_ms: int) -> tuple[str, str, int | None]:
    """State, source and time; *known* has the one that counts most first."""
    for state in _STATES:
        for fact in known:
            if state in _says(fact, now_ms):
                return state, fact.source, _when(state, fact, known)
    first = known[0]
    return "unknown", first.source, None if _is_ahead(first, first.at_ms, now_ms) else first.at_ms


def _says(fact: TaskFact, now_ms: int) -> Iterator[str]:
    """The states that a fact tells of."""
    if fact.kind == "result":  # nothing stopped it, or it would say so: its end is all that is known
        yield "idle"
    elif fact.stopped_ms is not None and not _is_ahead(fact, fact.stopped_ms, now_ms):
        yield "stopped"
    if fact.kind in _STATES:
        yield fact.kind
    if fact.started_ms is not None:
        yield "applied" if _is_ahead(fact, fact.started_ms, now_ms) else "started"


def _is_ahead(fact: TaskFact, at_ms: int | None, now_ms: int) -> bool:
    """Tell whether *at_ms* of *fact* is a plan. `catalog.tasks.links` folds a task again when its plan is due."""
    return fact.source == "import" and at_ms is not None and at_ms > now_ms


def _when(state: str, fact: TaskFact, known: Sequence[TaskFact]) -> int | None:
    if state == "stopped" and fact.stopped_ms is not None:
        return fact.stopped_ms
    if state == "idle" and fact.kind == "result":
        ends = _ends(known)
        return ends[-1] if ends else None
    if state == "started" and fact.started_ms is not None:
        return _starts(known)[0] if fact.source == "callback" else fact.started_ms
    if state == "applied" and fact.kind != "applied":  # it is to start, nobody said since when
        return None
    return fact.at_ms


def _end(fact: TaskFact) -> int | None:
    """When the file of a callback ends; a length that reaches beyond the callback is none."""
    if fact.started_ms is None or fact.duration is None:
        return fact.at_ms
    end = fact.started_ms + round(fact.duration * 1000)
    latest = LATEST_MS if fact.at_ms is None else fact.at_ms + AHEAD_MS
    return end if end < latest else fact.at_ms
