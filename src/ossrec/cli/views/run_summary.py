"""How scans and checks tell what they could not look at, and what they found wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ossrec.cli.output.colors import VERDICTS
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import suggested

PARTLY, FOUND = 3, 1  # exit codes
MOST_TOLD = 1_000  # that a summary has of what could not be looked at, and of what was left out

_MOST_LINES = 20  # of each


def say_all(what: str, lines: Sequence[str], elsewhere: str) -> None:
    """Each line on stderr, or the first of many and where the others are."""
    for line in lines[:_MOST_LINES]:
        say(f"ossrec: {what}: {line}")
    if len(lines) > _MOST_LINES:
        more = "" if len(lines) < MOST_TOLD else " or more"
        say(f"ossrec: {what}: and {len(lines) - _MOST_LINES:,}{more} others: {elsewhere}")


def say_unseen(warnings: Sequence[str]) -> None:
    """What could not be looked at, on stderr."""
    say_all("could not look", warnings, "`ossrec find --verdict unknown` lists the recordings")


def failing(verdicts: Mapping[str, int], fail_on: frozenset[str]) -> dict[str, int]:
    """How many recordings have each of the verdicts that make the exit code 1."""
    return {verdict: number for verdict, number in verdicts.items() if verdict in fail_on and number}


def verdicts_line(verdicts: Mapping[str, int], output: Output) -> str:
    """``3 complete, 1 damaged``, each in its colour."""
    return ", ".join(
        output.paint(f"{number:,} {verdict}", VERDICTS.get(verdict)) for verdict, number in verdicts.items() if number
    )


def unnamed_lines(told: Mapping[str, int]) -> str:
    """What does not fit between files and tasks; "" if all does."""
    ways = ((told["unknown"], "of no known task"), (told["contradicted"], "that contradict their tasks"))
    return ", ".join(f"{number:,} files {what}" for number, what in ways if number)


def problems(told: Mapping[str, Any], bad: Mapping[str, int], output: Output) -> Iterator[str]:
    """What is wrong, in a line each."""
    if told["warnings"]:
        number = len(told["warnings"])
        things = "1 thing" if number == 1 else f"{number:,} things"
        yield output.paint(f"{things} could not be looked at", "magenta")
    if bad:
        counts = ", ".join(f"{number:,} {verdict}" for verdict, number in bad.items())
        yield output.paint(f"{counts}: {suggested('find', '--verdict', ','.join(bad))} lists them", "red")
