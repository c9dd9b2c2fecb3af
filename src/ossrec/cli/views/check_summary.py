"""What a check says: what it will cost, and what came of it."""

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

_NOTHING = "nothing is due: of what was asked for nothing is left to look at so deep"
_HOW_TO_RESTORE = "restore them, `ossrec explain LOOK001` says how"


def nothing(_: object) -> None:
    """Tells nobody."""


def say_plan(outlook: "CheckForecast") -> None:
    """What a check will cost, on stderr before it begins."""
    if outlook.due.segments:
        for line in forecast_lines(outlook):
            say(f"ossrec: {line}")


def forecast_lines(outlook: "CheckForecast") -> Iterator[str]:
    """What a check will do, what is due in all, and what it cannot do."""
    if outlook.resumed_from is not None:
        begun = human_time(iso_seconds(outlook.resumed_from))
        yield f"going on with the same check of {begun} UTC, which was stopped: what was looked at since is not due"
    if not outlook.due.segments:
        yield pasteable(_nothing_due(outlook.archived))
        return
    run, due = outlook.run, outlook.due
    until = "" if outlook.time is None else f"; no look is begun after {clock(outlook.time)}"
    if run == due:
        yield f"about {_segments_of(due)} to look at: {_read(due)}{until}"
    else:
        yield f"about {_segments_of(run)} to look at within the budget: {_read(run)}{until}"
        yield f"about {_segments_of(due)} due in all: {_read(due)}"
    if outlook.archived:
        yield pasteable(f"{counted(outlook.archived, 'segment')} to look at, but archived: {_HOW_TO_RESTORE}")


def _segments_of(cost: "InspectionCost") -> str:
    return f"{counted(cost.segments, 'segment')} of {counted(cost.recordings, 'recording')}"


def _read(cost: "InspectionCost") -> str:
    return f"{counted(cost.requests, 'request')}, {human_bytes(cost.bytes)}"


def _nothing_due(archived: int) -> str:
    if not archived:
        return _NOTHING
    many = counted(archived, "segment")
    verb = "is" if archived == 1 else "are"
    return f"nothing is due: but {many} never looked at so deep {verb} archived: {_HOW_TO_RESTORE}"


def inspection_lines(told: Mapping[str, Any], output: Output) -> Iterator[str]:
    """The summary of a check for people."""
    if not told["due"]["segments"] and not told["recordings"]:
        yield pasteable(_nothing_due(told["archived"]))
        return
    where = ", ".join(told["buckets"])
    yield output.paint(
        printable(f"{where}: looked at to depth {told['depth']} in {told['seconds']:.1f} s"), None, bold=True
    )
    verdicts = verdicts_line(told["verdicts"], output)
    yield f"  recordings  {told['recordings']:,}{': ' if verdicts else ''}{verdicts}"
    if told["changes"]:
        yield f"  changes     {', '.join(told['changes'])}"
    archived = f", {told['archived']:,} archived: {pasteable(_HOW_TO_RESTORE)}" if told["archived"] else ""
    yield f"  segments    {told['segments']:,}, {counted(told['findings'], 'finding')}{archived}"
    requests = ", ".join(f"{number:,} {kind}" for kind, number in told["requests"].items())
    yield f"  read        {human_bytes(told['bytes_read'])}; requests: {requests}"
    left = told["left"]
    if left["segments"]:
        why = f"the {told['stopped_by']} is used up; " if told["stopped_by"] else ""
        many = f"{counted(left['segments'], 'segment')} of {counted(left['recordings'], 'recording')}"
        some = f"about {many}, {human_bytes(left['bytes'])}"
        yield f"  left        {why}{some} for the next run"
