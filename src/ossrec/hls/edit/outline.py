"""The lines of a playlist by the segment they belong to, so that it can be edited line by line."""

from collections.abc import Mapping
from typing import NamedTuple

from ossrec.hls.parser import tags
from ossrec.hls.playlist import Playlist

# Tags that apply to the next segment: lines inserted before that segment go before these tags.
_OF_SEGMENTS = frozenset(
    {
        *("#EXTINF", "#EXT-X-BYTERANGE", "#EXT-X-DISCONTINUITY", "#EXT-X-KEY", "#EXT-X-MAP", "#EXT-X-GAP"),
        *("#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-DATERANGE", "#EXT-X-BITRATE"),
    }
)


class Block(NamedTuple):
    """The lines of one segment; numbers are from 1."""

    start: int  # lines inserted before the segment go before this line
    line: int  # of its URI; for the tail, which has no URI, the number after the last line
    extinf: tuple[int, ...] = ()
    discontinuities: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()


class Outline(NamedTuple):
    """The structure of a playlist in line numbers."""

    blocks: tuple[Block, ...]  # one for each segment, in order
    tail: Block  # the lines after the last URI
    once: Mapping[str, tuple[int, ...]]  # lines of each tag that may appear once

    def first(self, tag: str) -> int | None:
        """Return the first line with *tag*, which may appear once; None if there is none."""
        return self.once[tag][0] if tag in self.once else None


def outline(playlist: Playlist) -> Outline:
    """Return the outline of a media playlist; linear in its lines."""
    once: dict[str, list[int]] = {}
    blocks: list[Block] = []
    ends = [segment.line for segment in playlist.segments]
    collected = _Collected(is_first=True)
    for number, raw in enumerate(playlist.lines, 1):
        line = raw.strip(" \t")
        if len(blocks) < len(ends) and number == ends[len(blocks)]:
            blocks.append(collected.block(number))
            collected = _Collected(is_first=False)
        elif line.startswith("#EXT"):
            tag = line.partition(":")[0]
            if tag in tags.AT_MOST_ONCE:
                once.setdefault(tag, []).append(number)
            collected.add(number, tag)
    tail = collected.block(len(playlist.lines) + 1)
    return Outline(tuple(blocks), tail, {tag: tuple(numbers) for tag, numbers in once.items()})


class _Collected:
    """The tags since the last URI."""

    def __init__(self, *, is_first: bool) -> None:
        self._is_first = is_first  # the header is part of the first block
        self._start: int | None = None
        self._lines: dict[str, list[int]] = {}

    def add(self, number: int, tag: str) -> None:
        if tag in _OF_SEGMENTS or not (self._is_first or tag in tags.AT_MOST_ONCE):
            self._start = self._start or number
        self._lines.setdefault(tag, []).append(number)

    def block(self, line: int) -> Block:
        named = ("#EXTINF", "#EXT-X-DISCONTINUITY", "#EXT-X-GAP")
        return Block(self._start or line, line, *(tuple(self._lines.get(tag, ())) for tag in named))
