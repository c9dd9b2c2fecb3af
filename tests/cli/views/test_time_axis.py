"""Round times below a drawing, at their columns, without overlaps."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.cli.views.time_axis import DAY, ticks
from ossrec.naming import unix_ms

TEN = unix_ms("20261101100000000") or 0


@pytest.mark.parametrize(
    ("seconds", "columns", "labels"),
    [
        (10, 60, ["10:00:00", "10:00:02", "10:00:04", "10:00:06"]),
        (3600, 60, ["10:00", "10:10", "10:20", "10:30", "10:40", "10:50"]),
        (3600, 20, ["10:00", "10:30"]),
        (86_400, 60, ["12:00", "18:00", "11-02", "06:00"]),
        (10 * 86_400, 60, ["11-03", "11-05", "11-07", "11-09"]),
        (3 * 365 * 86_400, 60, ["2026-12-18", "2027-12-18", "2028-12-17"]),
        (3600, 3, []),
    ],
)
def test_round_times(seconds: int, columns: int, labels: list[str]) -> None:
    line = ticks(TEN, TEN + 1000 * seconds, columns)
    assert [one for one in line.replace("|", " ").split() if one][: len(labels)] == labels


def test_a_time_stands_at_its_place() -> None:
    line = ticks(TEN, TEN + 3_600_000, 60)
    assert line.index("|10:30") == 30


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 400 * DAY), st.integers(1, 200))
def test_a_line_fits_and_can_be_read(start: int, length: int, columns: int) -> None:
    line = ticks(start, start + length, columns)
    assert len(line) <= columns
    assert re.fullmatch(r" *(\|[0-9:-]+( {2,}|$))*", line)


@pytest.mark.parametrize("end", [2**62, 10**15])
def test_times_out_of_this_world_end_soon(end: int) -> None:
    assert len(ticks(0, end, 80)) <= 80
