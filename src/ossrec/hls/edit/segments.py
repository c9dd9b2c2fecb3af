"""Corrects the segments of a playlist by changing single lines; whatever is right stays byte for byte."""

import re
from collections.abc import Sequence

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.edit.outline import Block, Outline, outline
from ossrec.hls.edit.plan import (
    BYTE_ORDER_MARK,
    DISCONTINUITY,
    GAP,
    MARK,
    PlannedSegment,
    RewrittenPlaylist,
    extinf,
    segment_lines,
)
from ossrec.hls.parser.tag_values import read_duration
from ossrec.hls.playlist import Playlist, Segment

_EXTINF = re.compile(rb"([ \t]*#EXTINF)(?::([^,]*))?(,?)(.*)", re.DOTALL)

COMMA = "comma added behind EXTINF"
MEASURED = "EXTINF set to the measured length"
EXTINF_ADDED = "EXTINF added"
EXTINF_LOOSE = "EXTINF without a segment taken out"
JUMP = "EXT-X-DISCONTINUITY added"
JUMP_LOOSE = "needless EXT-X-DISCONTINUITY taken out"
GAP_ADDED = "EXT-X-GAP added, for the segment is missing or cannot be played"
GAP_LOOSE = "EXT-X-GAP taken out, for the segment is there"
PUT_IN = "segment put in that no playlist named"
CUT_OFF = "cut-off segment at the end taken out"
SPELLED = "URI percent-encoded, or led to the segment in this bucket"
SEQUENCE = "EXT-X-MEDIA-SEQUENCE set"


def rewrite_segments(data: bytes, playlist: Playlist, pieces: Sequence[PlannedSegment]) -> RewrittenPlaylist:
    """*data*, which *playlist* was read from, with the segments that *pieces* say.

    Pieces that have a number stand in the order of the playlist; a segment of it that none of them has
    is taken out. Of the header only EXT-X-MEDIA-SEQUENCE is changed: `settle` looks after the rest.
    """
    lines, shape = LineEdits(data), outline(playlist)
    if any(finding.code == BYTE_ORDER_MARK for finding in playlist.findings):
        lines.drop_mark(MARK)  # before anything is put in front of it
    kept = {piece.number for piece in pieces}
    for segment, block in zip(playlist.segments, shape.blocks, strict=True):
        if segment.number not in kept:
            _take_out(lines, block)
    following = _following(shape, pieces)
    for piece, place in zip(pieces, following, strict=True):
        if piece.number is None:
            lines.insert(place, segment_lines(piece), PUT_IN)
        else:
            _correct(lines, playlist.segments[piece.number], shape.blocks[piece.number], piece)
    if playlist.truncated_line is not None:
        lines.remove(playlist.truncated_line, CUT_OFF)
    _tidy_end(lines, shape.tail, is_cut=playlist.truncated_line is not None)
    _count_from(lines, shape, playlist, pieces)
    return RewrittenPlaylist(lines.render(), dict(lines.changes))


def _following(shape: Outline, pieces: Sequence[PlannedSegment]) -> list[int]:
    """For each piece the line before which new lines for it are put: where the next known segment starts."""
    ended = shape.once.get("#EXT-X-ENDLIST", ())
    behind = [number for number in ended if not shape.blocks or number > shape.blocks[-1].line]
    place = min([shape.tail.start, *behind])  # tags at the end wait for a segment that nobody knows
    found = []
    for piece in reversed(pieces):
        if piece.number is not None:
            place = shape.blocks[piece.number].start
        found.append(place)
    return found[::-1]


def _take_out(lines: LineEdits, block: Block) -> None:
    """A segment whose name was cut off; its tags go with it."""
    for number in (*block.extinf, *block.gaps, *block.discontinuities):
        lines.remove(number, "")
    lines.remove(block.line, CUT_OFF)


def _correct(lines: LineEdits, segment: Segment, block: Block, piece: PlannedSegment) -> None:
    """The lines of one segment."""
    for number in block.discontinuities[1:]:
        lines.remove(number, JUMP_LOOSE)
    if piece.jumps and not block.discontinuities:
        lines.insert(block.start, [DISCONTINUITY], JUMP)
    for number in block.extinf[:-1]:
        lines.remove(number, EXTINF_LOOSE)
    place = block.extinf[-1] if block.extinf else block.line
    if not piece.is_there and not segment.gap:
        lines.insert(place, [GAP], GAP_ADDED)
    elif piece.is_there and segment.gap and piece.seconds is not None:
        for number in block.gaps:
            lines.remove(number, GAP_LOOSE)
    if block.extinf:
        _correct_extinf(lines, place, piece)
    elif piece.seconds is not None:
        lines.insert(block.line, [extinf(piece.seconds)], EXTINF_ADDED)
    if piece.uri != segment.uri:
        lines.replace(block.line, piece.uri.encode(), SPELLED)


def _correct_extinf(lines: LineEdits, number: int, piece: PlannedSegment) -> None:
    match = _EXTINF.fullmatch(lines[number])
    if match is None:
        return
    tag, value, comma, title = match.groups()
    told = read_duration((value or b"").decode("utf-8", "replace").strip(" \t"))
    if piece.seconds is not None and (not told or piece.is_misstated):
        lines.replace(number, tag + b":%.3f," % piece.seconds + title, MEASURED)
    elif not comma and value is not None:
        lines.replace(number, lines[number].rstrip(b" \t") + b",", COMMA)


def _tidy_end(lines: LineEdits, tail: Block, *, is_cut: bool) -> None:
    """What stands behind the last URI and belongs to no segment; tags of one whose name is cut off go with it."""
    for number in tail.extinf:
        lines.remove(number, "" if is_cut else EXTINF_LOOSE)
    for number in tail.discontinuities:
        lines.remove(number, "" if is_cut else JUMP_LOOSE)
    for number in tail.gaps if is_cut else ():
        lines.remove(number, "")


def _count_from(lines: LineEdits, shape: Outline, playlist: Playlist, pieces: Sequence[PlannedSegment]) -> None:
    """Segments put in before the first one take the numbers below its own (RFC 8216 4.3.3.2)."""
    before = next((n for n, piece in enumerate(pieces) if piece.number is not None), 0)
    number = shape.first("#EXT-X-MEDIA-SEQUENCE")
    if before and number is not None and playlist.media_sequence:
        lines.replace(number, b"#EXT-X-MEDIA-SEQUENCE:%d" % max(0, playlist.media_sequence - before), SEQUENCE)
