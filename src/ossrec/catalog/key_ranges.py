"""Stretches of the key space: keys in order of their UTF-8 bytes, which is the order of Python's `str` too."""

from typing import NamedTuple

_LAST = "\U0010ffff"


def successor(prefix: str) -> str | None:
    """The smallest string greater than every string that starts with *prefix*; None if there is none."""
    stripped = prefix.rstrip(_LAST)
    if not stripped:
        return None
    following = ord(stripped[-1]) + 1
    if 0xD800 <= following <= 0xDFFF:  # surrogates are no characters
        following = 0xE000
    return stripped[:-1] + chr(following)


class KeyRange(NamedTuple):
    """The keys from *low* on, below *high*."""

    low: str
    high: str | None  # None: to the end

    def of_stem(self, stem: str) -> "KeyRange":
        """The suffixes of the keys of *stem* that lie in this stretch; the stem itself must not lie past it."""
        low = self.low[len(stem) :] if self.low.startswith(stem) else ""
        high = self.high[len(stem) :] if self.high is not None and self.high.startswith(stem) else None
        return KeyRange(low, high)


def stretch(prefix: str, after: str, upto: str | None) -> KeyRange:
    """The keys that start with *prefix*, past *after* ("": from the start), up to and with *upto*.

    A string followed by NUL is the next one in order: that turns "past" into "from", "up to" into "below".
    Where there are no such keys, low and high are the same.
    """
    low = max(prefix, f"{after}\0") if after else prefix
    high = successor(prefix)
    if upto is not None and (high is None or upto < high):
        high = f"{upto}\0"
    return KeyRange(low, high if high is None else max(low, high))
