"""When a recording counts as quiet: nothing arrived for longer than the idle time and the upload lag."""

from typing import NamedTuple

from ossrec.catalog.store.recordings import StoredRecording

_SLACK = 900  # seconds by which clocks may differ


class IdlePeriod(NamedTuple):
    """When a recording counts as quiet: nothing arrived for longer than the idle time and the upload lag."""

    now: int  # epoch seconds, by this machine's clock
    after: float  # seconds
    ahead: int = 0  # seconds that this machine's clock is ahead of the bucket's
    lag: float = 0.0  # seconds an upload may take to arrive, which is a part of `after`

    def last_arrival(self, holding: StoredRecording) -> int:
        """When the last object of a recording arrived; a time that is still to come says nothing."""
        latest = self.now - self.ahead + _SLACK
        arrivals = (stored.modified for stored in holding.objects.values() if stored.modified <= latest)
        return max(arrivals, default=0)

    def holds(self, last_arrival: int) -> bool:
        """Nothing arrived for long."""
        return last_arrival + self.after < self.now - self.ahead
