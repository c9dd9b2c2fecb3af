"""Operations on columns, cheap to call: they run for each batch and stream, often on short columns."""

from typing import Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ossrec.mpegts.demux.packets import Bytes, Marks, Rows, Ticks

Column = TypeVar("Column", bound=NDArray[Any])


def indices(marks: Marks) -> Rows:
    """Return the indices at which a column is true."""
    found: Rows = marks.nonzero()[0]
    return found


def steps(column: Column) -> Column:
    """Return the differences from each value to the next."""
    found: Column = column[1:] - column[:-1]
    return found


def steps_from(before: int, column: Ticks) -> Ticks:
    """Return the difference of each value from the previous one, of the first from *before*."""
    found = column.copy()
    found[1:] -= column[:-1]
    found[:1] -= before
    return found


def count_up_to(column: Ticks, values: Ticks) -> Rows:
    """Return, for each of *values*, how many values of a sorted column are not greater."""
    if not len(column):
        return np.zeros(len(values), np.intp)
    found: Rows = column.searchsorted(values, side="right")
    return found


def windows(rows: Bytes, size: int) -> Bytes:
    """Return all runs of *size* bytes within each row as a view, indexed by row and offset."""
    length = rows.shape[1] - size + 1
    return as_strided(rows, (len(rows), length, size), (*rows.strides, rows.strides[1]), writeable=False)
