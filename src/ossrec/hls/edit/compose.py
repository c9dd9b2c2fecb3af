"""Writes a playlist from segments alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ossrec.hls.edit.plan import DISCONTINUITY, ENDLIST, PlannedSegment, segment_lines, target_of

_BACKWARDS_MS = 500  # by which a clock may go back (rule 22)


def compose(pieces: Sequence[PlannedSegment], *, is_over: bool) -> bytes:
    """A playlist of *pieces*, whose lengths are all known; it is ended when *is_over*.

    The time by the names stands at the first segment and behind each discontinuity; between them it
    follows from the lengths. No EXT-X-GAP needs a higher version than a length with a fraction does.
    """
    lines = [
        b"#EXTM3U",
        b"#EXT-X-VERSION:3",
        b"#EXT-X-TARGETDURATION:%d" % target_of([round(piece.seconds or 0.0, 3) for piece in pieces]),
        b"#EXT-X-MEDIA-SEQUENCE:0",
    ]
    if is_over:
        lines.append(b"#EXT-X-PLAYLIST-TYPE:VOD")
    told: int | None = None
    for number, piece in enumerate(pieces):
        own = segment_lines(piece)
        stamp = piece.stamp_ms if number == 0 or piece.jumps else None
        if stamp is not None and (told is None or stamp >= told - _BACKWARDS_MS):
            own.insert(1 if own[0] == DISCONTINUITY else 0, _program_date_time(stamp))
            told = stamp
        lines += own
    if is_over:
        lines.append(ENDLIST)
    return b"".join(line + b"\n" for line in lines)


def _program_date_time(stamp_ms: int) -> bytes:
    moment = datetime.fromtimestamp(stamp_ms // 1000, UTC)
    return f"#EXT-X-PROGRAM-DATE-TIME:{moment:%Y-%m-%dT%H:%M:%S}.{stamp_ms % 1000:03}Z".encode()
