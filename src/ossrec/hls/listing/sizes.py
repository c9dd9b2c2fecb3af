"""Compares the segments of a playlist by size, ETag and EXTINF: content in the clear, content twice, wild durations."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from statistics import median_high, median_low

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.listing.joined import JoinedSegment
from ossrec.segment_rules import AES_BLOCK, LONGEST_SEGMENT, TS_PACKET, SegmentState, is_transport_stream

_CLEAR_RUN = 3  # ciphertext has a size of whole packets in one of 47 cases, so hardly ever in three in a row
_TIMES_LONGER = 10.0  # than the median duration, and at a bit rate that is lower by as much
_WRAPS = (  # seconds after which a clock starts again at zero, and its name
    (2**33 / 90_000, "2^33 ticks of 1/90000 s: a 33-bit timestamp that wrapped"),
    (2**32 / 90_000, "2^32 ticks of 1/90000 s: a 32-bit timestamp that wrapped"),
    (2**31 / 90_000, "2^31 ticks of 1/90000 s: a signed 32-bit timestamp that wrapped"),
    (2**32 / 48_000, "2^32 samples at 48 kHz: a 32-bit timestamp that wrapped"),
    (2**32 / 44_100, "2^32 samples at 44.1 kHz: a 32-bit timestamp that wrapped"),
    (2**32 / 1_000, "2^32 ms: a 32-bit timestamp that wrapped"),
)
_HASH = re.compile(rb"[0-9A-Fa-f]{32}-[0-9]+")  # of a multipart upload
_SMALLEST = 8 * TS_PACKET  # bytes; smaller objects, without media, may be alike by chance
_MD5 = 16  # bytes, packed


def check_sizes(segments: Sequence[JoinedSegment], findings: FindingCollector) -> None:
    """Add the findings that only the comparison of segments shows, in linear time."""
    _check_encryption([one for one in segments if one.encrypted and one.size and not one.gap], findings)
    _check_packet_sizes(segments, findings)
    _check_content(segments, findings)
    _check_durations(segments, findings)


def _check_encryption(encrypted: Sequence[JoinedSegment], findings: FindingCollector) -> None:
    """Find segments in the clear among those that a key applies to, by their sizes.

    Ciphertext consists of blocks of 16 bytes. A size of whole packets but not of whole blocks is therefore proof; one
    of both is counted only beside a segment with proof, or in a longer run.
    """
    for is_packets, run in groupby(encrypted, key=_is_whole_packets):
        same = list(run)
        if is_packets and (len(same) >= _CLEAR_RUN or any((one.size or 0) % AES_BLOCK for one in same)):
            for one in same:
                findings.add_at(one, "LST203", f"{excerpt(one.uri)}: {one.size} bytes, {_packets(one)} packets")


def _is_whole_packets(one: JoinedSegment) -> bool:
    return one.byterange_end is None and bool(one.size) and (one.size or 0) % TS_PACKET == 0


def _packets(one: JoinedSegment) -> int:
    return (one.size or 0) // TS_PACKET


def _check_packet_sizes(segments: Sequence[JoinedSegment], findings: FindingCollector) -> None:
    """Find truncated segments whose size is by chance a multiple of 192 or 204 bytes, where others have 188."""
    packets = [one for one in segments if _has_packets(one)]
    fitting = [one for one in packets if one.size and one.size % TS_PACKET == 0]
    if len(fitting) * 2 <= len(packets):
        return
    for one in packets:
        if one.size and one.size % TS_PACKET and one.state is SegmentState.PRESENT:
            findings.add_at(one, "LST262", f"{excerpt(one.uri)}: {one.size} bytes")


def _has_packets(one: JoinedSegment) -> bool:
    """Return whether the size of a segment that was not inspected must be one of whole packets."""
    is_complete = one.byterange_end is None and not one.gap and bool(one.size)
    is_ts = one.key is not None and is_transport_stream(one.key) and not one.encrypted and not one.fragment
    return is_complete and is_ts and one.packet_size is None


def _check_content(segments: Sequence[JoinedSegment], findings: FindingCollector) -> None:
    """Find objects with the ETag and the size of another segment: one was probably written over the other."""
    whole = [one for one in segments if one.byterange_end is None and not one.gap and _is_hash(one.etag)]
    whole = [one for one in whole if one.key is not None and (one.size or 0) >= _SMALLEST]
    counts = Counter((one.etag, one.size) for one in whole)
    first: dict[tuple[bytes, int | None], JoinedSegment] = {}
    for one in whole:
        if counts[one.etag, one.size] < 2:
            continue
        before = first.setdefault((one.etag, one.size), one)
        if before.key != one.key:
            detail = f"{excerpt(one.uri)} has the {one.size} bytes of {excerpt(before.uri)}"
            findings.add_at(one, "LST266", detail)


def _is_hash(etag: bytes) -> bool:
    """Return whether an ETag depends on the content: an MD5, or that of a multipart upload."""
    return len(etag) == _MD5 or _HASH.fullmatch(etag) is not None


def _check_durations(segments: Sequence[JoinedSegment], findings: FindingCollector) -> None:
    """Find an EXTINF that is far longer than the others, although its object is not larger accordingly."""
    measured = [one for one in segments if one.size and one.duration > 0 and one.byterange_end is None]
    if len(measured) < 2:
        return
    usual = median_low(one.duration for one in measured)
    rate = median_high((one.size or 0) / one.duration for one in measured)
    for one in measured:
        is_long = one.duration > max(LONGEST_SEGMENT, _TIMES_LONGER * usual)
        if is_long and (one.size or 0) / one.duration * _TIMES_LONGER < rate:
            detail = (
                f"{one.duration:.3f} s in {one.size} bytes, usually {usual:g} s{_wrap(one.duration - usual, usual)}"
            )
            findings.add_at(one, "LST292", detail)


def _wrap(excess: float, usual: float) -> str:
    """Return which clock may have wrapped if a duration is *excess* seconds too long, or ""."""
    names = (name for seconds, name in _WRAPS if abs(excess - seconds) <= 2 * usual)
    return next((f"; the excess is {name}" for name in names), "")
