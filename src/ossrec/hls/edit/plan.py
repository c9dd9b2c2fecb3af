"""What a rebuilt playlist is to hold: its segments in their order, with all that is known of each."""

from collections.abc import Sequence
from typing import NamedTuple


class PlannedSegment(NamedTuple):
    """A segment of the rebuilt playlist."""

    uri: str  # as it is to be written
    number: int | None = None  # in the original playlist; None when that does not name it
    seconds: float | None = None  # measured; None when it could not be
    is_misstated: bool = False  # EXTINF of the original is too far from that
    is_there: bool = True  # its object can be played; else EXT-X-GAP belongs before it
    jumps: bool = False  # time or format jumps before it: EXT-X-DISCONTINUITY belongs there
    stamp_ms: int | None = None  # UTC at its start by its name, milliseconds since 1970-01-01


class RewrittenPlaylist(NamedTuple):
    """A playlist, and what was done to make it."""

    data: bytes
    changes: dict[str, int]  # in words -> how often


def added(*changes: dict[str, int]) -> dict[str, int]:
    """Changes of several steps together."""
    total: dict[str, int] = {}
    for some in changes:
        for what, number in some.items():
            total[what] = total.get(what, 0) + number
    return total


def extinf(seconds: float) -> bytes:
    """The line for a measured length; milliseconds are more than what PTS tells of a frame."""
    return f"#EXTINF:{seconds:.3f},".encode()


def segment_lines(piece: PlannedSegment) -> list[bytes]:
    """The lines of a segment that no playlist has yet; raises ValueError when its length is not known."""
    if piece.seconds is None:
        raise ValueError(f"the length of {piece.uri} is not known")
    gap = [] if piece.is_there else [GAP]
    jump = [DISCONTINUITY] if piece.jumps else []
    return [*jump, *gap, extinf(piece.seconds), piece.uri.encode("utf-8", "surrogateescape")]


def target_of(durations: Sequence[float]) -> int:
    """The EXT-X-TARGETDURATION that these EXTINF need: the longest, rounded half up (RFC 8216 4.3.3.1)."""
    return max(1, int(max(durations, default=0.0) + 0.5))


DISCONTINUITY = b"#EXT-X-DISCONTINUITY"
GAP = b"#EXT-X-GAP"
ENDLIST = b"#EXT-X-ENDLIST"

BYTE_ORDER_MARK = "HLS021"  # rule
MARK = "byte order mark taken out"
