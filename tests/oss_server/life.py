"""The life of a server of the tests: as long as a ``with`` block, and no mistake of its own goes unseen."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Life(ABC):
    """Leaving the block ends the server, and raises what went wrong inside it."""

    @property
    @abstractmethod
    def crashes(self) -> list[BaseException]:
        """What went wrong inside, in order."""

    @abstractmethod
    def start(self) -> None:
        """Listen, in threads of its own. Raises OSError when the port is taken."""

    @abstractmethod
    def stop(self) -> None:
        """Close everything and wait for the threads; a second call does nothing."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if error is None and self.crashes:
            raise self.crashes[0]
