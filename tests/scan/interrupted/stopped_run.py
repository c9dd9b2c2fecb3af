"""A scan that somebody stops: ``python -m … FOLDER CATALOG SIGNAL [list|read|wait] N [times]``.

The process gets SIGNAL so many times (1 or 2) when it asks for the N-th page or playlist, or waits
to ask again for the N-th time. What came of it is printed; the exit code is that of the command line.
"""

import signal
import sys
import threading
from pathlib import Path

from ossrec.buckets import parallel_listing as prefetch
from ossrec.buckets.protocol import START
from ossrec.errors import BucketBusy, OssrecError
from ossrec.jobs.session import signals as stopping
from ossrec.jobs.session.signals import StopRequest
from ossrec.model import Body, Cursor, Page
from tests.scan.bucket_maker import SmallPages
from tests.scan.scanning import scan

folder, catalog, name, moment, number, times = sys.argv[1:]
main = threading.main_thread().ident or 0
lock = threading.Lock()
asked, hangs = threading.Event(), threading.Event()
left = int(number)
prefetch.CLOSE_TIMEOUT = 0.1


class Heard(StopRequest):
    """A stop request that prints when it is noticed."""

    def request(self) -> None:
        super().request()
        asked.set()


stopping.StopRequest = Heard  # type: ignore[misc]


def happens(what: str) -> None:
    """Count one of *what*; send the signals when it is the one. After two of them the bucket answers no more."""
    global left
    if hangs.is_set():
        threading.Event().wait()
    with lock:
        left -= what == moment
        if what != moment or left != 0:
            return
    signal.pthread_kill(main, getattr(signal, name))
    asked.wait()
    if times == "2":
        hangs.set()
        signal.pthread_kill(main, getattr(signal, name))
        threading.Event().wait()


class Stopped(SmallPages):
    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        happens("list")
        return super().page(prefix, cursor, until=until)

    def read(self, key: str, *, limit: int) -> Body:
        happens("read")
        if moment == "wait":
            happens("wait")
            raise BucketBusy("busy for ever")
        return super().read(key, limit=limit)


try:
    scan(Stopped(folder), Path(catalog), threads=2)
except OssrecError as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(error.exit_code)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
    sys.exit(130)
