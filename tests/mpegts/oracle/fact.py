"""A finding of the oracle: code, packet and number of lost packets."""

from typing import NamedTuple


class Fact(NamedTuple):
    """One fault."""

    code: str
    packet: int | None = None
    lost: int | None = None
    pid: int | None = None  # of what is taken together


MERGED, NEAR = frozenset(("TS330", "TS331", "TS351")), 256  # marks of damage this close together are one fault
ONCE = frozenset(("TS352", "TS344"))  # said once of a segment
MOST = 20  # of one code


def reported(facts: list[Fact]) -> set[Fact]:
    """Return facts as ossrec reports them: damaged packets merged, those above the limit only counted."""
    kept: list[Fact] = []
    latest: dict[tuple[str, int | None], tuple[int, int]] = {}  # place in `kept`, last packet
    for fact in sorted(facts, key=lambda fact: (fact.packet or 0, fact.code, fact.pid or 0)):
        place, last = latest.get((fact.code, fact.pid), (-1, -1 - NEAR))
        number = fact.packet or 0
        if fact.code in MERGED and place >= 0 and number - last <= NEAR:
            before = kept[place]
            kept[place] = before._replace(lost=None if before.lost is None else before.lost + (fact.lost or 0))
            latest[fact.code, fact.pid] = place, number
        elif fact.code not in ONCE or all(fact.code != one.code for one in kept):
            latest[fact.code, fact.pid] = len(kept), number
            kept.append(fact)
    return {fact._replace(pid=None) for code in {fact.code for fact in kept} for fact in _bounded(kept, code)}


def _bounded(kept: list[Fact], code: str) -> list[Fact]:
    own = [fact for fact in kept if fact.code == code]
    if len(own) <= MOST:
        return own
    lost = [fact.lost for fact in own[MOST - 1 :]]
    return [*own[: MOST - 1], own[MOST - 1]._replace(lost=None if None in lost else sum(filter(None, lost)))]
