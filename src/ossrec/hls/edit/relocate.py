"""Moves a playlist to another place: its URIs lead to the same objects from there."""

import re
from collections.abc import Callable

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.parser.attributes import value_span
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.relative_uris import relative_folder, relative_uri
from ossrec.hls.uris import resolve
from ossrec.model import BucketAddress

Elsewhere = Callable[[str], str | None]  # a URI as it is written -> as it is to be, None if nobody knows

# Tags with a URI that players follow (RFC 8216 4.3 and its second edition). Nobody knows what a private one means.
_TAG = re.compile(
    r"[ \t]*#EXT-X-(?:KEY|MAP|MEDIA|PART|PRELOAD-HINT|RENDITION-REPORT|I-FRAME-STREAM-INF|SESSION-KEY|SESSION-DATA):"
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2}")
_IGNORED = re.compile(r"[\x00-\x20]")  # by browsers: before a URI, or anywhere in it


class NotRelocatable(ValueError):
    """No URI at the new place can mean what one meant; the text is the object's key."""


def move_within(data: bytes, before: str, after: str, address: BucketAddress) -> bytes:
    """`move` from the key *before* to the key *after* of the bucket at *address*; raises NoWay."""

    def elsewhere(uri: str) -> str | None:
        target = resolve(uri, before, address).key
        if target is None:
            return None
        moved = relative_uri(target, after)
        if moved is None:
            raise NotRelocatable(target)
        return moved

    return move(data, elsewhere, relative_folder(after.split("/")[:-1], before.split("/")[:-1]))


def move(data: bytes, elsewhere: Elsewhere, way: str = "") -> bytes:
    """*data* with every URI of a segment, a key, an initialization section and so on as *elsewhere* has it.

    Absolute URIs stay as they are: they mean the same from everywhere. A relative one that *elsewhere* does
    not know gets *way* before it, from the new folder to the old one, and so means what it meant.
    """
    lines = LineEdits(data)
    for number, line in enumerate(read_playlist(data).lines, 1):
        uri = line.strip(" \t")
        if uri and not uri.startswith("#"):
            moved = _moved(uri, elsewhere, way)
            if moved is not None:
                lines.replace(number, moved, "")
        elif tag := _TAG.match(line):
            _move_attribute(lines, number, tag.end(), elsewhere, way)
    return lines.render()


def _move_attribute(lines: LineEdits, number: int, behind: int, elsewhere: Elsewhere, way: str) -> None:
    raw = lines[number]
    place = value_span(raw[behind:].decode("latin-1"), "URI")  # a character is a byte
    if place is None:
        return
    start, stop = place[0] + behind, place[1] + behind
    moved = _moved(raw[start:stop].strip(b'"').decode("utf-8", "replace"), elsewhere, way)
    if moved is not None:
        lines.replace(number, raw[:start] + b'"' + moved + b'"' + raw[stop:], "")


def _moved(uri: str, elsewhere: Elsewhere, way: str) -> bytes | None:
    """The path of a URI moved, its query kept."""
    plain = _IGNORED.sub("", uri)
    if _ABSOLUTE.match(plain):
        return None
    moved = elsewhere(uri)
    if moved is None:
        is_rooted = plain.startswith(("/", "\\"))
        return None if is_rooted or not way else (way + uri).encode("utf-8", "surrogateescape")
    _path, mark, query = uri.partition("#")[0].partition("?")
    return (moved + mark + query).encode("utf-8", "surrogateescape")
