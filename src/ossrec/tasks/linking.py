"""The rules of linking: what follows for a task from all that was said of it, and how a recording fits its task."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ossrec.model import TaskFact
from ossrec.naming import RecordingName, readings

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


class Settled(NamedTuple):
    """The reading of a recording's name that its task allows best."""

    name: RecordingName
    ambiguous: bool  # other readings fit as well


class Contradiction(NamedTuple):
    """Something in which a file and its task differ."""

    code: str
    detail: str


def fold(facts: Sequence[TaskFact]) -> Task:
    """What *facts* of one task, at least one, in the order in which they came, say together.

    An import replaces what earlier ones said. Of sources that differ, `rest` counts before `import` before
    `callback`; of one source, the newest. Callbacks may come in any order, and each tells of one user's file: by them
    a task began when its first file did, and ended with its last one, and nobody knows which users were expected.
    """
    imports = [fact for fact in facts if fact.source == "import"]
    told = [fact for fact in facts if fact.source == "callback"]
    told.sort(key=lambda fact: (fact.at_ms or 0, fact.identity))
    known = [*told, *(fact for fact in facts if fact.source == "rest"), *imports[-1:]]
    known.reverse()
    known.sort(key=lambda fact: _AUTHORITY[fact.source])  # the newest of each source first
    expecting = [fact.uids for fact in known if fact.source != "callback" and fact.uids is not None]
    started = next((fact for fact in known if fact.started_ms is not None), None)
    begun = [fact.started_ms for fact in told if fact.started_ms is not None]
    stopped = [(fact.stopped_ms, fact) for fact in known if fact.stopped_ms is not None and fact.kind != "result"]
    state, source, at = _state(known)
    return Task(
        recordid=facts[0].recordid,
        roomid=next((fact.roomid for fact in known if fact.roomid is not None), None),
        stream=next((fact.stream for fact in known if fact.stream is not None), None),
        uids=expecting[0] if expecting else None,
        started_ms=None if started is None else min(begun) if started.source == "callback" else started.started_ms,
        stopped_ms=stopped[0][0] if stopped else None,
        state=state,
        state_from=source,
        state_ms=at,
    )


def _state(known: Sequence[TaskFact]) -> tuple[str, str, int | None]:
    """State, source and time; *known* has the one that counts most first."""
    for state in _STATES:
        for fact in known:
            if state in _says(fact):
                return state, fact.source, _time_of(state, fact, known)
    return "unknown", known[0].source, known[0].at_ms


def _says(fact: TaskFact) -> Iterator[str]:
    """The states that a fact tells of."""
    if fact.kind == "result":  # nothing stopped it, or it would say so: its end is all that is known
        yield "idle"
    elif fact.stopped_ms is not None:
        yield "stopped"
    if fact.kind in _STATES:
        yield fact.kind
    if fact.started_ms is not None:
        yield "started"


def _time_of(state: str, fact: TaskFact, known: Sequence[TaskFact]) -> int | None:
    """When *fact*, or others of callbacks that say the same, says that *state* began: with the first, or the last."""
    if fact.source != "callback":
        return _when(state, fact)
    same = [one for one in known if one.source == "callback" and state in _says(one)]
    times = [at for one in same if (at := _when(state, one)) is not None]
    if not times:
        return None
    return min(times) if state == "started" else max(times)


def _when(state: str, fact: TaskFact) -> int | None:
    if state == "stopped" and fact.stopped_ms is not None:
        return fact.stopped_ms
    if state == "idle" and fact.started_ms is not None and fact.duration is not None:
        return fact.started_ms + round(fact.duration * 1000)
    if state == "started" and fact.started_ms is not None:
        return fact.started_ms
    return fact.at_ms


def contradictions(task: Task, roomid: str, stream: str, uid: str | None) -> list[Contradiction]:
    """In what a recording of *roomid*, *stream* and *uid* differs from its task; empty when it fits.

    What nobody said of the task contradicts nothing.
    """
    found = []
    if task.roomid is not None and task.roomid != roomid:
        found.append(Contradiction("TSK462", f"the file is of room {roomid}, the task of room {task.roomid}"))
    if task.stream is not None and task.stream != stream:
        found.append(Contradiction("TSK463", f"the file is of the {stream} stream, the task records {task.stream}"))
    if uid is not None and task.uids is not None and uid not in task.uids:
        some = ", ".join(task.uids[:5]) + (f" and {len(task.uids) - 5} more" if len(task.uids) > 5 else "")
        found.append(Contradiction("TSK464", f"the file is of user {uid}, the task of {some or 'nobody'}"))
    return found


def settle(keys: Iterable[str], task: Task) -> Settled | None:
    """The likeliest reading of a recording's *keys* that fits its task, else the likeliest; None if there is none.

    The name stays ambiguous as long as readings fit that differ in room or user.
    """
    each = [reading for key in keys for reading in readings(key)]
    if not each:
        return None
    fitting = [one for one in each if not contradictions(task, one.roomid, one.stream, one.uid)]
    if not fitting:
        return Settled(each[0], each[0].ambiguous)
    if not each[0].ambiguous and fitting[0] == each[0]:
        return Settled(each[0], ambiguous=False)
    ordinary = [one for one in fitting if one.uid is not None] or fitting  # see `readings` on strange rooms
    return Settled(ordinary[0], len({(one.roomid, one.uid) for one in ordinary}) > 1)
