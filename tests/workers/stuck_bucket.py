"""A bucket that stops responding in the middle of a check, so that a test can act at that moment."""

import threading

from tests.oss_server import Fault, OssServer

SOON = 20.0  # seconds


class StuckBucket:
    """A bucket that answers so many requests, and then none until it is freed."""

    def __init__(self, server: OssServer, answers: int) -> None:
        self._free = threading.Event()
        self._lock = threading.Lock()
        self._left = answers
        self.is_stuck = threading.Event()
        server.faults.add(Fault("GET", times=None, after=self._pass))

    def free(self) -> None:
        """Answer again."""
        self._free.set()

    def _pass(self) -> None:
        with self._lock:
            self._left -= 1
            goes_on = self._left >= 0
        if not goes_on:
            self.is_stuck.set()
            self._free.wait(2 * SOON)
