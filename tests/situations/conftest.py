"""Run `ossrec` in this process, in an empty folder."""

from tests.running import alone, ossrec

__all__ = ["alone", "ossrec"]
