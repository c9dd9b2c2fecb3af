"""A worker process that inspects segments: ``python -m ossrec.jobs.workers.process_worker``, started by `ProcessCrew`.

On stdin comes first how to work, a pickle of (connections, settings), then one of (number, bucket, target, depth) for
each look; on stdout goes (number, what came of it), in whatever order they are done. It ends with its input: when
whoever started it is done, or was killed. Pickles, for both ends are the same program of the same user.
"""

import os
import pickle
import sys
import threading
from concurrent.futures import Future
from functools import partial
from typing import Any, BinaryIO

from ossrec.errors import OssrecError
from ossrec.jobs.session.daemon_threads import DaemonThreadPool
from ossrec.jobs.workers.inspect_object import InspectionResult
from ossrec.jobs.workers.remote import inspect_in_worker
from ossrec.jobs.workers.thread_pool import ReadSlots


def work(asked: BinaryIO, answers: BinaryIO) -> None:
    """Look at all that is asked for, until nothing more can be asked."""
    connections, settings = pickle.load(asked)  # noqa: S301 - see above
    turns = ReadSlots(connections)
    threads = DaemonThreadPool(turns.hands, "inspect")
    sending = threading.Lock()

    def answer(number: int, done: "Future[InspectionResult]") -> None:
        told = _packed(number, done)
        with sending:
            try:
                answers.write(told)
                answers.flush()
            except OSError:  # nobody is there to hear it
                os._exit(0)

    while True:
        number, name, target, depth = pickle.load(asked)  # noqa: S301
        future = threads.submit(inspect_in_worker, name, settings, target, depth, turns.look)
        future.add_done_callback(partial(answer, number))


def _packed(number: int, done: "Future[InspectionResult]") -> bytes:
    """What came of a look, as it is sent; a failure that nobody foresaw becomes one that can be told."""
    error = done.exception()
    told: Any = done.result() if error is None else error
    if error is not None and not isinstance(error, OssrecError):
        told = OssrecError(f"unforeseen: {type(error).__name__}: {error}".splitlines()[0])
    return pickle.dumps((number, told), pickle.HIGHEST_PROTOCOL)


def _own_stdout() -> BinaryIO:
    """Where answers go; whatever else is printed goes to stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def main() -> None:
    """Work until the input ends, then end at once, whatever is under way."""
    try:
        work(sys.stdin.buffer, _own_stdout())
    except (EOFError, pickle.UnpicklingError):  # the end, or the half of a message that came before it
        os._exit(0)


if __name__ == "__main__":
    main()
