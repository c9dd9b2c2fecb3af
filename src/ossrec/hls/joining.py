"""Joins the playlists of recorders that took over from each other into one."""

import re
from collections.abc import Sequence

from ossrec.hls import tags
from ossrec.hls.lines import Lines
from ossrec.hls.plan import Rewritten
from ossrec.hls.playlist import Playlist
from ossrec.hls.reader import read_playlist

JOINED = "playlist of a recorder that took over, appended"

_MIXED = "HLS061"
_KEY = re.compile(r"[ \t]*#EXT-X-KEY:")


class NotJoinable(ValueError):
    """Two playlists cannot be one; the text says why."""


def join(parts: Sequence[bytes]) -> Rewritten:
    """One playlist of several, with the header of the first one; only the last may end it.

    The first segment of each part but the first has its EXT-X-DISCONTINUITY already. Raises NotJoinable
    when a part needs what another one set up: a numbering of segments, or no initialization section.
    """
    first, *others = parts
    if not others:
        return Rewritten(first, {})
    read = [read_playlist(part) for part in parts]
    if any(finding.code == _MIXED for playlist in read for finding in playlist.findings):
        raise NotJoinable("one of them has tags of a master playlist too")
    lines = Lines(first)
    for number, line in enumerate(read[0].lines, 1):
        if _tag(line) == "#EXT-X-ENDLIST":
            lines.remove(number, "")
    for number, (data, playlist) in enumerate(zip(others, read[1:], strict=True), 1):
        body = _body(data, playlist, is_last=number == len(others))
        lines.insert(len(lines) + 1, [*_undone(read[number - 1], playlist), *body], JOINED)
    return Rewritten(lines.render(), dict(lines.changes))


def _body(data: bytes, playlist: Playlist, *, is_last: bool) -> list[bytes]:
    """Its lines without the header."""
    for line in playlist.lines:
        if _KEY.match(line) and "METHOD=NONE" not in line and "IV=" not in line:
            raise NotJoinable("its segments are enciphered by their number, which joining would change")
    lines = Lines(data)
    found = []
    for number, line in enumerate(playlist.lines, 1):
        tag = _tag(line)
        if tag not in tags.ONCE or (tag == "#EXT-X-ENDLIST" and is_last):
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
