"""Group findings that repeat one fault in consecutive segments, so that each group is one line with a range."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from ossrec.catalog.query.recording_rows import Row

T = TypeVar("T")

# The name of a segment at the start of a detail, and the separator behind it.
_NAME = re.compile(r"(\S+\.[A-Za-z]\w{0,5})(?:: |, |$)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SAME_FAULT = ("code", "severity", "source", "subject", "counts")


def runs_of_segments(
    items: Iterable[T], key: Callable[[T], Hashable], segment: Callable[[T], int | None]
) -> list[list[T]]:
    """Return *items* in runs: those with the same *key* in consecutive segments, each run where its first item was.

    *items* of one key are in order of segment. Items that are all in the same segment are not grouped, nor are items
    without a segment.
    """
    runs: list[list[T]] = []
    open_runs: dict[Hashable, list[T]] = {}
    for one in items:
        number = segment(one)
        run = open_runs.get(key(one))
        last = None if run is None else segment(run[-1])
        if run is not None and number is not None and last is not None and 0 <= number - last <= 1:
            run.append(one)
            continue
        open_runs[key(one)] = run = [one]
        runs.append(run)
    found: list[list[T]] = []
    for run in runs:
        found += [run] if segment(run[0]) != segment(run[-1]) else [[one] for one in run]
    return found


def grouped_findings(findings: Iterable[Row]) -> list[Row]:
    """Return *findings*, ordered by code and segment, with one row for each run of segments with the same fault.

    A row has the ``count`` of its findings and the ``last_segment``; the other fields are those of the first finding,
    but ``length`` and ``lost`` are sums, ``packet`` is None, and ``detail`` has only what all have in common.
    """
    return [_grouped(run) for run in runs_of_segments(findings, _fault, lambda one: one["segment"])]


def _fault(finding: Row) -> Hashable:
    """Return the key that findings of one fault share: everything but the segment and the numbers."""
    return (*(finding[name] for name in _SAME_FAULT), _NUMBER.sub("#", _split(finding["detail"])[1]))


def _split(detail: str) -> tuple[str, str]:
    """Split *detail* into the name of a segment, "" if there is none, and the rest."""
    match = _NAME.match(detail)
    return ("", detail) if match is None else (match[1], detail[match.end() :])


def _grouped(run: Sequence[Row]) -> Row:
    first, last = run[0], run[-1]
    row = first | {"count": len(run), "last_segment": last["segment"]}
    if len(run) > 1:
        row |= {"detail": _common_detail([one["detail"] for one in run]), "packet": None}
        row |= {name: _sum(one[name] for one in run) for name in ("length", "lost")}
    return row


def _common_detail(details: Sequence[str]) -> str:
    """Return the *details* as one: without the segments' names, or if they are nothing but names, first and last."""
    names, texts = zip(*map(_split, details), strict=True)
    if len(set(details)) == 1:
        return details[0]
    if len(set(texts)) == 1:
        return str(texts[0]) or f"{names[0]} to {names[-1]}"
    return f"{details[0]}, and similar"


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return round(sum(known), 6) if known else None
