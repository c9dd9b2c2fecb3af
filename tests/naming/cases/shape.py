"""The form of a case, and the ids that most cases use."""

from typing import NamedTuple

X = "ba1107310000565164da34f816f842da94d"  # a recordid as the vendor's manual shows it
LONG = "r" * 64  # the longest room or uid that the vendor's SDK accepts
STAMP = "20261101120000123"


class Reading(NamedTuple):
    """The expected fields of a reading, except the kind, which follows from the key."""

    roomid: str
    uid: str | None = None
    rest: str = ".m3u8"
    folder: str = ""
    backup: int | None = None
    recordid: str = X


class Case(NamedTuple):
    """A key, all its readings, and the expected properties of the most likely one."""

    sentence: str
    key: str
    readings: list[Reading]
    ambiguous: bool = False
    conforming: bool = True


def segment(roomid: str, uid: str | None = None, rest: str = f"_{STAMP}.ts", **others: object) -> Reading:
    return Reading(roomid, uid, rest, **others)  # type: ignore[arg-type]
