"""What a check can find and what follows from it: severities, findings, verdicts.

The table of rules stands in `ossrec.rules`, so that reading a catalog does not load it.
"""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Severity(IntEnum):
    """How much a finding matters for a recorded file."""

    INFO = 1  # worth knowing
    WARNING = 2  # plays with a flaw, or breaks some players
    ERROR = 3  # content missing or unplayable


class Verdict(StrEnum):
    """One word for a recording, from the best to the worst for its viewer (`RANK`)."""

    COMPLETE = "complete"  # ended, every segment there and sound as far as it was looked at
    FLAWED = "flawed"  # plays to the end, but something is off
    RECORDING = "recording"  # segments still arrive
    UNKNOWN = "unknown"  # could not look
    INCOMPLETE = "incomplete"  # segments named by the playlist are missing or empty
    DAMAGED = "damaged"  # bytes are there and broken
    UNFINISHED = "unfinished"  # no ended playlist, and nothing arrives any more
    GONE = "gone"  # seen in an earlier scan, not there any more


RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


class DamageKind(StrEnum):
    """What a timeline draws for a fault in the bytes of a segment, from the best to the worst for the viewer."""

    FLAW = "flaw"  # plays on, or breaks some players
    JUMP = "jump"  # timestamps jump or are missing
    LOST = "lost"  # packets are lost: audio or video breaks for a moment
    BROKEN = "broken"  # cannot be played


class Rule(NamedTuple):
    """One fault that a check can find; its code never changes its meaning."""

    code: str
    severity: Severity
    title: str  # one sentence without its full stop
    remedy: str  # what to do, one sentence
    section: str  # where it is written: "RFC 8216 4.3.3.1", or "" for our own
    verdict: Verdict  # the best that a recording with such a finding can be
    damage: DamageKind | None = None  # what a timeline draws; None: nothing


class Finding(NamedTuple):
    """One thing that a check found."""

    code: str
    subject: str  # the key it is about
    detail: str = ""
    line: int | None = None  # of the playlist, from 1
    segment: int | None = None  # number in the playlist, from 0
    start: float | None = None  # seconds from the start of the recording
    length: float | None = None  # seconds that are concerned
    packet: int | None = None  # number in the segment, from 0
    lost: int | None = None  # packets that are missing or cannot be used, at least


NOT_ENDED = "HLS130"  # a playlist has no ENDLIST; one whose recorder was taken over from need not have it
BEGUN = frozenset(("HLS080", "HLS250"))  # what a playlist has that its recorder has only begun to write

AWAY = "LST302"  # nothing was recorded for a time, and the playlist says that there is a break
ABSENT = frozenset(("HLS230", AWAY))  # what is no fault, and yet a part of the recording that is not there


class Facts(NamedTuple):
    """What a verdict needs to know beside the findings."""

    present: bool  # any object of the recording is there
    quiet: bool  # nothing has arrived for longer than the idle time and the upload lag


def verdict(rules: Iterable[Rule], facts: Facts) -> Verdict:
    """The one word for a recording on which *rules* were found; a pure function.

    The worst word for the viewer wins, in the order of `Verdict`. "Unfinished" is said only of a
    recording that is quiet: as long as segments may still arrive, it is `recording`.
    """
    if not facts.present:
        return Verdict.GONE
    words = {rule.verdict for rule in rules}
    if Verdict.UNFINISHED in words and not facts.quiet:
        words = (words - {Verdict.UNFINISHED}) | {Verdict.RECORDING}
    return max(words, key=RANK.__getitem__, default=Verdict.COMPLETE)
