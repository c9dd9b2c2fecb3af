"""A reading of a key as a value, and the key that it stands for."""

from __future__ import annotations

from collections import namedtuple

# `typing` takes longer to load than this package, so only the type checker sees NamedTuple.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    class _Fields(NamedTuple):
        folder: str
        recordid: str
        roomid: str
        uid: str | None
        kind: str
        rest: str
        backup: int | None = None
        ambiguous: bool = False
else:
    _Fields = namedtuple("_Fields", "folder recordid roomid uid kind rest backup ambiguous", defaults=(None, False))

PLAYLIST = "playlist"
SEGMENT = "segment"
UID_START = "__uid_s_"
UID_END = "__uid_e"
DIGITS = "0123456789"  # ASCII; str.isdigit also accepts ² and ٣

_RECORDID_ALPHABET = DIGITS + "abcdef"
_ID_ALPHABET = DIGITS + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
_DAYS_IN = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_LEAP_DAYS_BEFORE_1970 = 1969 // 4 - 1969 // 100 + 1969 // 400


class RecordingName(_Fields):
    """A reading of a key; ``prefix + rest`` is always the key.

    folder      of the recording, where its playlist is or would be: empty, or ends with ``/``
    recordid    the id of the task
    roomid      never empty
    uid         None for the mixed stream, otherwise never empty
    kind        `PLAYLIST` or `SEGMENT`
    rest        the key after the stem; starts with ``/`` in a sub-folder named like the stem
    backup      n of ``bak{n}_``, the number of the backup recorder, from 0; None for the first recorder
    ambiguous   whether the name has more than one ordinary reading, see `readings`
    """

    __slots__ = ()

    @property
    def stem(self) -> str:
        """``rid_…`` without the backup: the same for all files of a recording."""
        source = "" if self.uid is None else f"{UID_START}{self.uid}{UID_END}"
        return f"rid_{self.recordid}_{self.roomid}{source}"

    @property
    def prefix(self) -> str:
        """The key up to the rest, which a playlist and its segments share."""
        backup = "" if self.backup is None else f"bak{self.backup}_"
        return f"{self.folder}{backup}{self.stem}"

    @property
    def base(self) -> tuple[str, str, str, str | None]:
        """(folder, recordid, roomid, uid), the same for a recording, its backups and its repeated uploads."""
        return self.folder, self.recordid, self.roomid, self.uid

    @property
    def stream(self) -> str:
        """``mixed`` (all users in one picture) or ``source`` (a single user)."""
        return "mixed" if self.uid is None else "source"

    @property
    def conforming(self) -> bool:
        """Whether room and uid are valid for the vendor (`ids_conform`) and the recordid has the usual form."""
        recordid = self.recordid
        return len(recordid) >= 16 and not recordid.strip(_RECORDID_ALPHABET) and ids_conform(self)

    @property
    def tick(self) -> int | None:
        """The time at which a playlist was uploaded again, in ticks since the recorder's machine started."""
        again = read_again(self.rest) if self.kind == PLAYLIST else None
        return again[0] if again else None

    @property
    def again(self) -> int | None:
        """The number of the playlist's version that was uploaded again; a higher number is newer."""
        again = read_again(self.rest) if self.kind == PLAYLIST else None
        return again[1] if again else None

    @property
    def stamp_ms(self) -> int | None:
        """The start of a segment in Unix ms, if exactly 17 digits before ``.ts`` are a UTC time."""
        before = self.rest[-21:-20]
        if self.kind != SEGMENT or (before and before in DIGITS):
            return None
        return unix_ms(self.rest[-20:-3])


def format_name(name: RecordingName) -> str:
    """Return the key that *name* is a reading of.

    Raises ValueError with a message of one line for a name that no key can have: an id that is empty or
    contains a slash, a recordid with an underscore, a rest that does not fit the kind, and so on.
    """
    problem = _id_problem(name) or _frame_problem(name)
    if problem:
        raise ValueError(f"not the name of a recording: {problem}")
    return name.prefix + name.rest


_minutes: dict[str, int] = {}  # see `_minute_ms`
_MOST_MINUTES = 4096


def unix_ms(stamp: str) -> int | None:
    """Return the Unix ms of a UTC time in the form YYYYMMDDHHMMSSmmm; None if there is no such time since 1970."""
    if len(stamp) != 17 or not is_digits(stamp):
        return None
    minute = stamp[:12]
    since = _minutes.get(minute)
    if since is None:  # the segments of a recording follow each other, so most minutes are in the cache
        since = _minute_ms(minute)
        if len(_minutes) >= _MOST_MINUTES:
            _minutes.clear()
        _minutes[minute] = since
    return since + int(stamp[12:]) if since >= 0 and stamp[12] < "6" else None


def _minute_ms(text: str) -> int:
    """Return the Unix ms of a UTC minute in the form YYYYMMDDHHMM; -1 if there is no such minute since 1970."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    hour, minute = int(text[8:10]), int(text[10:])
    if year < 1970 or not 1 <= month <= 12 or hour > 23 or minute > 59:
        return -1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= day <= _DAYS_IN[month - 1] + (leap and month == 2):
        return -1
    last = year - 1
    leap_days = last // 4 - last // 100 + last // 400 - _LEAP_DAYS_BEFORE_1970 + (leap and month > 2)
    days = 365 * (year - 1970) + leap_days + _DAYS_BEFORE[month - 1] + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60_000


def ids_conform(name: RecordingName) -> bool:
    """Return whether the vendor's SDK accepts room and uid: 1 to 64 characters of ``A-Z a-z 0-9 _ -``."""
    uid = "0" if name.uid is None else name.uid
    if not 1 <= len(name.roomid) <= 64 or not 1 <= len(uid) <= 64:
        return False
    return not name.roomid.strip(_ID_ALPHABET) and not uid.strip(_ID_ALPHABET)


def read_again(text: str) -> tuple[int, int] | None:
    """Return (tick, n) of ``_{tick}_{n}.m3u8``, the rest of a playlist uploaded again; None for any other text."""
    parts = text[:-5].split("_", 3) if text.endswith(".m3u8") else []
    if len(parts) != 3 or parts[0] or not is_number(parts[1], 19) or not is_number(parts[2], 9):
        return None
    return int(parts[1]), int(parts[2])


def is_number(text: str, most: int) -> bool:
    """Return whether *text* is a decimal number without leading zeros, of at most *most* digits."""
    return len(text) <= most and is_digits(text) and (text[0] != "0" or text == "0")


def is_digits(text: str) -> bool:
    """Return whether *text* consists of one or more ASCII digits."""
    return text.isascii() and text.isdigit()


def _id_problem(name: RecordingName) -> str:
    for field, text in (("recordid", name.recordid), ("roomid", name.roomid), ("uid", name.uid)):
        if text == "":
            return f"its {field} is empty"
        if text is not None and "/" in text:
            return f"its {field} {text!a} contains a slash"
    return f"its recordid {name.recordid!a} contains an underscore" if "_" in name.recordid else ""


def _frame_problem(name: RecordingName) -> str:
    rest = name.rest
    if name.folder and not name.folder.endswith("/"):
        return f"its folder {name.folder!a} does not end with a slash"
    if name.backup is not None and not 0 <= name.backup < 10**9:
        return f"its backup {name.backup} is not a number of up to 9 digits"
    if name.kind == PLAYLIST and (rest == ".m3u8" or read_again(rest)):
        return ""
    if name.kind == SEGMENT and rest.endswith(".ts") and ("/" not in rest or rest.startswith("/")):
        return ""
    return f"its rest {rest!a} does not fit a {name.kind}"
