"""Composes a playlist from segments alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ossrec.hls.edit.plan import DISCONTINUITY, ENDLIST, PlannedSegment, segment_lines, target_duration_of

_BACKWARDS_MS = 500  # by how much EXT-X-PROGRAM-DATE-TIME may go back (rule 22)


def compose(planned: Sequence[PlannedSegment], *, is_over: bool) -> bytes:
    """Return a playlist of *planned* segments, all with a known duration; with EXT-X-ENDLIST if *is_over*.

    EXT-X-PROGRAM-DATE-TIME, from the names, is written at the first segment and after each discontinuity; between
    them it follows from the durations. EXT-X-GAP needs no higher version than an EXTINF with a fraction.
    """
    lines = [
        b"#EXTM3U",
        b"#EXT-X-VERSION:3",
        b"#EXT-X-TARGETDURATION:%d" % target_duration_of([round(piece.seconds or 0.0, 3) for piece in planned]),
        b"#EXT-X-MEDIA-SEQUENCE:0",
    ]
    if is_over:
        lines.append(b"#EXT-X-PLAYLIST-TYPE:VOD")
    written: int | None = None
    for number, piece in enumerate(planned):
        own = segment_lines(piece)
        stamp = piece.stamp_ms if number == 0 or piece.jumps else None
        if stamp is not None and (written is None or stamp >= written - _BACKWARDS_MS):
            own.insert(1 if own[0] == DISCONTINUITY else 0, _program_date_time(stamp))
            written = stamp
        lines += own
    if is_over:
        lines.append(ENDLIST)
    return b"".join(line + b"\n" for line in lines)


def _program_date_time(stamp_ms: int) -> bytes:
    moment = datetime.fromtimestamp(stamp_ms // 1000, UTC)
    return f"#EXT-X-PROGRAM-DATE-TIME:{moment:%Y-%m-%dT%H:%M:%S}.{stamp_ms % 1000:03}Z".encode()
