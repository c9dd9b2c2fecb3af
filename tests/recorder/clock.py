"""The recorder's time, which stands still until it is told to move."""

import time


class Clock:
    """Unix ms; begins with the machine's own time, so that a bucket's objects are neither old nor of the future."""

    def __init__(self, now_ms: int | None = None) -> None:
        """Begin at *now_ms*, or now."""
        self.now_ms = int(time.time() * 1000) if now_ms is None else now_ms

    def __call__(self) -> float:
        """Unix seconds."""
        return self.now_ms / 1000
