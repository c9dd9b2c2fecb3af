"""Dates of HTTP header fields: valid, absent, malformed and out of range."""

import pytest

from ossrec.net.http_date import parse_http_date

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


@pytest.mark.parametrize(("text", "seconds"), TIMES.values(), ids=TIMES)
def test_a_date_is_parsed_or_rejected(text: str | None, seconds: float | None) -> None:
    assert parse_http_date(text) == seconds
