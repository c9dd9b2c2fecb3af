"""An empty working directory, and `ossrec` in this process."""

from tests.running import alone, ossrec

__all__ = ["alone", "ossrec"]
