"""Read a multivariant (master) playlist with the m3u8 library: the playlists that it names."""

from typing import NamedTuple

import m3u8

from ossrec.hls.collector import excerpt
from ossrec.hls.playlist import Playlist

MAX_MASTER = 1024 * 1024  # characters; a usual master playlist has a thousand

# The library also splits lines at these characters, which do not end a line in HLS. In a URI, their percent-encoded
# form means the same.
_FOREIGN_BREAKS = {
    ord(mark): "".join(f"%{byte:02X}" for byte in mark.encode()) for mark in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\r"
}


class MediaPlaylistReference(NamedTuple):
    """A media playlist that a master playlist names."""

    role: str  # "variant", "rendition" or "i-frames": EXT-X-STREAM-INF, EXT-X-MEDIA or EXT-X-I-FRAME-STREAM-INF
    uri: str
    bandwidth: int | None = None  # bits per second
    name: str = ""  # of a rendition; the resolution of a variant


class MasterPlaylist(NamedTuple):
    """The media playlists of a master playlist, in their order within each role."""

    members: tuple[MediaPlaylistReference, ...] = ()
    problem: str = ""  # why the playlist could not be read, or ""


def read_master(playlist: Playlist) -> MasterPlaylist:
    """Return the members of a playlist of kind "master". Never raises: a library's exception becomes `problem`."""
    text = "\n".join(playlist.lines)
    if len(text) > MAX_MASTER:
        return MasterPlaylist(problem=f"longer than {MAX_MASTER} characters")
    try:
        found = m3u8.loads(text.translate(_FOREIGN_BREAKS))
        members = (*_variants(found), *_renditions(found), *_i_frames(found))
    except Exception as problem:  # on malformed input the library raises any exception
        return MasterPlaylist(problem=excerpt(f"{type(problem).__name__}: {problem}"))
    return MasterPlaylist(members)


def _variants(found: m3u8.M3U8) -> list[MediaPlaylistReference]:
    return [
        MediaPlaylistReference("variant", one.uri, one.stream_info.bandwidth, _resolution(one.stream_info.resolution))
        for one in found.playlists
        if one.uri
    ]


def _renditions(found: m3u8.M3U8) -> list[MediaPlaylistReference]:
    return [MediaPlaylistReference("rendition", one.uri, None, one.name or "") for one in found.media if one.uri]


def _i_frames(found: m3u8.M3U8) -> list[MediaPlaylistReference]:
    return [
        MediaPlaylistReference("i-frames", one.uri, one.iframe_stream_info.bandwidth)
        for one in found.iframe_playlists
        if one.uri
    ]


def _resolution(pair: tuple[int, int] | None) -> str:
    return f"{pair[0]}x{pair[1]}" if pair else ""
