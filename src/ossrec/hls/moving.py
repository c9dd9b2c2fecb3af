"""Moves a playlist to another place: its URIs lead to the same objects from there."""

import re
from collections.abc import Callable

from ossrec.hls.lines import Lines
from ossrec.hls.reader import read_playlist

Elsewhere = Callable[[str], str | None]  # a URI as it is written -> as it is to be, None to leave it

_ATTRIBUTE = re.compile(rb'(#EXT-X-(?:KEY|MAP):.*?\bURI=")([^"]*)(")', re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2}")


def move(data: bytes, elsewhere: Elsewhere) -> bytes:
    """*data* with every URI of a segment, a key or an initialization section as *elsewhere* has it.

    Absolute URIs stay as they are: they mean the same from everywhere.
    """
    playlist = read_playlist(data)
    lines = Lines(data)
    for segment in playlist.segments:
        moved = _moved(segment.uri, elsewhere)
        if moved is not None:
            lines.replace(segment.line, moved, "")
    for number, line in enumerate(playlist.lines, 1):
        found = _ATTRIBUTE.search(lines[number]) if "URI=" in line else None
        if found:
            moved = _moved(found[2].decode("utf-8", "replace"), elsewhere)
            if moved is not None:
                raw = lines[number]
                lines.replace(number, raw[: found.start(2)] + moved + raw[found.end(2) :], "")
    return lines.render()


def _moved(uri: str, elsewhere: Elsewhere) -> bytes | None:
    """The path of a URI moved, its query kept."""
    if _ABSOLUTE.match(uri):
        return None
    moved = elsewhere(uri)
    if moved is None:
        return None
    _path, mark, query = uri.partition("#")[0].partition("?")
    return (moved + mark + query).encode("utf-8", "surrogateescape")
