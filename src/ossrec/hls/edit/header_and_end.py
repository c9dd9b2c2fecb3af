"""Makes the frame of a playlist right: what stands once in it, and what depends on all of its segments."""

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.edit.outline import Outline, outline
from ossrec.hls.edit.plan import BYTE_ORDER_MARK, ENDLIST, MARK, RewrittenPlaylist, target_of
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Playlist

FIRST = "#EXTM3U put first"
REPEATED = "repeated tag taken out"
VERSION = "EXT-X-VERSION set"
TARGET = "EXT-X-TARGETDURATION set"
SEQUENCE = "EXT-X-MEDIA-SEQUENCE set"
KIND = "EXT-X-PLAYLIST-TYPE taken out"
ENDED = "EXT-X-ENDLIST added"
MOVED = "EXT-X-ENDLIST put behind the last segment"
LINE_END = "last line ended"


def settle(data: bytes, *, is_over: bool) -> RewrittenPlaylist:
    """*data* with its frame corrected where it is wrong; *is_over*: no further segment will come."""
    playlist = read_playlist(data)
    lines, shape = LineEdits(data), outline(playlist)
    _settle_first_line(lines, playlist, shape)
    for tag, numbers in shape.once.items():
        for number in numbers[1:] if tag != "#EXTM3U" else ():
            lines.remove(number, REPEATED)
    _settle_version(lines, playlist, shape)
    _settle_target(lines, playlist, shape)
    sequence = shape.first("#EXT-X-MEDIA-SEQUENCE")
    if sequence is not None and playlist.media_sequence is None:
        lines.replace(sequence, b"#EXT-X-MEDIA-SEQUENCE:0", SEQUENCE)
    kind = shape.first("#EXT-X-PLAYLIST-TYPE")
    if kind is not None and playlist.playlist_type is None:
        lines.remove(kind, KIND)
    _settle_end(lines, playlist, shape, is_over=is_over)
    return RewrittenPlaylist(lines.render(), dict(lines.changes))


def _settle_first_line(lines: LineEdits, playlist: Playlist, shape: Outline) -> None:
    if any(finding.code == BYTE_ORDER_MARK for finding in playlist.findings):
        lines.drop_mark(MARK)
    numbers = shape.once.get("#EXTM3U", ())
    if numbers and numbers[0] == 1:
        rest = numbers[1:]
    else:
        rest = numbers
        lines.insert(1, [b"#EXTM3U"], FIRST)
    for number in rest:
        lines.remove(number, REPEATED)


def _settle_version(lines: LineEdits, playlist: Playlist, shape: Outline) -> None:
    number = shape.first("#EXT-X-VERSION")
    if number is not None and playlist.version is not None and playlist.version >= playlist.version_needed:
        return
    line = b"#EXT-X-VERSION:%d" % playlist.version_needed
    if number is not None:
        lines.replace(number, line, VERSION)
    elif playlist.version_needed > 1:
        lines.insert(_behind_first(shape), [line], VERSION)


def _settle_target(lines: LineEdits, playlist: Playlist, shape: Outline) -> None:
    """It may be longer than any segment, but not shorter (RFC 8216 4.3.3.1)."""
    number = shape.first("#EXT-X-TARGETDURATION")
    target = target_of([segment.duration for segment in playlist.segments])
    if playlist.target_duration is not None and playlist.target_duration >= target:
        return
    line = b"#EXT-X-TARGETDURATION:%d" % target
    if number is not None:
        lines.replace(number, line, TARGET)
    else:
        version = shape.first("#EXT-X-VERSION")
        lines.insert(_behind_first(shape) if version is None else version + 1, [line], TARGET)


def _behind_first(shape: Outline) -> int:
    """The line behind #EXTM3U, or the first one where that had to be put before it."""
    return 2 if shape.first("#EXTM3U") == 1 else 1


def _settle_end(lines: LineEdits, playlist: Playlist, shape: Outline, *, is_over: bool) -> None:
    number = shape.first("#EXT-X-ENDLIST")
    last = playlist.segments[-1].line if playlist.segments else 0
    if number is not None and number < last:
        lines.remove(number, "")
        lines.insert(len(lines) + 1, [ENDLIST], MOVED)
    elif number is None and is_over:
        lines.insert(len(lines) + 1, [ENDLIST], ENDED)
    if not lines.is_ended():
        lines.end(LINE_END)
