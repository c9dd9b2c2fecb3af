"""Evaluate a recording: facts to findings, totals and a verdict; pure."""

from collections.abc import Iterable
from typing import NamedTuple

from ossrec.catalog.store.recordings import StoredVerdict
from ossrec.findings import DECLARED_MISSING, DECLARED_TIMELINE_GAP, RANK, Facts, Finding, Rule, Verdict, verdict
from ossrec.hls.listing.check import totals_of
from ossrec.hls.listing.joined import Totals
from ossrec.jobs.judge.assemble import Assembled
from ossrec.jobs.judge.facts import RecordingFacts
from ossrec.jobs.judge.sources import PLAYLIST_TEXT, SOURCES
from ossrec.jobs.judge.start_and_end import start_and_end
from ossrec.rules import rule_of

_MOST_BYTES = 2**53  # 8 PiB; the sum of a false listing can exceed an integer of SQLite
_AMBIGUOUS = "NAM450"


class Evaluation(NamedTuple):
    """The evaluation of a recording. Findings in the text of playlists are not included: they are stored already."""

    verdict: StoredVerdict
    found: dict[str, list[Finding]]  # by the value of `findings.source`


def evaluate(facts: RecordingFacts) -> Evaluation:
    """Return the verdict on a recording with its reasons, its totals, and the findings to store."""
    recording, assembled, measured = facts.recording, facts.assembled, facts.measured
    if not recording.objects:
        before = recording.before
        return Evaluation(before._replace(verdict=str(Verdict.GONE), reasons=(), bytes=0, segments_present=0), {})
    found: dict[str, list[Finding]] = {}
    for source in SOURCES:
        found.setdefault(source.stored_as, []).extend(source.find(facts))
    rules = [rule_of(finding) for findings in found.values() for finding in findings]
    totals = _totals(assembled)
    evaluated = StoredVerdict(
        playlist=facts.playlist,
        ambiguous=any(finding.code == _AMBIGUOUS for finding in found["name"]),
        **start_and_end(recording, assembled, measured.durations)._asdict(),
        duration=round(sum(part.row.duration for part in assembled.parts), 3) if totals else None,
        missing_seconds=round(totals.missing_seconds, 3) if totals else None,
        bytes=min(sum(stored.size for stored in recording.objects.values()), _MOST_BYTES),
        segments_expected=totals.expected if totals else None,
        segments_present=totals.present if totals else len(assembled.orphans),
        segments_missing=totals.missing if totals else None,
        last_arrival=facts.last_arrival,
        verdict=str(verdict(rules, Facts(present=True, quiet=facts.is_idle))),
        measures=measured.measures,
        reasons=(*_reasons(rules), *_absences(rules, is_mixed=recording.uid is None)),
    )
    del found[PLAYLIST_TEXT]
    return Evaluation(evaluated, found)


def _totals(assembled: Assembled) -> Totals | None:
    """Return the sum of the totals of all parts; None without a media playlist."""
    each = [totals_of(part.joined) for part in assembled.parts if part.row.kind == "media"]
    if not each:
        return None
    return Totals(*map(sum, zip(*each, strict=True)))


def _reasons(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the codes that keep a recording from being complete, the worst first."""
    against = {rule.code: rule for rule in rules if rule.verdict is not Verdict.COMPLETE}
    return tuple(sorted(against, key=lambda code: (-RANK[against[code].verdict], code)))


def _absences(rules: Iterable[Rule], *, is_mixed: bool) -> list[str]:
    """Return the codes of declared absences, which are no fault.

    A break in the recording of one user is not included: the user may have left the room.
    """
    absent = DECLARED_MISSING if is_mixed else DECLARED_MISSING - {DECLARED_TIMELINE_GAP}
    return sorted({rule.code for rule in rules} & absent)
