"""Who looks at segments, as the settings say."""

from typing import TYPE_CHECKING

from ossrec.cli.output import say

if TYPE_CHECKING:
    from ossrec.buckets.settings import BucketSettings
    from ossrec.jobs.crew import Crew


def chosen_crew(threads: int, processes: int | None, dask: str | None, settings: "BucketSettings") -> "Crew":
    """A cluster where one is named; else threads, and for much work *processes* (None: as many as do good)."""
    if dask is not None:
        from ossrec.jobs.cluster import DaskCrew

        return DaskCrew(dask, settings)
    from ossrec.jobs.crew import ThreadCrew
    from ossrec.jobs.fitting import FittingCrew, useful_processes

    number = useful_processes(threads) if processes is None else min(processes, threads)
    if number < 2:
        return ThreadCrew(threads)
    from ossrec.jobs.processes import ProcessCrew

    many = ProcessCrew(threads, number, settings, _warn)
    return FittingCrew(ThreadCrew(threads), many, _warn)


def _warn(line: str) -> None:
    say(f"ossrec: warning: {line}")
