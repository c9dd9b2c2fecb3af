"""Times from a bucket are clamped to years that a calendar has."""

from ossrec.buckets.limits import FIRST_SECOND, LAST_SECOND, clamp_second


def test_times_are_clamped_to_the_years_1_to_9999() -> None:
    times = [-(10**30), FIRST_SECOND, -1, 0, LAST_SECOND, 10**30]
    assert list(map(clamp_second, times)) == [FIRST_SECOND, FIRST_SECOND, -1, 0, LAST_SECOND, LAST_SECOND]
