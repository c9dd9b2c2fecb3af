"""Which lines of a playlist belong to which of its segments, so that it can be changed line by line."""

from collections.abc import Mapping
from typing import NamedTuple

from ossrec.hls.parser import tags
from ossrec.hls.playlist import Playlist

# Tags that apply to the segment which follows: what is put before that segment stands before them too.
_OF_SEGMENTS = frozenset(
    {
        *("#EXTINF", "#EXT-X-BYTERANGE", "#EXT-X-DISCONTINUITY", "#EXT-X-KEY", "#EXT-X-MAP", "#EXT-X-GAP"),
        *("#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-DATERANGE", "#EXT-X-BITRATE"),
    }
)


class Block(NamedTuple):
    """The lines of one segment; numbers are from 1."""

    start: int  # what comes before the segment is put before this line
    line: int  # of its URI; of the last block, which has none, the one behind the last line
    extinf: tuple[int, ...] = ()
    discontinuities: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()


class Outline(NamedTuple):
    """A playlist by its lines."""

    blocks: tuple[Block, ...]  # of its segments, in their order
    tail: Block  # what stands behind the last URI
    once: Mapping[str, tuple[int, ...]]  # lines of each tag that may stand once

    def first(self, tag: str) -> int | None:
        """Where a tag that may stand once stands first."""
        return self.once[tag][0] if tag in self.once else None


def outline(playlist: Playlist) -> Outline:
    """Take a media playlist apart; linear in its lines."""
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
            collected.take(number, tag)
    tail = collected.block(len(playlist.lines) + 1)
    return Outline(tuple(blocks), tail, {tag: tuple(numbers) for tag, numbers in once.items()})


class _Collected:
    """The tags since the last URI."""

    def __init__(self, *, is_first: bool) -> None:
        self._is_first = is_first  # the header stands in the block of the first segment
        self._start: int | None = None
        self._lines: dict[str, list[int]] = {}

    def take(self, number: int, tag: str) -> None:
        if tag in _OF_SEGMENTS or not (self._is_first or tag in tags.AT_MOST_ONCE):
            self._start = self._start or number
        self._lines.setdefault(tag, []).append(number)

    def block(self, line: int) -> Block:
        named = ("#EXTINF", "#EXT-X-DISCONTINUITY", "#EXT-X-GAP")
        return Block(self._start or line, line, *(tuple(self._lines.get(tag, ())) for tag in named))
