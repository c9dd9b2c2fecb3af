"""How a hard name is written down, and the ids that most of them have."""

from typing import NamedTuple

X = "ba1107310000565164da34f816f842da94d"  # a recordid as the vendor's manual shows it
LONG = "r" * 64  # the longest room or uid that the vendor's SDK lets in
STAMP = "20261101120000123"


class Reading(NamedTuple):
    """What one reading says, but for the kind, which the case's key tells."""

    roomid: str
    uid: str | None = None
    rest: str = ".m3u8"
    folder: str = ""
    backup: int | None = None
    recordid: str = X


class Case(NamedTuple):
    """One key, all its readings, and what the likeliest says of itself."""

    sentence: str
    key: str
    readings: list[Reading]
    ambiguous: bool = False
    conforming: bool = True


def segment(roomid: str, uid: str | None = None, rest: str = f"_{STAMP}.ts", **others: object) -> Reading:
    return Reading(roomid, uid, rest, **others)  # type: ignore[arg-type]
