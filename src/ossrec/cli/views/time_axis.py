"""The time axis below a drawing: as many round times of day as fit."""

from ossrec.catalog.times import iso

_SECOND, _MINUTE, _HOUR = 1000, 60_000, 3_600_000
DAY = 86_400_000  # ms
_STEPS = (
    *(number * _SECOND for number in (1, 2, 5, 10, 15, 30)),
    *(number * _MINUTE for number in (1, 2, 5, 10, 15, 30)),
    *(number * _HOUR for number in (1, 2, 3, 6, 12)),
    *(number * DAY for number in (1, 2, 7, 14, 30, 90, 365)),
)
_QUARTER = 90 * DAY
_SPACE = 2  # columns between two times


def ticks(start: int, end: int, columns: int) -> str:
    """Return round times between *start* and *end* (Unix ms), each after a bar at its column."""
    whole = max(end - start, 1)
    for step in _STEPS:
        if whole / step > columns:  # more times than columns
            continue
        line = _line(start, end, step, columns)
        if line is not None:
            return line
    return ""


def _line(start: int, end: int, step: int, columns: int) -> str | None:
    """Return the line with a time at every *step* (ms); None if they do not fit."""
    whole = max(end - start, 1)
    line = ""
    for ms in range(-(-start // step) * step, end + 1, step):
        column = min(int((ms - start) / whole * columns), columns - 1)
        if column < len(line) + (_SPACE if line else 0):
            return None
        label = "|" + _label(ms, step)
        if column + len(label) > columns:
            break
        line = line.ljust(column) + label
    return line


def _label(ms: int, step: int) -> str:
    """Return the day at midnight, otherwise the time of day, with seconds if *step* is below a minute."""
    text = iso(ms) or ""
    if step > _QUARTER:
        return text[:-14]
    if step >= DAY or ms % DAY == 0:
        return text[-19:-14]
    return text[-13:-5] if step < _MINUTE else text[-13:-8]
