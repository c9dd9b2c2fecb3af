"""What can be made to go wrong with single calls."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way to spoil calls; what is not set is as always."""

    call: str = "*"  # apply, start, layout, stop; "*" is any
    times: int = 1
    skip: int = 0  # calls that are let through first
    done: bool = True  # what was asked is done before the answer is spoilt; else it is not done
    status: int = 0  # answered with this HTTP status and a page of a proxy
    code: int = 0  # refused with this code, and not done
    message: str = ""
    body: bytes | None = None  # answered with this in place of JSON
    silent: bool = False  # no answer: the connection stays open until the client gives up
    reset: bool = False  # no answer: the connection is reset


class Troubles:
    """Those that wait for their calls, in the order they were added."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = threading.Lock()
        self._waiting: list[list[Trouble | int]] = []

    def add(self, *troubles: Trouble) -> None:
        """Let these happen."""
        with self._lock:
            self._waiting += [[one, one.skip, one.times] for one in troubles]

    def clear(self) -> None:
        """Let nothing happen any more."""
        with self._lock:
            self._waiting.clear()

    def take(self, call: str) -> Trouble | None:
        """What is to happen to *call*."""
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
