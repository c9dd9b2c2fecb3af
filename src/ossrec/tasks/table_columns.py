"""Which columns of a file hold which fields of tasks: by their usual names, or as somebody said."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

FIELDS = ("recordid", "roomid", "stream", "uids", "started", "stopped")

# What columns are called when nobody says; in small letters, without anything but letters and digits.
USUAL: Mapping[str, tuple[str, ...]] = {
    "recordid": ("recordid", "recordingid", "record"),
    "roomid": ("roomid", "room", "roomname", "channel", "channelname", "channelid", "cname"),
    "stream": ("stream", "streamtype", "streammode"),
    "uids": ("uids", "uid", "users", "userids", "user", "userid", "uidlist", "useridlist", "userlist"),
    "started": (
        "started", "startedat", "startedms", "starttime", "startedtime", "startts", "startat", "start",
        "begintime", "beginat", "begints", "beganat", "began", "begin", "starttimestamp",
    ),
    "stopped": (
        "stopped", "stoppedat", "stoppedms", "stoptime", "stoppedtime", "stopts", "stopat", "endedat", "endtime",
        "endat", "endts", "stop", "ended", "end", "finishedat", "finishtime", "finishat", "finished", "finish",
        "stoptimestamp", "endtimestamp",
    ),
}  # fmt: skip
_MEANS = {name: field for field, names in USUAL.items() for name in names}
_MOST = 20  # names that are kept of each kind: in JSON every row may have other ones


@dataclass(slots=True)
class ColumnMapping:
    """Which columns a file had, and what they were taken for; `note` is told of each kind of row."""

    taken: dict[str, list[str]] = field(default_factory=dict)  # field -> columns
    passed: dict[str, list[str]] = field(default_factory=dict)  # field -> columns that mean the same, kept as others
    names: list[str] = field(default_factory=list)  # of the first columns

    def note(self, header: Sequence[str], columns: Mapping[str, str], named: Mapping[str, str]) -> None:
        """*header* are the columns of a row, *columns* those taken, by field; *named* those that somebody said."""
        _keep(self.names, header)
        for what, column in columns.items():
            if column in header:
                _keep(self.taken.setdefault(what, []), [column])
        taken = set(columns.values())
        for name in header:
            what = _MEANS.get(_plain(name), "")
            if what in columns and what not in named and name not in taken:
                _keep(self.passed.setdefault(what, []), [name])

    @property
    def missing(self) -> list[str]:
        """The fields that no column gave."""
        return [what for what in FIELDS if what not in self.taken]


def map_columns(header: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Which column holds which field: as *named*, "" for none, else that of *header* with a usual name."""
    said = [column for column in named.values() if column]
    usual = usual_columns([name for name in header if name not in said])
    found = {what: named.get(what, usual.get(what, "")) for what in FIELDS}
    return {what: column for what, column in found.items() if column}


def usual_columns(header: Sequence[str]) -> dict[str, str]:
    """Which column of *header* holds which field, by their names."""
    plain = {_plain(name): name for name in reversed(header)}
    found = {what: next((plain[name] for name in names if name in plain), None) for what, names in USUAL.items()}
    return {what: name for what, name in found.items() if name is not None}


def quote_columns(names: Iterable[str]) -> str:
    """Names of columns in a sentence, however long or strange they are."""
    return ", ".join(_short(ascii(name)) for name in list(names)[:_MOST])


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _keep(names: list[str], more: Sequence[str]) -> None:
    for name in more[:_MOST]:
        if name not in names and len(names) < _MOST:
            names.append(name)
