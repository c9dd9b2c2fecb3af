"""The lifetime of a test server: a ``with`` block, which raises the errors of the server itself."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Life(ABC):
    """A server that stops at the end of its ``with`` block, which raises the server's own errors."""

    @property
    @abstractmethod
    def crashes(self) -> list[BaseException]:
        """The errors of the server itself, in order."""

    @abstractmethod
    def start(self) -> None:
        """Listen on threads of its own; raises OSError when the port is in use."""

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
