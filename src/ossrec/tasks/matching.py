"""Compare a recording with its task: the reading of its name that fits, and contradictions."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ossrec.naming import RecordingName, parse_name, readings
from ossrec.tasks.task import NO_SOURCES, FactSources, Task


def read_name(path: str, playlist: str | None, task: Task | None) -> RecordingName | None:
    """Read a recording's name as its task allows; None if it is not a recording's name."""
    resolved = None if task is None else resolve_name(name_keys(path, playlist), task)
    if resolved is None:
        return parse_name(playlist or f"{path}.m3u8")
    return resolved.name._replace(ambiguous=resolved.ambiguous)


def name_findings(name: RecordingName) -> Iterator[tuple[str, str]]:
    """Yield code and detail of each finding about a name."""
    if not name.conforming:
        yield "NAM441", f"recordid {name.recordid}, room {name.roomid}, uid {name.uid}"
    if name.ambiguous:
        yield "NAM450", f"read as room {name.roomid}, uid {name.uid}"


def name_keys(path: str, playlist: str | None) -> tuple[str, ...]:
    """Return the keys that identify a recording: its path as a playlist name, and its playlist if that differs."""
    plain = f"{path}.m3u8"
    return (plain,) if playlist is None or playlist == plain else (plain, playlist)


class ResolvedName(NamedTuple):
    """The reading of a recording's name that fits its task best."""

    name: RecordingName
    ambiguous: bool  # other readings fit too


class Contradiction(NamedTuple):
    """A difference between a file and its task."""

    code: str
    detail: str


def contradictions(
    task: Task, roomid: str, stream: str, uid: str | None, sources: FactSources = NO_SOURCES
) -> list[Contradiction]:
    """Return the differences between a recording of *roomid*, *stream* and *uid* and its task; empty if it fits.

    A field of the task that no source reports contradicts nothing. *sources* are named in the details.
    """
    found = []
    if task.roomid is not None and task.roomid != roomid:
        expected = f"the task is of room {task.roomid}{_by(sources.roomid)}"
        found.append(Contradiction("TSK462", f"the file is of room {roomid}, {expected}"))
    if task.stream is not None and task.stream != stream:
        expected = f"the task records {task.stream}{_by(sources.stream)}"
        found.append(Contradiction("TSK463", f"the file is of the {stream} stream, {expected}"))
    if uid is not None and task.uids is not None and uid not in task.uids:
        users = ", ".join(task.uids[:5]) + (f" and {len(task.uids) - 5} more" if len(task.uids) > 5 else "")
        expected = f"the task expects {users or 'no user'}{_by(sources.uids)}"
        found.append(Contradiction("TSK464", f"the file is of user {uid}, {expected}"))
    return found


def _by(source: str | None) -> str:
    return "" if source is None else f" (source: {source})"


def resolve_name(keys: Iterable[str], task: Task) -> ResolvedName | None:
    """Return the likeliest reading of a recording's *keys* that fits its task, else the likeliest; None without one.

    The name remains ambiguous if readings with different rooms or users fit.
    """
    each = [reading for key in keys for reading in readings(key)]
    if not each:
        return None
    fitting = [one for one in each if not contradictions(task, one.roomid, one.stream, one.uid)]
    if not fitting:
        return ResolvedName(each[0], each[0].ambiguous)
    if not each[0].ambiguous and fitting[0] == each[0]:
        return ResolvedName(each[0], ambiguous=False)
    ordinary = [one for one in fitting if one.uid is not None] or fitting  # `readings` explains readings without a user
    return ResolvedName(ordinary[0], len({(one.roomid, one.uid) for one in ordinary}) > 1)
