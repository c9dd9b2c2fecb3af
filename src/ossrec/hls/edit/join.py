"""Joins the playlists of recorders that took over from each other into one."""

import re
from collections.abc import Sequence

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.edit.plan import RewrittenPlaylist, added
from ossrec.hls.parser import tags
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Playlist

JOINED = "playlist of a recorder that took over, appended"

LOOSE = "tag of a segment that never came taken out"

_MIXED = "HLS061"
_OF_NEXT = frozenset(("#EXT-X-BYTERANGE", "#EXT-X-GAP", "#EXT-X-MAP", "#EXT-X-PROGRAM-DATE-TIME"))
_KEY = re.compile(r"[ \t]*#EXT-X-KEY:")


class NotJoinable(ValueError):
    """Two playlists cannot be one; the text says why."""


def join(parts: Sequence[bytes]) -> RewrittenPlaylist:
    """One playlist of several, with the header of the first one; only the last may end it.

    The first segment of each part but the first has its EXT-X-DISCONTINUITY already. Raises NotJoinable
    when a part needs what another one set up: a numbering of segments, or no initialization section.
    """
    if len(parts) == 1:
        return RewrittenPlaylist(parts[0], {})
    cleared = [_cleared(part) for part in parts[:-1]]
    parts = [*(part.data for part in cleared), parts[-1]]
    first, *others = parts
    read = [read_playlist(part) for part in parts]
    if any(finding.code == _MIXED for playlist in read for finding in playlist.findings):
        raise NotJoinable("one of them has tags of a master playlist too")
    lines = LineEdits(first)
    for number, line in enumerate(read[0].lines, 1):
        if _tag(line) == "#EXT-X-ENDLIST":
            lines.remove(number, "")
    for number, (data, playlist) in enumerate(zip(others, read[1:], strict=True), 1):
        body = _body(data, playlist, is_last=number == len(others))
        lines.insert(len(lines) + 1, [*_undone(read[number - 1], playlist), *body], JOINED)
    return RewrittenPlaylist(lines.render(), added(*(part.changes for part in cleared), lines.changes))


def _cleared(data: bytes) -> RewrittenPlaylist:
    """Without what stands behind the last segment, and would be taken for the next part's first one."""
    playlist, lines = read_playlist(data), LineEdits(data)
    last = playlist.segments[-1].line if playlist.segments else 0
    for number, line in enumerate(playlist.lines[last:], last + 1):
        if _tag(line) in _OF_NEXT:
            lines.remove(number, LOOSE)
    return RewrittenPlaylist(lines.render(), dict(lines.changes))


def _body(data: bytes, playlist: Playlist, *, is_last: bool) -> list[bytes]:
    """Its lines without the header."""
    for line in playlist.lines:
        if _KEY.match(line) and "METHOD=NONE" not in line and "IV=" not in line:
            raise NotJoinable("its segments are enciphered by their number, which joining would change")
    lines = LineEdits(data)
    found = []
    for number, line in enumerate(playlist.lines, 1):
        tag = _tag(line)
        if tag not in tags.AT_MOST_ONCE or (tag == "#EXT-X-ENDLIST" and is_last):
            found.append(lines[number])
    return found


def _undone(before: Playlist, after: Playlist) -> list[bytes]:
    """What ends the effect of the part before: a key applies until the next one."""
    if any(segment.fragment for segment in before.segments[-1:]) and not _sets_up(after, "#EXT-X-MAP"):
        raise NotJoinable("one part has an initialization section, and the next one has none")
    keys = [line for line in before.lines if _KEY.match(line)]
    in_force = bool(keys) and "METHOD=NONE" not in keys[-1]
    return [b"#EXT-X-KEY:METHOD=NONE"] if in_force and not _sets_up(after, "#EXT-X-KEY") else []


def _sets_up(playlist: Playlist, tag: str) -> bool:
    """A tag stands before its first segment."""
    first = playlist.segments[0].line if playlist.segments else 0
    return any(_tag(line) == tag for line in playlist.lines[:first])


def _tag(line: str) -> str:
    return line.strip(" \t").partition(":")[0]
