"""The rules on a segment and on the time between two segments: missing, empty, cut off; timeline gaps.

The checks of a listing, `ossrec show` and `ossrec rebuild` all call these functions, so that they cannot disagree.
"""

from enum import StrEnum

LONGEST_SEGMENT = 330.0  # seconds; recorders cut a segment by force then (decision 17)
TS_PACKET = 188  # bytes
LONG_PACKETS = (192, 204)  # bytes of a packet with a time code or a checksum
AES_BLOCK = 16  # bytes of an AES-128 key, and of a block that it encrypts
# Media that is not MPEG-TS although no EXT-X-MAP says so: packed audio, subtitles, complete files.
_NOT_TS = (".aac", ".ac3", ".ec3", ".mp3", ".vtt", ".webvtt", ".mp4", ".m4a", ".m4s", ".m4v", ".webm", ".flv")

_GAP_SECONDS, _GAP_SHARE = 2.0, 0.1  # slack of a timeline gap: seconds, or this part of the longer segment


class SegmentState(StrEnum):
    """The state of a segment by its playlist and the listing; the values are those of `state` in `ossrec show`."""

    PRESENT = "present"
    DECLARED_GAP = "declared_gap"  # EXT-X-GAP, whether its object is there or not
    CUT = "cut"  # its size cannot be that of an intact segment
    WRONG_PATH = "wrong_path"  # in the bucket, but its URI leads elsewhere
    OUTSIDE = "outside"  # its URI was refused
    EMPTY = "empty"
    MISSING = "missing"


def segment_state(
    key: str | None,
    size: int | None,
    *,
    declared_gap: bool = False,
    byterange_end: int | None = None,
    encrypted: bool = False,
    fragment: bool = False,
    packet_size: int | None = None,
    wrong_path: bool = False,
) -> SegmentState:
    """Return the state of the segment at *key*, which is None if its URI was refused.

    Its object has *size* bytes, None if it is not in the bucket; an inspection has found packets of *packet_size*
    bytes, None if there was no inspection: then the size may be that of packets of 188, 192 or 204 bytes. *key* may
    also be the end of a key, if that has the file extension. With *wrong_path* the object exists, but the URI does not
    lead to it.
    """
    if key is None:
        return SegmentState.OUTSIDE
    if declared_gap:
        return SegmentState.DECLARED_GAP
    if wrong_path:
        return SegmentState.WRONG_PATH
    if size is None:
        return SegmentState.MISSING
    if size == 0:
        return SegmentState.EMPTY
    if byterange_end is not None:
        is_cut = byterange_end > size
    elif encrypted:
        is_cut = size % AES_BLOCK != 0 and size % TS_PACKET != 0  # whole packets: not encrypted, but intact
    elif size % TS_PACKET == 0 or fragment or not is_transport_stream(key):
        is_cut = False
    else:
        is_cut = all(size % length for length in ((packet_size,) if packet_size else LONG_PACKETS))
    return SegmentState.CUT if is_cut else SegmentState.PRESENT


def is_transport_stream(key: str) -> bool:
    """Return whether a segment may be MPEG-TS by its name: it has no file extension of another format."""
    return not key.lower().endswith(_NOT_TS)


def timeline_gap(step: float, duration: float | None, next_duration: float | None) -> float | None:
    """Return the seconds missing between two segments whose names are *step* seconds apart, None if none are (rule 30).

    A time in a name may be that of the segment's start or of its end, so there is a gap only if *step* is longer than
    either segment explains. A *duration* of None is not known: see `duration_until_next`.
    """
    duration = duration_until_next(step, duration)
    longest = max(duration, next_duration or 0.0)
    return step - duration if step > longest + max(_GAP_SECONDS, _GAP_SHARE * longest) else None


def duration_until_next(step: float, duration: float | None) -> float:
    """Return the *duration* of a segment in seconds.

    If it is None, the segment lasts until the next one, which starts *step* seconds later, but at most
    `LONGEST_SEGMENT`.
    """
    return max(0.0, min(step, LONGEST_SEGMENT)) if duration is None else duration
