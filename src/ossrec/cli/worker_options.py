"""Choose the worker pool that inspects segments, from the options of a command."""

import os
from typing import TYPE_CHECKING

from ossrec.cli.output.output import say

if TYPE_CHECKING:
    from ossrec.buckets.settings import BucketSettings
    from ossrec.jobs.workers.pool import WorkerPool


# Loggers to which Dask gives levels and handlers of its own on import.
_DASK_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")


def choose_worker_pool(
    threads: int, processes: int | None, dask: str | None, settings: "BucketSettings"
) -> "WorkerPool":
    """Return a Dask cluster if *dask* names one, else a pool of threads that uses *processes* for much work.

    None for *processes* means as many as are useful.
    """
    if dask is not None:
        from ossrec.jobs.workers.dask_pool import DaskPool

        pool = DaskPool(dask, settings)
        _silence_dask()
        return pool
    from ossrec.jobs.workers.adaptive_pool import AdaptivePool, useful_processes
    from ossrec.jobs.workers.thread_pool import ThreadPool

    number = useful_processes(threads) if processes is None else min(processes, threads)
    if number < 2:
        return ThreadPool(threads)
    from ossrec.jobs.workers.process_pool import ProcessPool

    process_pool = ProcessPool(threads, number, settings, _warn)
    return AdaptivePool(ThreadPool(threads), process_pool, _warn)


def _silence_dask() -> None:
    """Disable Dask's log messages: ossrec reports a failing cluster itself, in one line without tracebacks."""
    if os.environ.get("OSSREC_DEBUG"):
        return
    import logging

    for name in _DASK_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _warn(line: str) -> None:
    say(f"ossrec: warning: {line}")
