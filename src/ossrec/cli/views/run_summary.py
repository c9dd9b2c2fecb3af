"""Lines that the summaries of scans and checks share: verdicts, problems, and objects that could not be read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ossrec.cli.output.colors import VERDICTS
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import suggested
from ossrec.cli.output.text import counted

PARTLY, FOUND = 3, 1  # exit codes
MAX_REPORTED = 1_000  # entries of each list of problems in a summary

_MAX_LINES = 20  # lines on stderr for each kind of problem


def say_lines(label: str, lines: Sequence[str], where: str) -> None:
    """Write each line to stderr; of many, only the first, and *where* to find the others."""
    for line in lines[:_MAX_LINES]:
        say(f"ossrec: {label}: {line}")
    if len(lines) > _MAX_LINES:
        more = "" if len(lines) < MAX_REPORTED else " or more"
        say(f"ossrec: {label}: and {len(lines) - _MAX_LINES:,}{more} others: {where}")


def say_unread(warnings: Sequence[str]) -> None:
    """Report on stderr what could not be read."""
    say_lines("could not read", warnings, "`ossrec find --verdict unknown` lists the recordings")


def failing(verdicts: Mapping[str, int], fail_on: frozenset[str]) -> dict[str, int]:
    """Return the number of recordings for each verdict in *fail_on* that occurs."""
    return {verdict: number for verdict, number in verdicts.items() if verdict in fail_on and number}


def verdicts_line(verdicts: Mapping[str, int], output: Output) -> str:
    """Return counts such as ``3 complete, 1 damaged``, each in its color."""
    return ", ".join(
        output.paint(f"{number:,} {verdict}", VERDICTS.get(verdict)) for verdict, number in verdicts.items() if number
    )


def link_problems(counts: Mapping[str, int]) -> str:
    """Return the numbers of recordings that do not match a task; "" if there are none."""
    kinds = ((counts["unknown"], "without a known task"), (counts["contradicted"], "contradicting a task"))
    return ", ".join(f"{counted(number, 'recording')} {kind}" for number, kind in kinds if number)


def problems(summary: Mapping[str, Any], failing: Mapping[str, int], output: Output) -> Iterator[str]:
    """Yield a line on what could not be read, and a line on recordings with a verdict of --fail-on."""
    if number := len(summary["warnings"]):
        yield output.paint(f"{counted(number, 'item')} could not be read", "magenta")
    if failing:
        counts = ", ".join(f"{number:,} {verdict}" for verdict, number in failing.items())
        yield output.paint(f"{counts} ({suggested('find', '--verdict', ','.join(failing))})", "red")
