"""How a recording fits its task: which reading of its name, and what contradicts."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ossrec.naming import RecordingName, parse_name, readings
from ossrec.tasks.task import NOBODY, FactSources, Task


def read_name(path: str, playlist: str | None, task: Task | None) -> RecordingName | None:
    """How the name of a recording is read by what is known of its task; None if it is none that can be read."""
    settled = None if task is None else resolve_name(name_keys(path, playlist), task)
    if settled is None:
        return parse_name(playlist or f"{path}.m3u8")
    return settled.name._replace(ambiguous=settled.ambiguous)


def name_findings(name: RecordingName) -> Iterator[tuple[str, str]]:
    """Codes and details of what there is to say about a name."""
    if not name.conforming:
        yield "NAM441", f"recordid {name.recordid}, room {name.roomid}, uid {name.uid}"
    if name.ambiguous:
        yield "NAM450", f"read as room {name.roomid}, uid {name.uid}"


def name_keys(path: str, playlist: str | None) -> tuple[str, ...]:
    """The keys that tell whose a recording is: the name of its first recorder, and that of its playlist."""
    plain = f"{path}.m3u8"
    return (plain,) if playlist is None or playlist == plain else (plain, playlist)


class ResolvedName(NamedTuple):
    """The reading of a recording's name that its task allows best."""

    name: RecordingName
    ambiguous: bool  # other readings fit as well


class Contradiction(NamedTuple):
    """Something in which a file and its task differ."""

    code: str
    detail: str


def contradictions(
    task: Task, roomid: str, stream: str, uid: str | None, says: FactSources = NOBODY
) -> list[Contradiction]:
    """In what a recording of *roomid*, *stream* and *uid* differs from its task; empty when it fits.

    What nobody said of the task contradicts nothing. *says* names who said the rest.
    """
    found = []
    if task.roomid is not None and task.roomid != roomid:
        told = f"the task of room {task.roomid}{_by(says.roomid)}"
        found.append(Contradiction("TSK462", f"the file is of room {roomid}, {told}"))
    if task.stream is not None and task.stream != stream:
        told = f"the task records {task.stream}{_by(says.stream)}"
        found.append(Contradiction("TSK463", f"the file is of the {stream} stream, {told}"))
    if uid is not None and task.uids is not None and uid not in task.uids:
        some = ", ".join(task.uids[:5]) + (f" and {len(task.uids) - 5} more" if len(task.uids) > 5 else "")
        found.append(
            Contradiction("TSK464", f"the file is of user {uid}, the task of {some or 'nobody'}{_by(says.uids)}")
        )
    return found


def _by(source: str | None) -> str:
    return "" if source is None else f", says {source}"


def resolve_name(keys: Iterable[str], task: Task) -> ResolvedName | None:
    """The likeliest reading of a recording's *keys* that fits its task, else the likeliest; None if there is none.

    The name stays ambiguous as long as readings fit that differ in room or user.
    """
    each = [reading for key in keys for reading in readings(key)]
    if not each:
        return None
    fitting = [one for one in each if not contradictions(task, one.roomid, one.stream, one.uid)]
    if not fitting:
        return ResolvedName(each[0], each[0].ambiguous)
    if not each[0].ambiguous and fitting[0] == each[0]:
        return ResolvedName(each[0], ambiguous=False)
    ordinary = [one for one in fitting if one.uid is not None] or fitting  # see `readings` on strange rooms
    return ResolvedName(ordinary[0], len({(one.roomid, one.uid) for one in ordinary}) > 1)
