"""Damaged seconds of a recording, by kind of damage, from the findings in the bytes of its segments."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ossrec.catalog.query.recording_rows import Row
from ossrec.findings import DamageKind

KINDS = tuple(DamageKind)
RANK: dict[str, int] = {kind: rank for rank, kind in enumerate(KINDS)}

_BY_SEVERITY = {
    "error": DamageKind.BROKEN,
    "warning": DamageKind.FLAW,
}  # of a code written by a newer version of ossrec
_OVER_MANY = frozenset(("TS411",))  # last over many segments, and belong to the first of them
_TOUCH = 0.0005  # seconds between two that are merged; times are whole milliseconds

SegmentRef = tuple[int, int]  # part, and number in the part
TimeRange = tuple[float, float]  # start and end of a segment, in seconds from the start of the recording
TimesOf = Callable[[SegmentRef], TimeRange | None]


class Damage(NamedTuple):
    """A damaged part of one segment."""

    kind: str  # of `KINDS`
    start: float | None  # seconds from the start of the recording; None: the position of the segment is not known
    length: float | None  # seconds; None: a point in time
    codes: tuple[str, ...]
    part: int
    segment: int | None  # number in the part; None: no playlist lists the segment
    lost: int | None  # packets that are lost or unusable, at least

    @property
    def end(self) -> float | None:
        """Seconds from the start of the recording to the end of the damage."""
        return None if self.start is None else self.start + (self.length or 0.0)


def damages(findings: Iterable[Row], offsets: Sequence[float], times_of: TimesOf) -> list[Damage]:
    """Return the damage by *findings* in the bytes of segments, in order of time; overlaps of one kind are merged.

    *offsets* are the seconds at which the parts of the recording start, *times_of* returns the seconds of a segment by
    its playlist. A finding of kind "broken" without a packet affects the whole segment. Damage ends with its segment.
    """
    found = [one for one in (_damage(finding, offsets, times_of) for finding in findings) if one is not None]
    groups: dict[tuple[int, int | None, str], list[Damage]] = {}
    for one in sorted(found, key=_order):
        same = groups.setdefault((one.part, one.segment, one.kind), [])
        if same and _touches(same[-1], one):
            same[-1] = _joined(same[-1], one)
        else:
            same.append(one)
    return sorted((one for same in groups.values() for one in same), key=_order)


def damage_row(damage: Damage) -> Row:
    """Return a damage as plain values."""
    return damage._asdict() | {"codes": list(damage.codes)}


def kind_of(code: str, severity: str) -> DamageKind | None:
    """Return the kind of damage that the timeline draws for a finding; None: nothing is drawn."""
    from ossrec.rules import RULES  # loaded only for a recording with damage: the rule table costs start-up time

    rule = RULES.get(code)
    return (rule.damage if rule is not None else None) or _BY_SEVERITY.get(severity)


def _damage(finding: Row, offsets: Sequence[float], times_of: TimesOf) -> Damage | None:
    if finding["source"] != "segment" or finding["severity"] == "info":
        return None
    kind = kind_of(finding["code"], finding["severity"])
    if kind is None:
        return None
    start, length, segment = _finite(finding["start"]), _finite(finding["length"]), finding["segment"]
    part = 0 if start is None else max(sum(offset <= start + _TOUCH for offset in offsets) - 1, 0)
    times = None if segment is None else times_of((part, segment))
    if length is None and kind is DamageKind.BROKEN and finding["packet"] is None and times is not None:
        length = times[1] - times[0]
    if start is not None and times is not None and finding["code"] not in _OVER_MANY:
        start = min(start, times[1])
        length = None if length is None else min(length, times[1] - start)
    return Damage(kind, start, length, (finding["code"],), part, segment, finding["lost"])


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) and number >= 0 else None


def _order(one: Damage) -> tuple[float, int, int, int]:
    start = math.inf if one.start is None else one.start
    return start, one.part, -1 if one.segment is None else one.segment, -RANK[one.kind]


def _touches(before: Damage, after: Damage) -> bool:
    if before.end is None or after.start is None:
        return before.end is None and after.start is None
    return after.start <= before.end + _TOUCH


def _joined(before: Damage, after: Damage) -> Damage:
    codes = tuple(dict.fromkeys((*before.codes, *after.codes)))
    lost = None if before.lost is None and after.lost is None else (before.lost or 0) + (after.lost or 0)
    length = before.length
    if before.start is not None and after.end is not None and (before.length, after.length) != (None, None):
        length = max(before.end or 0.0, after.end) - before.start
    return before._replace(codes=codes, lost=lost, length=length)
