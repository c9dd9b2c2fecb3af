"""No more than so many requests in a second, by however many threads of this process."""

import threading
import time
from collections import deque
from collections.abc import Callable

MOST = 10  # requests of one AppID
WINDOW = 1.1  # seconds; a little more than the one in which they are allowed, for those that overtake on the way


class RateLimit:
    """Lets *most* pass in any *window* seconds; the others wait for their turn, in order."""

    def __init__(
        self,
        most: int = MOST,
        window: float = WINDOW,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """Nothing has passed yet."""
        self._most, self._window = most, window
        self._clock, self._wait = clock, wait
        self._passed: deque[float] = deque(maxlen=most)  # when the last ones did, or will
        self._lock = threading.Lock()

    def take(self) -> None:
        """Pass, after waiting as long as must be."""
        with self._lock:
            now = self._clock()
            full = len(self._passed) == self._most
            due = max(now, self._passed[0] + self._window) if full else now
            self._passed.append(due)
        if due > now:
            self._wait(due - now)


_PACES: dict[tuple[str, int], RateLimit] = {}
_PACES_LOCK = threading.Lock()


def shared_rate_limit(base: str, app_id: int) -> RateLimit:
    """The pace that all clients of this process share for an AppID of the service at *base*."""
    with _PACES_LOCK:
        return _PACES.setdefault((base, app_id), RateLimit())
