"""A worker process that inspects segments: ``python -m ossrec.jobs.workers.process_worker``, started by `ProcessPool`.

stdin carries a pickle of (connections, settings), then a pickle of (number, bucket, target, depth) for each
inspection. stdout carries a pickle of (number, result or OssrecError) for each, in the order in which they finish. The
process exits at the end of its input, so also when its parent is killed. Both ends are the same program of the same
user, which is why they can use pickle.
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


def serve(requests: BinaryIO, responses: BinaryIO) -> None:
    """Inspect the requested segments; raises EOFError at the end of *requests*."""
    connections, settings = pickle.load(requests)  # noqa: S301 - see above
    slots = ReadSlots(connections)
    threads = DaemonThreadPool(slots.number, "inspect")
    sending = threading.Lock()

    def respond(number: int, done: "Future[InspectionResult]") -> None:
        response = _pickled(number, done)
        with sending:
            try:
                responses.write(response)
                responses.flush()
            except OSError:  # the parent has exited
                os._exit(0)

    while True:
        number, name, target, depth = pickle.load(requests)  # noqa: S301
        future = threads.submit(inspect_in_worker, name, settings, target, depth, slots.inspect)
        future.add_done_callback(partial(respond, number))


def _pickled(number: int, done: "Future[InspectionResult]") -> bytes:
    """Return the response for a finished inspection; an unexpected exception becomes an OssrecError."""
    error = done.exception()
    response: Any = done.result() if error is None else error
    if error is not None and not isinstance(error, OssrecError):
        response = OssrecError(f"unexpected error: {type(error).__name__}: {error}".splitlines()[0])
    return pickle.dumps((number, response), pickle.HIGHEST_PROTOCOL)


def _reserve_stdout() -> BinaryIO:
    """Return stdout for responses, and send anything else that is printed to stderr."""
    responses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return responses


def main() -> None:
    """Serve until the input ends, then exit at once, whatever is under way."""
    try:
        serve(sys.stdin.buffer, _reserve_stdout())
    except (EOFError, pickle.UnpicklingError):  # the end of input, perhaps in the middle of a message
        os._exit(0)


if __name__ == "__main__":
    main()
