"""Ctrl-C and SIGTERM while nothing is done yet that could be half done: they end it at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ossrec.errors import Interrupted


@contextmanager
def leaving_at_once(said: str) -> Iterator[None]:
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
