"""An empty folder to be in, and `ossrec` to run there."""

from tests.running import alone, ossrec

__all__ = ["alone", "ossrec"]
