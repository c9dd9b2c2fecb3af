"""Map the columns of a file to the fields of tasks, by their usual names or by `--map`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

FIELDS = ("recordid", "roomid", "stream", "uids", "started", "stopped")

# Usual names of columns; in lower case, with letters and digits only.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
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
_FIELD_OF = {name: field for field, names in USUAL_NAMES.items() for name in names}
_MAX_NAMES = 20  # names to keep in each list: every JSON row may have different ones


@dataclass(slots=True)
class ColumnMapping:
    """The columns of a file and the fields they were mapped to; `add` is called for each shape of row."""

    taken: dict[str, list[str]] = field(default_factory=dict)  # field -> columns
    ignored: dict[str, list[str]] = field(default_factory=dict)  # field -> further columns with a usual name for it
    names: list[str] = field(default_factory=list)  # names of the first columns

    def add(self, header: Sequence[str], columns: Mapping[str, str], named: Mapping[str, str]) -> None:
        """Add a row with the columns *header*; *columns* maps fields to columns, *named* are those from `--map`."""
        _keep(self.names, header)
        for name_of_field, column in columns.items():
            if column in header:
                _keep(self.taken.setdefault(name_of_field, []), [column])
        taken = set(columns.values())
        for name in header:
            usual_field = _FIELD_OF.get(_plain(name), "")
            if usual_field in columns and usual_field not in named and name not in taken:
                _keep(self.ignored.setdefault(usual_field, []), [name])

    @property
    def missing(self) -> list[str]:
        """The fields without a column."""
        return [what for what in FIELDS if what not in self.taken]


def map_columns(header: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Map fields to columns: by *named* ("" for no column), else to a column of *header* with a usual name."""
    taken = [column for column in named.values() if column]
    usual = usual_columns([name for name in header if name not in taken])
    found = {what: named.get(what, usual.get(what, "")) for what in FIELDS}
    return {what: column for what, column in found.items() if column}


def usual_columns(header: Sequence[str]) -> dict[str, str]:
    """Map fields to the columns of *header* with usual names."""
    plain = {_plain(name): name for name in reversed(header)}
    found = {what: next((plain[name] for name in names if name in plain), None) for what, names in USUAL_NAMES.items()}
    return {what: name for what, name in found.items() if name is not None}


def quote_columns(names: Iterable[str]) -> str:
    """Quote column names for a message, shortened and in ASCII."""
    return ", ".join(_short(ascii(name)) for name in list(names)[:_MAX_NAMES])


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _keep(names: list[str], more: Sequence[str]) -> None:
    for name in more[:_MAX_NAMES]:
        if name not in names and len(names) < _MAX_NAMES:
            names.append(name)
