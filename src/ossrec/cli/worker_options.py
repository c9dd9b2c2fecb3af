"""Who looks at segments, as the settings say."""

import os
from typing import TYPE_CHECKING

from ossrec.cli.output.output import say

if TYPE_CHECKING:
    from ossrec.buckets.settings import BucketSettings
    from ossrec.jobs.workers.pool import WorkerPool


# The loggers that Dask gives levels and handlers of their own as it is imported.
_DASKS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")


def chosen_crew(threads: int, processes: int | None, dask: str | None, settings: "BucketSettings") -> "WorkerPool":
    """A cluster where one is named; else threads, and for much work *processes* (None: as many as do good)."""
    if dask is not None:
        from ossrec.jobs.workers.dask_pool import DaskPool

        crew = DaskPool(dask, settings)
        _hush_dask()
        return crew
    from ossrec.jobs.workers.adaptive_pool import AdaptivePool, useful_processes
    from ossrec.jobs.workers.thread_pool import ThreadPool

    number = useful_processes(threads) if processes is None else min(processes, threads)
    if number < 2:
        return ThreadPool(threads)
    from ossrec.jobs.workers.process_pool import ProcessPool

    many = ProcessPool(threads, number, settings, _warn)
    return AdaptivePool(ThreadPool(threads), many, _warn)


def _hush_dask() -> None:
    """Whatever happens to a cluster is told in one line of our own; Dask would tell it too, with tracebacks."""
    if os.environ.get("OSSREC_DEBUG"):
        return
    import logging

    for name in _DASKS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _warn(line: str) -> None:
    say(f"ossrec: warning: {line}")
