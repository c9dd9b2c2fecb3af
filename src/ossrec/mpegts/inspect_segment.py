"""Inspect the bytes of a segment: all of them, or those at both ends."""

import os
from collections.abc import Callable, Iterable
from io import FileIO

import numpy as np

from ossrec.mpegts.checks.inspector import Inspector
from ossrec.mpegts.inspection import Inspection

PIECE = 8 << 20  # bytes that are processed at once: few rounds, and still within the last-level cache
Buffer = bytes | bytearray | memoryview
Source = Callable[[memoryview], int]  # fills the start of a buffer and returns how many bytes; 0 at the end


def inspect_blocks(blocks: Iterable[Buffer], *, piece: int = PIECE) -> Inspection:
    """Inspect all bytes of a segment, given in order as blocks of any size.

    Memory is bounded whatever the size of the segment. The result does not depend on the sizes of the blocks.
    """
    inspector = Inspector()
    _inspect_source(inspector, _source_of(iter(blocks)), piece, is_last=True)
    return inspector.finish("full", inspector.bytes_read)


def inspect_bytes(data: Buffer, *, piece: int = PIECE) -> Inspection:
    """Inspect a segment that is in memory, without a copy."""
    inspector = Inspector()
    _inspect_buffer(inspector, data, piece, is_last=True)
    return inspector.finish("full", inspector.bytes_read)


def inspect_edges(head: bytes, tail: bytes, size: int) -> Inspection:
    """Inspect the first and last bytes of a segment of *size* bytes.

    If the two touch or overlap, all bytes were read, and the depth is "full".
    """
    gap = size - len(tail) - len(head)
    if gap <= 0:
        return inspect_blocks((head, tail[-gap:] if -gap < len(tail) else b""))
    inspector = Inspector()
    _inspect_buffer(inspector, head, PIECE, is_last=False)
    inspector.skip(size - len(tail))
    _inspect_buffer(inspector, tail, PIECE, is_last=True)
    return inspector.finish("edges", size)


def inspect_file(path: str | os.PathLike[str]) -> Inspection:
    """Inspect all bytes of a file; raises OSError if it cannot be read."""
    inspector = Inspector()
    with FileIO(path) as file:
        _inspect_source(inspector, file.readinto, PIECE, is_last=True)
    return inspector.finish("full", inspector.bytes_read)


def _inspect_buffer(inspector: Inspector, data: Buffer, piece: int, *, is_last: bool) -> None:
    """Inspect bytes in memory, piece by piece."""
    _keep_freed_memory(min(piece, len(data)))
    all_bytes = np.frombuffer(data, np.uint8) if len(data) else np.empty(0, np.uint8)
    inspector.bytes_read += len(all_bytes)
    at, is_end = 0, False
    while not is_end:
        is_end = len(all_bytes) - at <= piece
        at += inspector.take(all_bytes[at : at + piece], is_last and is_end)


def _inspect_source(inspector: Inspector, source: Source, piece: int, *, is_last: bool) -> None:
    """Inspect the bytes of a source through one buffer; bytes that were not consumed move to its start."""
    _keep_freed_memory(piece)
    buffer = np.empty(piece, np.uint8)
    view = buffer.data
    kept = 0
    while True:
        filled = kept
        while filled < piece and (more := source(view[filled:])):
            filled += more
        inspector.bytes_read += filled - kept
        is_end = filled < piece
        done = inspector.take(buffer[:filled], is_last and is_end)
        if is_end:
            return
        kept = filled - done
        buffer[:kept] = buffer[done:filled].copy()


def _keep_freed_memory(piece: int) -> None:
    """Raise the allocator's threshold, so that it keeps the memory of freed arrays of some MiB.

    The C library of Linux returns freed memory that is larger than any block freed before, and each batch would have to
    get new pages: a third of the total time. Allocating one large array without touching it costs nothing.
    """
    unused = np.empty(3 * piece, np.uint8)
    del unused


def _source_of(blocks: Iterable[Buffer]) -> Source:
    """Return a source with the bytes of blocks."""
    rest = memoryview(b"")
    remaining = iter(blocks)

    def fill(target: memoryview) -> int:
        nonlocal rest
        while not len(rest):
            block = next(remaining, None)
            if block is None:
                return 0
            rest = memoryview(block).cast("B")
        count = min(len(rest), len(target))
        target[:count] = rest[:count]
        rest = rest[count:]
        return count

    return fill
