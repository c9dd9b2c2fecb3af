"""Whether a decoder can start: parameter sets of video in each segment, and in the recording (RFC 8216 3)."""

from collections.abc import Iterator, Sequence

from ossrec.mpegts.inspection import Inspection, SegmentFault

_NAMES = {"h264": "SPS or PPS", "hevc": "VPS, SPS or PPS"}  # of parameter sets
_OTHER = "sequence header"  # of MPEG-1 and MPEG-2 video


def codecs_never_decodable(inspections: Sequence[Inspection]) -> set[str]:
    """Return the video codecs of which no segment has all parameter sets.

    *inspections* are those of all segments of a recording. Nothing is returned if bytes of a segment were not read.
    """
    if any(one.depth != "full" for one in inspections):
        return set()
    facts: dict[str, set[bool | None]] = {}
    for one in inspections:
        for stream in one.streams:
            if stream.packets:
                facts.setdefault(stream.format.codec, set()).add(stream.has_parameter_sets)
    return {codec for codec, values in facts.items() if values == {False}}


def missing_parameter_sets(inspection: Inspection, never: set[str]) -> Iterator[SegmentFault]:
    """Return the streams whose first key frame cannot be decoded, except for codecs that are in *never*."""
    for stream in inspection.streams:
        codec = stream.format.codec
        if stream.starts_with_parameter_sets is False and codec not in never:
            length = None if stream.has_parameter_sets else inspection.duration
            yield SegmentFault("TS402", f"PID {stream.pid} ({codec}): {names_of(codec)} missing", None, 0.0, length)


def names_of(codec: str) -> str:
    """Return the names of the parameter sets of a video codec for a detail."""
    return _NAMES.get(codec, _OTHER)
