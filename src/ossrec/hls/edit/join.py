"""Joins the playlists of recorders that took over from each other into one."""

import re
from collections.abc import Sequence

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.edit.plan import RewrittenPlaylist, summed_changes
from ossrec.hls.parser import tags
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Playlist

JOINED = "playlist of the next recorder appended"
TRAILING_TAG_REMOVED = "tag after the last segment removed"

_MIXED = "HLS061"
_SEGMENT_TAGS = frozenset(("#EXT-X-BYTERANGE", "#EXT-X-GAP", "#EXT-X-MAP", "#EXT-X-PROGRAM-DATE-TIME"))
_KEY = re.compile(r"[ \t]*#EXT-X-KEY:")


class NotJoinable(ValueError):
    """Playlists cannot be joined into one; the message says why."""


def join(parts: Sequence[bytes]) -> RewrittenPlaylist:
    """Return the *parts* as one playlist, with the header of the first; EXT-X-ENDLIST only from the last.

    The first segment of each part after the first must have its EXT-X-DISCONTINUITY already. Raises NotJoinable if a
    part depends on its own numbering of segments, or on having no initialization section.
    """
    if len(parts) == 1:
        return RewrittenPlaylist(parts[0], {})
    cleared = [_without_trailing_tags(part) for part in parts[:-1]]
    parts = [*(part.data for part in cleared), parts[-1]]
    first, *others = parts
    read = [read_playlist(part) for part in parts]
    if any(finding.code == _MIXED for playlist in read for finding in playlist.findings):
        raise NotJoinable("one part also has tags of a master playlist")
    lines = LineEdits(first)
    for number, line in enumerate(read[0].lines, 1):
        if _tag(line) == "#EXT-X-ENDLIST":
            lines.remove(number, "")
    for number, (data, playlist) in enumerate(zip(others, read[1:], strict=True), 1):
        body = _lines_without_header(data, playlist, is_last=number == len(others))
        lines.insert(len(lines) + 1, [*_reset_lines(read[number - 1], playlist), *body], JOINED)
    return RewrittenPlaylist(lines.render(), summed_changes(*(part.changes for part in cleared), lines.changes))


def _without_trailing_tags(data: bytes) -> RewrittenPlaylist:
    """Remove the tags after the last segment, which would otherwise apply to the first segment of the next part."""
    playlist, lines = read_playlist(data), LineEdits(data)
    last = playlist.segments[-1].line if playlist.segments else 0
    for number, line in enumerate(playlist.lines[last:], last + 1):
        if _tag(line) in _SEGMENT_TAGS:
            lines.remove(number, TRAILING_TAG_REMOVED)
    return RewrittenPlaylist(lines.render(), dict(lines.changes))


def _lines_without_header(data: bytes, playlist: Playlist, *, is_last: bool) -> list[bytes]:
    """Return the lines of a part without its header."""
    for line in playlist.lines:
        if _KEY.match(line) and "METHOD=NONE" not in line and "IV=" not in line:
            raise NotJoinable("its segments are encrypted with their sequence number as IV, which joining would change")
    lines = LineEdits(data)
    found = []
    for number, line in enumerate(playlist.lines, 1):
        tag = _tag(line)
        if tag not in tags.AT_MOST_ONCE or (tag == "#EXT-X-ENDLIST" and is_last):
            found.append(lines[number])
    return found


def _reset_lines(before: Playlist, after: Playlist) -> list[bytes]:
    """Return the lines that end the effect of the part *before*: a key applies until the next EXT-X-KEY."""
    if any(segment.fragment for segment in before.segments[-1:]) and not _has_before_first_segment(after, "#EXT-X-MAP"):
        raise NotJoinable("one part has an initialization section, and the next one has none")
    keys = [line for line in before.lines if _KEY.match(line)]
    in_force = bool(keys) and "METHOD=NONE" not in keys[-1]
    return [b"#EXT-X-KEY:METHOD=NONE"] if in_force and not _has_before_first_segment(after, "#EXT-X-KEY") else []


def _has_before_first_segment(playlist: Playlist, tag: str) -> bool:
    """Return whether *tag* appears before the first segment of *playlist*."""
    first = playlist.segments[0].line if playlist.segments else 0
    return any(_tag(line) == tag for line in playlist.lines[:first])


def _tag(line: str) -> str:
    return line.strip(" \t").partition(":")[0]
