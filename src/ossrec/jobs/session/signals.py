"""Ctrl-C and SIGTERM: finish the work in hand and stop, or stop at once where nothing can be half done."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ossrec.errors import Interrupted


class StopRequest:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        """Nobody has, yet."""
        self._event = threading.Event()

    def ask(self) -> None:
        """Ask to stop after the work in hand."""
        self._event.set()

    def is_asked(self) -> bool:
        """Somebody asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody asks to stop; true if somebody did."""
        return self._event.wait(seconds)

    def check(self, kept: str = "all that was listed and checked until now is kept, the next scan") -> None:
        """Raises Interrupted if somebody asked to stop; call it where everything is saved, *kept* says what."""
        if self._event.is_set():
            raise Interrupted(f"stopped; {kept} goes on from there")


@contextmanager
def stop_on_signals(on_ask: Callable[[], object] = lambda: None) -> Iterator[StopRequest]:
    """A `StopRequest` that the first SIGINT or SIGTERM asks, telling *on_ask*; the second raises KeyboardInterrupt.

    Only the main thread can take signals: elsewhere they are left as they are.
    """
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_asked():
            raise KeyboardInterrupt
        stop.ask()
        on_ask()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def abort_on_signals(said: str) -> Iterator[None]:
    """SIGINT and SIGTERM raise Interrupted, with *said*, wherever the work stands, also while it waits for input.

    Only the main thread can take signals: elsewhere they are left as they are.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted(said)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
