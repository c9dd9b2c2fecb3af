"""What is told of requests that were refused: a line for each, and for a flood of them only how many there were."""

import time
from collections.abc import Callable

_MOST = 60  # lines in a window
_WINDOW = 60.0  # seconds

Log = Callable[[str], object]


class RejectionLog:
    """Tells of refusals; a stranger who causes many fills no disk with them."""

    def __init__(
        self, log: Log, most: int = _MOST, window: float = _WINDOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """At most *most* lines go to *log* in any *window* seconds, and one that says how many more there were."""
        self._log = log
        self._most, self._window, self._clock = most, window, clock
        self._until = 0.0  # the end of the window
        self._told = self._untold = 0

    def tell(self, line: str) -> None:
        """Tell of one, or count it."""
        now = self._clock()
        if now >= self._until:
            self.flush()
            self._until, self._told = now + self._window, 0
        if self._told == self._most:
            self._untold += 1
            return
        self._told += 1
        self._log(line)
        if self._told == self._most:
            self._log(f"{self._most} refusals in {self._window:g} s: others are only counted until these are over")

    def flush(self) -> None:
        """Tell how many were only counted, if any were."""
        if self._untold:
            self._log(f"{self._untold:,} other requests were refused")
        self._untold = 0
