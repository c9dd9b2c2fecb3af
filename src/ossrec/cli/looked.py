"""What a check says: what it will cost, and what came of it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ossrec.cli.output import Output, say
from ossrec.cli.suggesting import pasteable
from ossrec.cli.telling import verdicts_line
from ossrec.cli.text import counted, human_bytes, printable

if TYPE_CHECKING:
    from ossrec.catalog.due_looks import Cost


_NOTHING = "nothing is due: of what was asked for nothing is left to look at so deep"


def nothing(_: object) -> None:
    """Tells nobody."""


def say_plan(cost: "Cost") -> None:
    """What a check will cost, on stderr before it begins."""
    if cost.segments:
        say(f"ossrec: {cost_in_words(cost)}")


def cost_in_words(cost: "Cost") -> str:
    """Segments, requests and bytes in one line."""
    if not cost.segments:
        return _NOTHING
    return (
        f"about {counted(cost.segments, 'segment')} of {counted(cost.recordings, 'recording')} to look at:"
        f" {counted(cost.requests, 'request')}, {human_bytes(cost.bytes)}"
    )


def looked_lines(told: Mapping[str, Any], output: Output) -> Iterator[str]:
    """The summary of a check for people."""
    if not told["planned"]["segments"] and not told["recordings"]:
        yield _NOTHING
        return
    where = ", ".join(told["buckets"])
    yield output.paint(
        printable(f"{where}: looked at to depth {told['depth']} in {told['seconds']:.1f} s"), None, bold=True
    )
    verdicts = verdicts_line(told["verdicts"], output)
    yield f"  recordings  {told['recordings']:,}{': ' if verdicts else ''}{verdicts}"
    if told["changes"]:
        yield f"  changes     {', '.join(told['changes'])}"
    restored = pasteable("`ossrec show RECORDING` has the command that restores them")
    archived = f", {told['archived']:,} archived: {restored}" if told["archived"] else ""
    yield f"  segments    {told['segments']:,}, {counted(told['findings'], 'finding')}{archived}"
    requests = ", ".join(f"{number:,} {kind}" for kind, number in told["requests"].items())
    yield f"  read        {human_bytes(told['bytes_read'])}; requests: {requests}"
    left = told["left"]
    if left["segments"]:
        why = f"the {told['stopped_by']} is used up; " if told["stopped_by"] else ""
        many = f"{counted(left['segments'], 'segment')} of {counted(left['recordings'], 'recording')}"
        some = f"about {many}, {human_bytes(left['bytes'])}"
        yield f"  left        {why}{some} for the next run"
