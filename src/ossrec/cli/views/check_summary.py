"""Lines about a check: the forecast before it begins, and the summary of its results."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ossrec.catalog.times import iso_seconds
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import pasteable
from ossrec.cli.output.text import clock, counted, human_bytes, human_time, printable
from ossrec.cli.views.run_summary import verdicts_line

if TYPE_CHECKING:
    from ossrec.catalog.query.due_inspections import InspectionCost
    from ossrec.jobs.check.report import CheckForecast

_NOTHING_DUE = "nothing is due: no matching segment is left to check at this depth"
_HOW_TO_RESTORE = "restore them first (`ossrec explain LOOK001`)"


def ignore_forecast(_: object) -> None:
    """Print nothing."""


def say_forecast(forecast: "CheckForecast") -> None:
    """Print on stderr how much a check is going to read, before it begins."""
    if forecast.due.segments:
        for line in forecast_lines(forecast):
            say(f"ossrec: {line}")


def forecast_lines(forecast: "CheckForecast") -> Iterator[str]:
    """Yield lines on what a check is going to read, how much is due in total, and what cannot be read."""
    if forecast.resumed_from is not None:
        started = human_time(iso_seconds(forecast.resumed_from))
        yield f"resuming the stopped check of {started} UTC: segments checked since then are skipped"
    if not forecast.due.segments:
        yield pasteable(_nothing_due(forecast.archived))
        return
    run, due = forecast.run, forecast.due
    until = "" if forecast.time is None else f"; no check starts after {clock(forecast.time)}"
    if run == due:
        yield f"about {_segments(due)} to check: {_requests(due)}{until}"
    else:
        yield f"about {_segments(run)} to check within the budget: {_requests(run)}{until}"
        yield f"about {_segments(due)} due in total: {_requests(due)}"
    if forecast.archived:
        yield pasteable(f"{_archived_segments(forecast.archived)}: {_HOW_TO_RESTORE}")


def _segments(cost: "InspectionCost") -> str:
    return f"{counted(cost.segments, 'segment')} of {counted(cost.recordings, 'recording')}"


def _requests(cost: "InspectionCost") -> str:
    return f"{counted(cost.requests, 'request')}, {human_bytes(cost.bytes)}"


def _archived_segments(number: int) -> str:
    return f"{counted(number, 'segment')} not yet checked to this depth {'is' if number == 1 else 'are'} archived"


def _nothing_due(archived: int) -> str:
    return f"nothing is due, but {_archived_segments(archived)}: {_HOW_TO_RESTORE}" if archived else _NOTHING_DUE


def inspection_lines(summary: Mapping[str, Any], output: Output) -> Iterator[str]:
    """Yield the lines of a check's summary."""
    if not summary["due"]["segments"] and not summary["recordings"]:
        yield pasteable(_nothing_due(summary["archived"]))
        return
    title = f"{', '.join(summary['buckets'])}: checked to depth {summary['depth']} in {summary['seconds']:.1f} s"
    yield output.paint(printable(title), None, bold=True)
    verdicts = verdicts_line(summary["verdicts"], output)
    yield f"  recordings  {summary['recordings']:,}{': ' if verdicts else ''}{verdicts}"
    if summary["changes"]:
        yield f"  changes     {', '.join(summary['changes'])}"
    archived = f", {summary['archived']:,} archived: {pasteable(_HOW_TO_RESTORE)}" if summary["archived"] else ""
    yield f"  segments    {summary['segments']:,}, {counted(summary['findings'], 'finding')}{archived}"
    requests = ", ".join(f"{number:,} {kind}" for kind, number in summary["requests"].items())
    yield f"  read        {human_bytes(summary['bytes_read'])}; requests: {requests}"
    left = summary["remaining"]
    if left["segments"]:
        reason = f" (the {summary['stopped_by']} is used up)" if summary["stopped_by"] else ""
        number = f"{counted(left['segments'], 'segment')} of {counted(left['recordings'], 'recording')}"
        yield f"  remaining   about {number}, {human_bytes(left['bytes'])}{reason}: run the check again"
