"""Ranges of keys in the order of their UTF-8 bytes, which is also the order of Python's `str`."""

from typing import NamedTuple

_LAST = "\U0010ffff"


def successor(prefix: str) -> str | None:
    """Return the smallest string greater than every string that starts with *prefix*, None if there is none."""
    stripped = prefix.rstrip(_LAST)
    if not stripped:
        return None
    following = ord(stripped[-1]) + 1
    if 0xD800 <= following <= 0xDFFF:  # surrogates are not characters
        following = 0xE000
    return stripped[:-1] + chr(following)


class KeyRange(NamedTuple):
    """The keys from *low*, inclusive, to *high*, exclusive."""

    low: str
    high: str | None  # None: no upper limit

    def suffixes_of(self, stem: str) -> "KeyRange":
        """Return the range of the suffixes of *stem* whose keys are in this range; *stem* must not be past it."""
        low = self.low[len(stem) :] if self.low.startswith(stem) else ""
        high = self.high[len(stem) :] if self.high is not None and self.high.startswith(stem) else None
        return KeyRange(low, high)


def key_range(prefix: str, after: str, upto: str | None) -> KeyRange:
    """Return the range of the keys that start with *prefix*, greater than *after* and at most *upto*.

    *after* may be "" and *upto* None, which set no limit. The string that follows another in order is that string
    and a NUL, so limits can be turned from exclusive to inclusive. An empty range has equal low and high.
    """
    low = max(prefix, f"{after}\0") if after else prefix
    high = successor(prefix)
    if upto is not None and (high is None or upto < high):
        high = f"{upto}\0"
    return KeyRange(low, high if high is None else max(low, high))
