"""Looks at the bytes of a segment, whole or at both ends, and tells all that they show."""

import os
from collections.abc import Callable, Iterable
from io import FileIO

import numpy as np

from ossrec.mpegts.checks.inspector import Inspector
from ossrec.mpegts.inspection import Inspection

PIECE = 8 << 20  # bytes that are looked at at once: fewer rounds, and still in a processor's last cache
Buffer = bytes | bytearray | memoryview
Source = Callable[[memoryview], int]  # fills a buffer from its start, as far as it likes; 0 at the end


def inspect_blocks(blocks: Iterable[Buffer], *, piece: int = PIECE) -> Inspection:
    """Everything that all bytes of a segment show; they come in blocks of any sizes, in order.

    Memory is bounded whatever the segment's size. What is found does not depend on the blocks' sizes.
    """
    inspector = Inspector()
    _run(inspector, _of_blocks(iter(blocks)), piece, is_last=True)
    return inspector.finish("full", inspector.read)


def inspect_bytes(data: Buffer, *, piece: int = PIECE) -> Inspection:
    """As `inspect_blocks` of a segment whose bytes are all at hand; nothing is copied."""
    inspector = Inspector()
    _walk(inspector, data, piece, is_last=True)
    return inspector.finish("full", inspector.read)


def inspect_edges(head: bytes, tail: bytes, size: int) -> Inspection:
    """What the first and last bytes of a segment of *size* bytes show.

    When the two meet or overlap, all was read, and the depth is "full".
    """
    gap = size - len(tail) - len(head)
    if gap <= 0:
        return inspect_blocks((head, tail[-gap:] if -gap < len(tail) else b""))
    inspector = Inspector()
    _walk(inspector, head, PIECE, is_last=False)
    inspector.skip(size - len(tail))
    _walk(inspector, tail, PIECE, is_last=True)
    return inspector.finish("edges", size)


def inspect_file(path: str | os.PathLike[str]) -> Inspection:
    """What all bytes of a file show; raises OSError when it cannot be read."""
    inspector = Inspector()
    with FileIO(path) as file:
        _run(inspector, file.readinto, PIECE, is_last=True)
    return inspector.finish("full", inspector.read)


def _walk(inspector: Inspector, data: Buffer, piece: int, *, is_last: bool) -> None:
    """Look at bytes that are at hand, piece by piece."""
    _keep_memory(min(piece, len(data)))
    whole = np.frombuffer(data, np.uint8) if len(data) else np.empty(0, np.uint8)
    inspector.read += len(whole)
    at, is_end = 0, False
    while not is_end:
        is_end = len(whole) - at <= piece
        at += inspector.take(whole[at : at + piece], is_last and is_end)


def _run(inspector: Inspector, source: Source, piece: int, *, is_last: bool) -> None:
    """Fill one buffer again and again; what was not consumed moves to its start."""
    _keep_memory(piece)
    buffer = np.empty(piece, np.uint8)
    view = buffer.data
    kept = 0
    while True:
        filled = kept
        while filled < piece and (more := source(view[filled:])):
            filled += more
        inspector.read += filled - kept
        is_end = filled < piece
        done = inspector.take(buffer[:filled], is_last and is_end)
        if is_end:
            return
        kept = filled - done
        buffer[:kept] = buffer[done:filled].copy()


def _keep_memory(piece: int) -> None:
    """Teach the allocator that arrays of some MiB come and go.

    The C library of Linux gives memory back that is larger than what it saw freed before, and each batch would then
    have to ask for fresh pages: a third of the whole time. One large array that nobody touches costs nothing.
    """
    unused = np.empty(3 * piece, np.uint8)
    del unused


def _of_blocks(blocks: Iterable[Buffer]) -> Source:
    """A source that gives the bytes of blocks."""
    rest = memoryview(b"")
    left = iter(blocks)

    def fill(target: memoryview) -> int:
        nonlocal rest
        while not len(rest):
            block = next(left, None)
            if block is None:
                return 0
            rest = memoryview(block).cast("B")
        count = min(len(rest), len(target))
        target[:count] = rest[:count]
        rest = rest[count:]
        return count

    return fill
