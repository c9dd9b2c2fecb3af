"""Which seconds of a recording the bytes of its segments show to be damaged, and of what kind the damage is."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ossrec.catalog.query.recording_rows import Row
from ossrec.findings import DamageKind

KINDS = tuple(DamageKind)
RANK: dict[str, int] = {kind: rank for rank, kind in enumerate(KINDS)}

_BY_SEVERITY = {"error": DamageKind.BROKEN, "warning": DamageKind.FLAW}  # of a code that a newer ossrec wrote
_OVER_MANY = frozenset(("TS411",))  # told of the first of the segments over which they last
_TOUCH = 0.0005  # seconds; what is nearer is one, for times are whole milliseconds

Place = tuple[int, int]  # part and number of a segment
Held = tuple[float, float]  # seconds from the start of the recording, at which a segment begins and ends
HeldBy = Callable[[Place], Held | None]


class Damage(NamedTuple):
    """What is wrong in a stretch of one segment."""

    kind: str  # of `KINDS`
    start: float | None  # seconds from the start of the recording; None: of a segment that has no place in it
    length: float | None  # seconds; None: a moment
    codes: tuple[str, ...]
    part: int
    segment: int | None  # number in the part; None: no playlist names it
    lost: int | None  # packets that are missing or cannot be used, at least

    @property
    def end(self) -> float | None:
        """Where it ends in the recording."""
        return None if self.start is None else self.start + (self.length or 0.0)


def damages(findings: Iterable[Row], offsets: Sequence[float], held_by: HeldBy) -> list[Damage]:
    """What *findings* in the bytes of segments come to, in order of time; what overlaps and is of one kind is one.

    *offsets* say at which second each part of the recording begins, *held_by* which seconds a segment has by its
    playlist. What spoils a segment at no packet of it spoils all of it; nothing reaches past its end.
    """
    found = [one for one in (_damage(finding, offsets, held_by) for finding in findings) if one is not None]
    groups: dict[tuple[int, int | None, str], list[Damage]] = {}
    for one in sorted(found, key=_order):
        same = groups.setdefault((one.part, one.segment, one.kind), [])
        if same and _touches(same[-1], one):
            same[-1] = _joined(same[-1], one)
        else:
            same.append(one)
    return sorted((one for same in groups.values() for one in same), key=_order)


def damage_row(damage: Damage) -> Row:
    """A damage as plain values."""
    return damage._asdict() | {"codes": list(damage.codes)}


def kind_of(code: str, severity: str) -> DamageKind | None:
    """Return the kind of damage that the timeline draws for a finding; None: nothing is drawn."""
    from ossrec.rules import RULES  # loaded only for a recording with damage: the rule table costs start-up time

    rule = RULES.get(code)
    return (rule.damage if rule is not None else None) or _BY_SEVERITY.get(severity)


def _damage(finding: Row, offsets: Sequence[float], held_by: HeldBy) -> Damage | None:
    if finding["source"] != "segment" or finding["severity"] == "info":
        return None
    kind = kind_of(finding["code"], finding["severity"])
    if kind is None:
        return None
    start, length, segment = _finite(finding["start"]), _finite(finding["length"]), finding["segment"]
    part = 0 if start is None else max(sum(offset <= start + _TOUCH for offset in offsets) - 1, 0)
    held = None if segment is None else held_by((part, segment))
    if length is None and kind is DamageKind.BROKEN and finding["packet"] is None and held is not None:
        length = held[1] - held[0]
    if start is not None and held is not None and finding["code"] not in _OVER_MANY:
        start = min(start, held[1])
        length = None if length is None else min(length, held[1] - start)
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
