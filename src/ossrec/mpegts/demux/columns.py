"""Steps on columns that are taken for each batch and stream, so often on short columns that a call must cost little."""

from typing import Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ossrec.mpegts.demux.packets import Bytes, Marks, Rows, Ticks

Column = TypeVar("Column", bound=NDArray[Any])


def places(marks: Marks) -> Rows:
    """Where a column is true."""
    found: Rows = marks.nonzero()[0]
    return found


def steps(column: Column) -> Column:
    """From each value to the next one; one fewer than there are."""
    found: Column = column[1:] - column[:-1]
    return found


def steps_from(before: int, column: Ticks) -> Ticks:
    """To each value from the one before it, for the first of which *before* stands."""
    found = column.copy()
    found[1:] -= column[:-1]
    found[:1] -= before
    return found


def up_to(column: Ticks, values: Ticks) -> Rows:
    """How many of a sorted column are at most each value."""
    if not len(column):
        return np.zeros(len(values), np.intp)
    found: Rows = column.searchsorted(values, side="right")
    return found


def windows(rows: Bytes, size: int) -> Bytes:
    """All runs of *size* bytes within each row, by row and place: a view."""
    length = rows.shape[1] - size + 1
    return as_strided(rows, (len(rows), length, size), (*rows.strides, rows.strides[1]), writeable=False)
