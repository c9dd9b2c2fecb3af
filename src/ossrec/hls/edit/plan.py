"""The segments that a rebuilt playlist will have, and the lines that they need."""

from collections.abc import Sequence
from typing import NamedTuple


class PlannedSegment(NamedTuple):
    """A segment of the rebuilt playlist."""

    uri: str  # as it will be written
    number: int | None = None  # in the original playlist; None if that does not name it
    seconds: float | None = None  # measured; None if not known
    is_extinf_wrong: bool = False  # EXTINF of the original differs too much from the measured duration
    is_there: bool = True  # its object can be played; otherwise it needs EXT-X-GAP
    jumps: bool = False  # time or format changes before it: it needs EXT-X-DISCONTINUITY
    stamp_ms: int | None = None  # UTC at its start by its name, milliseconds since 1970-01-01


class RewrittenPlaylist(NamedTuple):
    """A playlist, and the edits that made it."""

    data: bytes
    changes: dict[str, int]  # description of an edit -> how many of them


def summed_changes(*changes: dict[str, int]) -> dict[str, int]:
    """Return the sum of the *changes* of several steps."""
    total: dict[str, int] = {}
    for some in changes:
        for what, number in some.items():
            total[what] = total.get(what, 0) + number
    return total


def extinf(seconds: float) -> bytes:
    """Return the EXTINF line for a measured duration, in milliseconds: finer than the duration of a frame."""
    return f"#EXTINF:{seconds:.3f},".encode()


def segment_lines(piece: PlannedSegment) -> list[bytes]:
    """Return the lines of a segment that is new in the playlist; raises ValueError if its duration is not known."""
    if piece.seconds is None:
        raise ValueError(f"the duration of {piece.uri} is not known")
    gap = [] if piece.is_there else [GAP]
    jump = [DISCONTINUITY] if piece.jumps else []
    return [*jump, *gap, extinf(piece.seconds), piece.uri.encode("utf-8", "surrogateescape")]


def target_duration_of(durations: Sequence[float]) -> int:
    """Return the EXT-X-TARGETDURATION for these *durations*: the longest, rounded half up (RFC 8216 4.3.3.1)."""
    return max(1, int(max(durations, default=0.0) + 0.5))


DISCONTINUITY = b"#EXT-X-DISCONTINUITY"
GAP = b"#EXT-X-GAP"
ENDLIST = b"#EXT-X-ENDLIST"

BYTE_ORDER_MARK = "HLS021"  # rule
BOM_REMOVED = "byte order mark removed"
