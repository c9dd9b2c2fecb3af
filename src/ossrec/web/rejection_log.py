"""The log of rejected requests: one line each; further ones in the same minute are only counted."""

import time
from collections.abc import Callable

_MAX_LINES = 60  # in a window
_WINDOW = 60.0  # seconds

Log = Callable[[str], object]


class RejectionLog:
    """Logs rejections at a limited rate, so that a flood of requests does not fill the disk."""

    def __init__(
        self, log: Log, most: int = _MAX_LINES, window: float = _WINDOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Write at most *most* lines to *log* in any *window* seconds, then only the number of further rejections."""
        self._log = log
        self._most, self._window, self._clock = most, window, clock
        self._until = 0.0  # the end of the window
        self._logged = self._counted = 0

    def add(self, line: str) -> None:
        """Log a rejection, or count it."""
        now = self._clock()
        if now >= self._until:
            self.flush()
            self._until, self._logged = now + self._window, 0
        if self._logged == self._most:
            self._counted += 1
            return
        self._logged += 1
        self._log(line)
        if self._logged == self._most:
            self._log(f"{self._most} rejections: further ones within {self._window:g} s are only counted")

    def flush(self) -> None:
        """Log how many rejections were only counted, if any."""
        if self._counted:
            self._log(f"{self._counted:,} further requests were rejected")
        self._counted = 0
