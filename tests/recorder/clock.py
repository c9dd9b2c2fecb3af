"""The recorder's clock, which stands still until a test moves it."""

import time


class Clock:
    """A clock in Unix ms. It starts at the current time, so that objects are neither old nor in the future."""

    def __init__(self, now_ms: int | None = None) -> None:
        """Start at *now_ms*, or now."""
        self.now_ms = int(time.time() * 1000) if now_ms is None else now_ms

    def __call__(self) -> float:
        """Return Unix seconds."""
        return self.now_ms / 1000
