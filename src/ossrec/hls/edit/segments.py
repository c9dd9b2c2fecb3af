"""Corrects the segments of a playlist line by line; correct lines stay byte for byte."""

import re
from collections.abc import Sequence

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.edit.outline import Block, Outline, outline
from ossrec.hls.edit.plan import (
    BOM_REMOVED,
    BYTE_ORDER_MARK,
    DISCONTINUITY,
    GAP,
    PlannedSegment,
    RewrittenPlaylist,
    extinf,
    segment_lines,
)
from ossrec.hls.parser.tag_values import decimal_comma, duration_before_text, read_duration
from ossrec.hls.playlist import Playlist, Segment

_EXTINF = re.compile(rb"([ \t]*#EXTINF)(?::([^,]*))?(,?)(.*)", re.DOTALL)

_DECIMALS = re.compile(rb"[0-9]+[ \t]*,?")

DECIMAL_COMMA_REPLACED = "decimal comma of EXTINF replaced by a point"
COMMA_ADDED = "comma added after EXTINF"
EXTINF_CORRECTED = "EXTINF set to the measured duration"
EXTINF_ADDED = "EXTINF added"
EXTINF_REMOVED = "EXTINF without a segment removed"
DISCONTINUITY_ADDED = "EXT-X-DISCONTINUITY added"
DISCONTINUITY_REMOVED = "redundant EXT-X-DISCONTINUITY removed"
GAP_ADDED = "EXT-X-GAP added because the segment is missing or cannot be played"
GAP_REMOVED = "EXT-X-GAP removed because the segment is present"
SEGMENT_INSERTED = "orphan segment inserted"
SEGMENT_REMOVED = "truncated URI at the end removed"
URI_CORRECTED = "URI percent-encoded, or replaced by that of the segment in this bucket"
MEDIA_SEQUENCE_SET = "EXT-X-MEDIA-SEQUENCE set"


def rewrite_segments(data: bytes, playlist: Playlist, planned: Sequence[PlannedSegment]) -> RewrittenPlaylist:
    """Return *data*, from which *playlist* was read, with the *planned* segments.

    Planned segments with a number are in the order of the playlist; its segments that are not planned are removed. In
    the header only EXT-X-MEDIA-SEQUENCE is changed: `correct_header_and_end` does the rest.
    """
    lines, shape = LineEdits(data), outline(playlist)
    if any(finding.code == BYTE_ORDER_MARK for finding in playlist.findings):
        lines.remove_byte_order_mark(BOM_REMOVED)  # before anything is inserted before it
    kept = {piece.number for piece in planned}
    for segment, block in zip(playlist.segments, shape.blocks, strict=True):
        if segment.number not in kept:
            _remove_segment(lines, block)
    following = _insertion_lines(shape, planned)
    for piece, place in zip(planned, following, strict=True):
        if piece.number is None:
            lines.insert(place, segment_lines(piece), SEGMENT_INSERTED)
        else:
            _correct_segment(lines, playlist.segments[piece.number], shape.blocks[piece.number], piece)
    if playlist.truncated_line is not None:
        lines.remove(playlist.truncated_line, SEGMENT_REMOVED)
    _remove_end_tags(lines, shape.tail, is_cut=playlist.truncated_line is not None)
    _correct_media_sequence(lines, shape, playlist, planned)
    return RewrittenPlaylist(lines.render(), dict(lines.changes))


def _insertion_lines(shape: Outline, planned: Sequence[PlannedSegment]) -> list[int]:
    """Return for each planned segment the line before which it is inserted: the start of the next known segment."""
    ended = shape.once.get("#EXT-X-ENDLIST", ())
    behind = [number for number in ended if not shape.blocks or number > shape.blocks[-1].line]
    place = min([shape.tail.start, *behind])  # tags at the end belong to a segment that is not known
    found = []
    for piece in reversed(planned):
        if piece.number is not None:
            place = shape.blocks[piece.number].start
        found.append(place)
    return found[::-1]


def _remove_segment(lines: LineEdits, block: Block) -> None:
    """Remove a segment with a truncated name, and its tags."""
    for number in (*block.extinf, *block.gaps, *block.discontinuities):
        lines.remove(number, "")
    lines.remove(block.line, SEGMENT_REMOVED)


def _correct_segment(lines: LineEdits, segment: Segment, block: Block, piece: PlannedSegment) -> None:
    """Correct the lines of one segment."""
    for number in block.discontinuities[1:]:
        lines.remove(number, DISCONTINUITY_REMOVED)
    if piece.jumps and not block.discontinuities:
        lines.insert(block.start, [DISCONTINUITY], DISCONTINUITY_ADDED)
    for number in block.extinf[:-1]:
        lines.remove(number, EXTINF_REMOVED)
    place = block.extinf[-1] if block.extinf else block.line
    if not piece.is_there and not segment.gap:
        lines.insert(place, [GAP], GAP_ADDED)
    elif piece.is_there and segment.gap and piece.seconds is not None:
        for number in block.gaps:
            lines.remove(number, GAP_REMOVED)
    if block.extinf:
        _correct_extinf(lines, place, piece)
    elif piece.seconds is not None:
        lines.insert(block.line, [extinf(piece.seconds)], EXTINF_ADDED)
    if piece.uri != segment.uri:
        lines.replace(block.line, piece.uri.encode(), URI_CORRECTED)


def _correct_extinf(lines: LineEdits, number: int, piece: PlannedSegment) -> None:
    match = _EXTINF.fullmatch(lines[number])
    if match is None:
        return
    tag, value, comma, title = match.groups()
    text = (value or b"").decode("utf-8", "replace").strip(" \t")
    pointed = decimal_comma(text + "," + title.decode("utf-8", "replace")) if comma else None
    written = read_duration(pointed or text) or duration_before_text(text)
    if pointed is not None:
        title = _DECIMALS.sub(b"", title, count=1)
    if piece.seconds is not None and (not written or piece.is_extinf_wrong):
        lines.replace(number, tag + b":%.3f," % piece.seconds + title, EXTINF_CORRECTED)
    elif pointed is not None:
        lines.replace(number, tag + b":" + pointed.encode() + b"," + title, DECIMAL_COMMA_REPLACED)
    elif not comma and value is not None:
        lines.replace(number, lines[number].rstrip(b" \t") + b",", COMMA_ADDED)


def _remove_end_tags(lines: LineEdits, tail: Block, *, is_cut: bool) -> None:
    """Remove the tags after the last URI, and if that URI is truncated, all tags of its segment."""
    for number in tail.extinf:
        lines.remove(number, "" if is_cut else EXTINF_REMOVED)
    for number in tail.discontinuities:
        lines.remove(number, "" if is_cut else DISCONTINUITY_REMOVED)
    for number in tail.gaps if is_cut else ():
        lines.remove(number, "")


def _correct_media_sequence(
    lines: LineEdits, shape: Outline, playlist: Playlist, planned: Sequence[PlannedSegment]
) -> None:
    """Lower EXT-X-MEDIA-SEQUENCE by the number of segments inserted before the first one (RFC 8216 4.3.3.2)."""
    before = next((n for n, piece in enumerate(planned) if piece.number is not None), 0)
    number = shape.first("#EXT-X-MEDIA-SEQUENCE")
    if before and number is not None and playlist.media_sequence:
        lines.replace(
            number, b"#EXT-X-MEDIA-SEQUENCE:%d" % max(0, playlist.media_sequence - before), MEDIA_SEQUENCE_SET
        )
