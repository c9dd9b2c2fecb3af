"""Times of the catalog as text: ISO 8601 in UTC, to the millisecond."""

from datetime import UTC, datetime


def iso(ms: int | None) -> str | None:
    """Unix milliseconds as ``2026-11-01T12:00:00.000Z``; None for None and for years outside 1 to 9999."""
    if ms is None:
        return None
    seconds, thousandths = divmod(ms, 1000)
    try:
        text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return None
    return f"{text[:19]}.{thousandths:03}Z"


def iso_seconds(seconds: int | None) -> str | None:
    """Unix seconds as `iso` writes them."""
    return None if seconds is None else iso(seconds * 1000)
