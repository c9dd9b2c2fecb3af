"""Errors to simulate in single calls."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error in calls; fields that are not set change nothing."""

    call: str = "*"  # apply, start, layout, stop; "*" is any
    times: int = 1
    skip: int = 0  # calls that succeed first
    done: bool = True  # the call is done, and only its response fails; else it is not done
    status: int = 0  # answered with this HTTP status and a proxy's error page
    code: int = 0  # refused with this code, and not done
    message: str = ""
    body: bytes | None = None  # answered with this body instead of JSON
    silent: bool = False  # no response: the connection stays open until the client closes it
    reset: bool = False  # no response: the connection is reset


class Troubles:
    """The errors for coming calls, in the order they were added."""

    def __init__(self) -> None:
        """Start without errors."""
        self._lock = threading.Lock()
        self._waiting: list[list[Trouble | int]] = []

    def add(self, *troubles: Trouble) -> None:
        """Add errors."""
        with self._lock:
            self._waiting += [[one, one.skip, one.times] for one in troubles]

    def clear(self) -> None:
        """Remove all errors."""
        with self._lock:
            self._waiting.clear()

    def take(self, call: str) -> Trouble | None:
        """Return the error for *call*, None if it succeeds."""
        with self._lock:
            for one in self._waiting:
                trouble, skip, times = one
                assert isinstance(trouble, Trouble)
                if trouble.call not in ("*", call) or times == 0:
                    continue
                if skip:
                    one[1] = int(str(skip)) - 1
                    continue
                one[2] = int(str(times)) - 1
                return trouble
        return None
