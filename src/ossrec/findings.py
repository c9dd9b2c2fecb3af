"""Severities, rules, findings and verdicts.

The rule table is in `ossrec.rules`, so that reading a catalog does not load it.
"""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Severity(IntEnum):
    """How much a finding matters for a recorded file."""

    INFO = 1  # worth knowing
    WARNING = 2  # plays with a flaw, or breaks some players
    ERROR = 3  # content is missing or cannot be played


class Verdict(StrEnum):
    """The verdict on a recording, from the best to the worst for its viewer (`RANK`)."""

    COMPLETE = "complete"  # ended, every segment present and intact at the depth of the check
    FLAWED = "flawed"  # plays to the end, but with a flaw
    RECORDING = "recording"  # segments still arrive
    UNKNOWN = "unknown"  # could not be checked
    INCOMPLETE = "incomplete"  # segments of the playlist are missing or empty
    DAMAGED = "damaged"  # bytes exist, but are broken
    UNFINISHED = "unfinished"  # no ended playlist, and no more segments arrive
    GONE = "gone"  # in an earlier scan, no longer in the bucket


RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


class DamageKind(StrEnum):
    """The kinds of damage in the bytes of a segment that a timeline draws, from the best to the worst for viewers."""

    FLAW = "flaw"  # plays on, or breaks some players
    JUMP = "jump"  # timestamps jump or are missing
    LOST = "lost"  # packets are lost: audio or video breaks up for a moment
    BROKEN = "broken"  # cannot be played


class Rule(NamedTuple):
    """A fault that a check can find; the meaning of its code never changes."""

    code: str
    severity: Severity
    title: str  # a short phrase, without a full stop
    remedy: str  # what to do, full sentences
    section: str  # of the standard: "RFC 8216 4.3.3.1", or "" for a rule of ossrec
    verdict: Verdict  # the best that a recording with such a finding can be
    damage: DamageKind | None = None  # what a timeline draws; None: nothing
    habit: str = ""  # when the fault is a habit of the recorder and therefore an info; "": never


class Finding(NamedTuple):
    """A broken rule, and where."""

    code: str
    subject: str  # key of the object
    detail: str = ""
    line: int | None = None  # of the playlist, from 1
    segment: int | None = None  # number in the playlist, from 0
    start: float | None = None  # seconds from the start of the recording
    length: float | None = None  # seconds that are affected
    packet: int | None = None  # number in the segment, from 0
    lost: int | None = None  # packets that are lost or unusable, at least
    severity: Severity | None = None  # INFO: a habit of the recorder; None: that of its rule


NO_ENDLIST = "HLS130"  # no EXT-X-ENDLIST; not needed if another recorder took over
JUST_STARTED = frozenset(("HLS080", "HLS250"))  # of a playlist that its recorder has only started to write

DECLARED_TIMELINE_GAP = "LST302"  # a timeline gap declared by EXT-X-DISCONTINUITY
DECLARED_MISSING = frozenset(("HLS230", DECLARED_TIMELINE_GAP))  # no fault, although a part of the recording is missing


class Facts(NamedTuple):
    """The facts that a verdict needs besides the findings."""

    present: bool  # the bucket has an object of the recording
    quiet: bool  # no object has arrived for longer than idle time plus upload lag


def verdict(rules: Iterable[Rule], facts: Facts) -> Verdict:
    """Return the verdict on a recording with findings of these *rules*; a pure function.

    If several apply, the worst one wins, in the order of `Verdict`. A recording is `unfinished` only if it is quiet: as
    long as segments may still arrive, it is `recording`.
    """
    if not facts.present:
        return Verdict.GONE
    verdicts = {rule.verdict for rule in rules}
    if Verdict.UNFINISHED in verdicts and not facts.quiet:
        verdicts = (verdicts - {Verdict.UNFINISHED}) | {Verdict.RECORDING}
    return max(verdicts, key=RANK.__getitem__, default=Verdict.COMPLETE)
