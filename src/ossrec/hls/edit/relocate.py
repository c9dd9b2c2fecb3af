"""Rewrites the URIs of a playlist for another folder, so that they lead to the same objects from there."""

import re
from collections.abc import Callable

from ossrec.hls.edit.lines import LineEdits
from ossrec.hls.parser.attributes import value_span
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.relative_uris import relative_folder, relative_uri
from ossrec.hls.uris import resolve
from ossrec.model import BucketAddress

NewUri = Callable[[str], str | None]  # a URI as written -> the URI at the new location, None if not known

# Tags with a URI that players follow (RFC 8216 4.3 and its second edition). Private tags are left alone.
_TAG = re.compile(
    r"[ \t]*#EXT-X-(?:KEY|MAP|MEDIA|PART|PRELOAD-HINT|RENDITION-REPORT|I-FRAME-STREAM-INF|SESSION-KEY|SESSION-DATA):"
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2}")
_IGNORED = re.compile(r"[\x00-\x20]")  # by browsers: before a URI, or anywhere in it


class NotRelocatable(ValueError):
    """No URI at the new location can lead to an object; the message is the object's key."""


def relocate_in_bucket(data: bytes, before: str, after: str, address: BucketAddress) -> bytes:
    """Return *data* moved from the key *before* to the key *after* in the bucket at *address*.

    Raises NotRelocatable.
    """

    def new_uri(uri: str) -> str | None:
        target = resolve(uri, before, address).key
        if target is None:
            return None
        moved = relative_uri(target, after)
        if moved is None:
            raise NotRelocatable(target)
        return moved

    return relocate(data, new_uri, relative_folder(after.split("/")[:-1], before.split("/")[:-1]))


def relocate(data: bytes, new_uri: NewUri, way: str = "") -> bytes:
    """Return *data* with the URI of every segment, key, initialization section and so on replaced by *new_uri*.

    Absolute URIs stay: they mean the same everywhere. A relative URI for which *new_uri* returns None is prefixed with
    *way*, the path from the new folder to the old folder, and so keeps its meaning.
    """
    lines = LineEdits(data)
    for number, line in enumerate(read_playlist(data).lines, 1):
        uri = line.strip(" \t")
        if uri and not uri.startswith("#"):
            moved = _relocated(uri, new_uri, way)
            if moved is not None:
                lines.replace(number, moved, "")
        elif tag := _TAG.match(line):
            _relocate_attribute(lines, number, tag.end(), new_uri, way)
    return lines.render()


def _relocate_attribute(lines: LineEdits, number: int, behind: int, new_uri: NewUri, way: str) -> None:
    raw = lines[number]
    place = value_span(raw[behind:].decode("latin-1"), "URI")  # a character is a byte
    if place is None:
        return
    start, stop = place[0] + behind, place[1] + behind
    moved = _relocated(raw[start:stop].strip(b'"').decode("utf-8", "replace"), new_uri, way)
    if moved is not None:
        lines.replace(number, raw[:start] + b'"' + moved + b'"' + raw[stop:], "")


def _relocated(uri: str, new_uri: NewUri, way: str) -> bytes | None:
    """Return the relocated *uri* with its query, None if it stays as it is."""
    plain = _IGNORED.sub("", uri)
    if _ABSOLUTE.match(plain):
        return None
    moved = new_uri(uri)
    if moved is None:
        is_rooted = plain.startswith(("/", "\\"))
        return None if is_rooted or not way else (way + uri).encode("utf-8", "surrogateescape")
    _path, mark, query = uri.partition("#")[0].partition("?")
    return (moved + mark + query).encode("utf-8", "surrogateescape")
