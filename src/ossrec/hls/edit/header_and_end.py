"""Corrects the header and the end of a playlist: tags that may appear once, and tags that depend on all segments."""

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.edit.outline import Outline, outline
from ossrec.hls.edit.plan import BOM_REMOVED, BYTE_ORDER_MARK, ENDLIST, RewrittenPlaylist, target_duration_of
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Playlist

EXTM3U_ADDED = "#EXTM3U added as the first line"
REPEATED_TAG_REMOVED = "repeated tag removed"
VERSION_SET = "EXT-X-VERSION set"
TARGET_DURATION_SET = "EXT-X-TARGETDURATION set"
MEDIA_SEQUENCE_SET = "EXT-X-MEDIA-SEQUENCE set"
PLAYLIST_TYPE_REMOVED = "EXT-X-PLAYLIST-TYPE removed"
FRACTION_REMOVED = "fraction of a whole number removed"
ENDLIST_ADDED = "EXT-X-ENDLIST added"
ENDLIST_MOVED = "EXT-X-ENDLIST moved after the last segment"
LINE_END_ADDED = "line end added to the last line"


FRACTION = "HLS026"  # rule


def correct_header_and_end(data: bytes, *, is_over: bool) -> RewrittenPlaylist:
    """Return *data* with header and end corrected where they are wrong; *is_over*: there will be no more segments."""
    playlist = read_playlist(data)
    lines, shape = LineEdits(data), outline(playlist)
    _correct_first_line(lines, playlist, shape)
    for tag, numbers in shape.once.items():
        for number in numbers[1:] if tag != "#EXTM3U" else ():
            lines.remove(number, REPEATED_TAG_REMOVED)
    _correct_version(lines, playlist, shape)
    _correct_target_duration(lines, playlist, shape)
    sequence = shape.first("#EXT-X-MEDIA-SEQUENCE")
    if sequence is not None and playlist.media_sequence is None:
        lines.replace(sequence, b"#EXT-X-MEDIA-SEQUENCE:0", MEDIA_SEQUENCE_SET)
    kind = shape.first("#EXT-X-PLAYLIST-TYPE")
    if kind is not None and playlist.playlist_type is None:
        lines.remove(kind, PLAYLIST_TYPE_REMOVED)
    _remove_fractions(lines, playlist)
    _correct_end(lines, playlist, shape, is_over=is_over)
    return RewrittenPlaylist(lines.render(), dict(lines.changes))


def _correct_first_line(lines: LineEdits, playlist: Playlist, shape: Outline) -> None:
    if any(finding.code == BYTE_ORDER_MARK for finding in playlist.findings):
        lines.remove_byte_order_mark(BOM_REMOVED)
    numbers = shape.once.get("#EXTM3U", ())
    if numbers and numbers[0] == 1:
        rest = numbers[1:]
    else:
        rest = numbers
        lines.insert(1, [b"#EXTM3U"], EXTM3U_ADDED)
    for number in rest:
        lines.remove(number, REPEATED_TAG_REMOVED)


def _remove_fractions(lines: LineEdits, playlist: Playlist) -> None:
    """Write ``2`` for ``2.0`` where a whole number is required, in lines that were not corrected otherwise."""
    for finding in playlist.findings:
        if finding.code == FRACTION and finding.line is not None:
            whole, point, _fraction = lines[finding.line].partition(b".")
            if point:
                lines.replace(finding.line, whole, FRACTION_REMOVED)


def _correct_version(lines: LineEdits, playlist: Playlist, shape: Outline) -> None:
    number = shape.first("#EXT-X-VERSION")
    if number is not None and playlist.version is not None and playlist.version >= playlist.version_needed:
        return
    line = b"#EXT-X-VERSION:%d" % playlist.version_needed
    if number is not None:
        lines.replace(number, line, VERSION_SET)
    elif playlist.version_needed > 1:
        lines.insert(_line_after_extm3u(shape), [line], VERSION_SET)


def _correct_target_duration(lines: LineEdits, playlist: Playlist, shape: Outline) -> None:
    """Correct EXT-X-TARGETDURATION, which may be more than the longest segment, but not less (RFC 8216 4.3.3.1)."""
    number = shape.first("#EXT-X-TARGETDURATION")
    target = target_duration_of([segment.duration for segment in playlist.segments])
    if playlist.target_duration is not None and playlist.target_duration >= target:
        return
    line = b"#EXT-X-TARGETDURATION:%d" % target
    if number is not None:
        lines.replace(number, line, TARGET_DURATION_SET)
    else:
        version = shape.first("#EXT-X-VERSION")
        lines.insert(_line_after_extm3u(shape) if version is None else version + 1, [line], TARGET_DURATION_SET)


def _line_after_extm3u(shape: Outline) -> int:
    """Return the number of the line after #EXTM3U, or of the first line if #EXTM3U had to be added before it."""
    return 2 if shape.first("#EXTM3U") == 1 else 1


def _correct_end(lines: LineEdits, playlist: Playlist, shape: Outline, *, is_over: bool) -> None:
    number = shape.first("#EXT-X-ENDLIST")
    last = playlist.segments[-1].line if playlist.segments else 0
    if number is not None and number < last:
        lines.remove(number, "")
        lines.insert(len(lines) + 1, [ENDLIST], ENDLIST_MOVED)
    elif number is None and is_over:
        lines.insert(len(lines) + 1, [ENDLIST], ENDLIST_ADDED)
    if not lines.is_ended():
        lines.end(LINE_END_ADDED)
