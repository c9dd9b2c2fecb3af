"""Numbers from a bucket: what is beyond all bounds overflows nothing."""

import pytest

from ossrec.buckets.limits import FIRST_SECOND, LAST_SECOND, http_time, known_second

TIMES = {
    "a date": ("Sun, 01 Nov 2026 00:00:00 GMT", 1_793_491_200.0),
    "none": (None, None),
    "an empty one": ("", None),
    "words": ("yesterday", None),
    "a comma": (",", None),
    "a year beyond all numbers": ("Sun, 01 Nov 99999999999999999999 00:00:00 GMT", None),
    "a year of ten thousand digits": (f"Sun, 01 Nov {'9' * 10_000} 00:00:00 GMT", None),
    "a zone beyond all zones": ("Sun, 01 Nov 2026 00:00:00 +999999", None),
}


@pytest.mark.parametrize(("text", "moment"), TIMES.values(), ids=TIMES)
def test_a_date_is_read_or_not(text: str | None, moment: float | None) -> None:
    assert http_time(text) == moment


def test_times_are_brought_into_the_calendar() -> None:
    times = [-(10**30), FIRST_SECOND, -1, 0, LAST_SECOND, 10**30]
    assert list(map(known_second, times)) == [FIRST_SECOND, FIRST_SECOND, -1, 0, LAST_SECOND, LAST_SECOND]
