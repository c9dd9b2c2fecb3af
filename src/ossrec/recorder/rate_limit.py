"""A limit on requests per second, shared by all threads of this process."""

import threading
import time
from collections import deque
from collections.abc import Callable

MAX_REQUESTS = 10  # of one AppID in a window
WINDOW = 1.1  # seconds; longer than the service's 1 s, because requests may overtake each other on the way


class RateLimit:
    """Allows *most* requests in any *window* seconds; further ones wait in order."""

    def __init__(
        self,
        most: int = MAX_REQUESTS,
        window: float = WINDOW,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """Start with an empty window. *clock* returns seconds, *wait* sleeps for seconds."""
        self._most, self._window = most, window
        self._clock, self._wait = clock, wait
        self._sent: deque[float] = deque(maxlen=most)  # times of the last requests, also of those that still wait
        self._lock = threading.Lock()

    def take(self) -> None:
        """Return when a request may be sent."""
        with self._lock:
            now = self._clock()
            full = len(self._sent) == self._most
            due = max(now, self._sent[0] + self._window) if full else now
            self._sent.append(due)
        if due > now:
            self._wait(due - now)


_SHARED: dict[tuple[str, int], RateLimit] = {}
_SHARED_LOCK = threading.Lock()


def shared_rate_limit(base: str, app_id: int) -> RateLimit:
    """Return the rate limit that all clients of this process share for an AppID of the service at *base*."""
    with _SHARED_LOCK:
        return _SHARED.setdefault((base, app_id), RateLimit())
