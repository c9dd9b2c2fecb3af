"""Ctrl-C and SIGTERM: stop after the current step, or at once where no work can be left half done."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ossrec.errors import Interrupted


class StopRequest:
    """A request to stop, made by a signal or by the program that started the work."""

    def __init__(self) -> None:
        """Start without a request."""
        self._event = threading.Event()

    def request(self) -> None:
        """Request a stop after the current step."""
        self._event.set()

    def is_requested(self) -> bool:
        """A stop was requested."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for *seconds* or until a stop is requested; return True if it was."""
        return self._event.wait(seconds)

    def check(
        self, saved: str = "everything listed and checked so far is saved; the next scan resumes from there"
    ) -> None:
        """Raise Interrupted if a stop was requested; call this where all work is saved, as *saved* reports."""
        if self._event.is_set():
            raise Interrupted(f"stopped; {saved}")


@contextmanager
def stop_on_signals(on_request: Callable[[], object] = lambda: None) -> Iterator[StopRequest]:
    """Yield a `StopRequest` that the first SIGINT or SIGTERM makes, and call *on_request* then.

    A second signal raises KeyboardInterrupt. Signals are handled in the main thread only: in another thread this
    leaves them alone.
    """
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_requested():
            raise KeyboardInterrupt
        stop.request()
        on_request()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def abort_on_signals(message: str) -> Iterator[None]:
    """Raise Interrupted with *message* at once on SIGINT or SIGTERM, even while the work waits for input.

    Signals are handled in the main thread only: in another thread this leaves them alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted(message)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
