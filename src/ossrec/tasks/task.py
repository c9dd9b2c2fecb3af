"""Fold the facts of a task into its room, stream, users, times and state."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ossrec.model import AHEAD_MS, EARLIEST_MS, LATEST_MS, TaskFact

# Precedence of the sources: our own calls, the customer's records, then callbacks, which anyone may send.
_PRECEDENCE = {"rest": 0, "import": 1, "callback": 2}
_STATES = ("stopped", "failed", "idle", "started", "applied")  # latest stage first


class Task(NamedTuple):
    """A task, derived from its facts. Times are Unix milliseconds."""

    recordid: str
    roomid: str | None
    stream: str | None  # "mixed" or "source"
    uids: tuple[str, ...] | None  # expected users; None if no source names them
    started_ms: int | None
    stopped_ms: int | None
    state: str  # "applied", "started", "stopped", "idle", "failed" or "unknown"
    state_from: str  # the source of the state
    state_ms: int | None


class FactSources(NamedTuple):
    """The sources of the fields that a recording may contradict; None if there is none, or if it is not known."""

    roomid: str | None = None
    stream: str | None = None
    uids: str | None = None


NO_SOURCES = FactSources()


def fold(facts: Sequence[TaskFact], now_ms: int) -> Task:
    """Derive a task from its *facts*, at least one, at *now_ms*. Only the last import counts.

    If sources differ, `rest` takes precedence over `import`, and `import` over `callback`; among calls and among
    callbacks, the newest by its own time, whatever the order of their arrival. The room and stream of a callback are
    ignored if it contradicts other sources. Expected users come from calls and imports, because a callback reports
    the file of one user. A start or stop in an import that is later than *now_ms* is a plan; calls and callbacks
    report what has happened, whatever their clocks say. So only the import makes the result depend on *now_ms*.
    """
    known = _rank_facts(facts)
    room, stream, uids = _deciding_facts(known)
    trusted = [fact for fact in known if fact.source != "callback"]
    started = [fact.started_ms for fact in trusted if fact.started_ms is not None] or _file_starts(known)[:1]
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
    """Return the sources of room, stream and users of the task that *facts* describe."""
    return FactSources(*(None if fact is None else fact.source for fact in _deciding_facts(_rank_facts(facts))))


def _rank_facts(facts: Sequence[TaskFact]) -> list[TaskFact]:
    """Return the facts that count, highest precedence first."""
    imports = [fact for fact in facts if fact.source == "import"]
    others = [_without_impossible_times(fact) for fact in facts if fact.source != "import"]
    others.sort(key=lambda fact: (fact.at_ms or 0, fact.identity), reverse=True)
    return sorted(others + imports[-1:], key=lambda fact: _PRECEDENCE[fact.source])


def _without_impossible_times(fact: TaskFact) -> TaskFact:
    """Remove impossible times from a callback: years off, or more than a day later than the callback itself."""
    if fact.source != "callback":
        return fact
    at = fact.at_ms if fact.at_ms is not None and EARLIEST_MS <= fact.at_ms < LATEST_MS else None
    latest = LATEST_MS if at is None else at + AHEAD_MS
    started = fact.started_ms if fact.started_ms is not None and EARLIEST_MS <= fact.started_ms < latest else None
    return fact._replace(at_ms=at, started_ms=started)


def _deciding_facts(known: Sequence[TaskFact]) -> tuple[TaskFact | None, TaskFact | None, TaskFact | None]:
    """Return the facts that decide room, stream and users."""
    uids = next((fact for fact in known if fact.source != "callback" and fact.uids is not None), None)
    room = stream = None
    for fact in known:
        if fact.source == "callback" and _contradicts(fact, room, stream, uids):
            continue
        room = fact if room is None and fact.roomid is not None else room
        stream = fact if stream is None and fact.stream is not None else stream
    return room, stream, uids


def _contradicts(fact: TaskFact, room: TaskFact | None, stream: TaskFact | None, uids: TaskFact | None) -> bool:
    """Tell whether a callback contradicts other sources. If so, none of its fields are used."""
    if room is not None and fact.roomid not in (None, room.roomid):
        return True
    if stream is not None and fact.stream not in (None, stream.stream):
        return True
    return uids is not None and not set(fact.uids or ()) <= set(uids.uids or ())


def _file_starts(known: Sequence[TaskFact]) -> list[int]:
    """Return the start times of the files in callbacks, earliest first."""
    times = ((fact, fact.started_ms) for fact in known if fact.source == "callback")
    return sorted(_newest_per_file((fact, start) for fact, start in times if start is not None))


def _file_ends(known: Sequence[TaskFact]) -> list[int]:
    """Return the end times of the complete files in callbacks, latest last."""
    times = ((fact, _file_end(fact)) for fact in known if fact.source == "callback" and fact.kind == "result")
    return sorted(_newest_per_file((fact, end) for fact, end in times if end is not None))


def _newest_per_file(times: Iterable[tuple[TaskFact, int]]) -> Iterable[int]:
    """Return the first of *times* for each file: a task has one file for each user."""
    newest: dict[tuple[object, ...], int] = {}
    for fact, at in times:
        newest.setdefault((fact.file, fact.uids), at)
    return newest.values()


def _state(known: Sequence[TaskFact], now_ms: int) -> tuple[str, str, int | None]:
    """Return state, source and time; *known* has the highest precedence first."""
    for state in _STATES:
        for fact in known:
            if state in _states_of(fact, now_ms):
                return state, fact.source, _state_time(state, fact, known)
    first = known[0]
    return "unknown", first.source, None if _is_planned(first, first.at_ms, now_ms) else first.at_ms


def _states_of(fact: TaskFact, now_ms: int) -> Iterator[str]:
    """Yield the states that a fact reports."""
    if fact.kind == "result":  # a complete file shows that the task ended, not that it was stopped
        yield "idle"
    elif fact.stopped_ms is not None and not _is_planned(fact, fact.stopped_ms, now_ms):
        yield "stopped"
    if fact.kind in _STATES:
        yield fact.kind
    if fact.started_ms is not None:
        yield "applied" if _is_planned(fact, fact.started_ms, now_ms) else "started"


def _is_planned(fact: TaskFact, at_ms: int | None, now_ms: int) -> bool:
    """Tell whether *at_ms* of *fact* is a plan. `catalog.tasks.links` folds a task again when its plan is due."""
    return fact.source == "import" and at_ms is not None and at_ms > now_ms


def _state_time(state: str, fact: TaskFact, known: Sequence[TaskFact]) -> int | None:
    if state == "stopped" and fact.stopped_ms is not None:
        return fact.stopped_ms
    if state == "idle" and fact.kind == "result":
        ends = _file_ends(known)
        return ends[-1] if ends else None
    if state == "started" and fact.started_ms is not None:
        return _file_starts(known)[0] if fact.source == "callback" else fact.started_ms
    if state == "applied" and fact.kind != "applied":  # the start is planned; the time of the plan is unknown
        return None
    return fact.at_ms


def _file_end(fact: TaskFact) -> int | None:
    """Return the end time of a callback's file; a duration that ends after the callback is ignored."""
    if fact.started_ms is None or fact.duration is None:
        return fact.at_ms
    end = fact.started_ms + round(fact.duration * 1000)
    latest = LATEST_MS if fact.at_ms is None else fact.at_ms + AHEAD_MS
    return end if end < latest else fact.at_ms
