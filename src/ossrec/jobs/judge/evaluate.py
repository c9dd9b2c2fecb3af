"""Turns what was assembled of a recording into findings, totals and a verdict; touches nothing."""

from collections.abc import Iterable
from typing import NamedTuple

from ossrec.catalog.store.inspections import FormatTable
from ossrec.catalog.store.recordings import StoredRecording, StoredVerdict
from ossrec.findings import ABSENT, AWAY, BEGUN, NOT_ENDED, RANK, Facts, Finding, Rule, Verdict, verdict
from ossrec.hls.listing.check import check_listing, check_segments_without_playlist, summarise
from ossrec.hls.listing.joined import Totals, UnlistedSegment
from ossrec.jobs.judge.assemble import Assembled, AssembledPart
from ossrec.jobs.judge.measure import measure
from ossrec.jobs.judge.quiet import IdlePeriod
from ossrec.jobs.judge.start_and_end import start_and_end
from ossrec.jobs.judge.task_knowledge import TaskKnowledge
from ossrec.rules import RULES
from ossrec.tasks.matching import name_findings, read_name

_MOST_BYTES = 2**53  # 8 PiB; a listing that lies can add up to more than SQLite holds

# What says that no playlist names a segment, which only who read them all can say.
_ORPHANED = frozenset(("LST270", "LST271"))


class Evaluation(NamedTuple):
    """What a recording was found to be. Findings of a playlist's text are kept with the playlist already."""

    judged: StoredVerdict
    found: list[tuple[str, Finding]]  # source ("name", "listing", "look", "segment") and finding


def evaluate(
    holding: StoredRecording,
    assembled: Assembled,
    failures: Iterable[Finding],
    quiet: IdlePeriod,
    formats: FormatTable,
    told: TaskKnowledge = TaskKnowledge(),  # noqa: B008 - a value that never changes
) -> Evaluation:
    """The verdict on a recording, with its reasons and everything people query it by; *told* is what its task knows."""
    if not holding.objects:
        before = holding.before
        return Evaluation(before._replace(verdict=str(Verdict.GONE), reasons=(), bytes=0, segments_present=0), [])
    parts = assembled.parts
    current = [part for part in parts if not part.is_stale]
    media = [part for part in current if part.row.kind == "media"]
    failed = list(failures)
    listed = [f for part in media for f in check_listing(part.listed) if not failed or f.code not in _ORPHANED]
    for stem, segments in assembled.abandoned:
        listed += _without_playlist(holding, stem, segments)
    playlist = parts[0].key if parts else failed[0].subject if failed else None
    subject = playlist or holding.path
    named = _of_the_name(holding.path, playlist, subject, told)
    text = [f for part in current for f in _that_count(part, is_last=part is parts[-1])]
    measured = measure(assembled, subject, formats)
    last_arrival = quiet.last_arrival(holding)
    is_quiet = told.is_over(quiet.now) or quiet.holds(last_arrival)
    if is_quiet and told.has_stopped and not parts and not failed and assembled.orphans:
        listed.append(told.of_no_playlist(subject))
    unseen = [*failed, *(f for part in media for f in part.beyond), *measured.failures]  # the next run tries again
    everything = [*text, *listed, *unseen, *named, *measured.found]
    rules = [RULES[finding.code] for finding in everything]
    if not is_quiet and parts and not parts[-1].row.ended:
        rules = [rule for rule in rules if rule.code not in BEGUN]
    word = verdict(rules, Facts(present=True, quiet=is_quiet))
    totals = _totals(assembled)
    judged = StoredVerdict(
        playlist=playlist,
        ambiguous=any(f.code == "NAM450" for f in named),
        **start_and_end(holding, assembled, measured.lengths)._asdict(),
        duration=round(sum(part.row.duration for part in parts), 3) if totals else None,
        missing_seconds=round(totals.missing_seconds, 3) if totals else None,
        bytes=min(sum(stored.size for stored in holding.objects.values()), _MOST_BYTES),
        segments_expected=totals.expected if totals else None,
        segments_present=totals.present if totals else len(assembled.orphans),
        segments_missing=totals.missing if totals else None,
        last_arrival=last_arrival,
        verdict=str(word),
        measures=measured.measures,
        reasons=(*_reasons(rules), *_absences(rules, is_mixed=holding.uid is None)),
    )
    by_source = {"listing": listed, "look": unseen, "name": named, "segment": measured.found}
    return Evaluation(judged, [(source, f) for source, found in by_source.items() for f in found])


def _that_count(part: AssembledPart, *, is_last: bool) -> list[Finding]:
    """The findings of a part's text: a recorder that was taken over from need not have ended its playlist."""
    if is_last:
        return part.findings
    return [f for f in part.findings if f.code != NOT_ENDED]


def _without_playlist(holding: StoredRecording, stem: str, segments: list[UnlistedSegment]) -> list[Finding]:
    """What is wrong with segments that have no playlist; one that was there before is worth knowing of."""
    found = check_segments_without_playlist(stem, segments)
    before = max((row.segments for row in holding.playlists), default=0)
    if holding.playlist_objects or not before:
        return found
    lost = f"; a playlist of {before} segments was there before: restore it from bucket versioning"
    return [f._replace(detail=f.detail + lost) if f.code == "LST272" else f for f in found]


def _of_the_name(path: str, playlist: str | None, subject: str, told: TaskKnowledge) -> list[Finding]:
    name = read_name(path, playlist, told.task)
    return [] if name is None else [Finding(code, subject, detail) for code, detail in name_findings(name)]


def _totals(assembled: Assembled) -> Totals | None:
    """The parts' totals together; None when no playlist says what there should be."""
    each = [summarise(part.listed) for part in assembled.parts if part.row.kind == "media"]
    if not each:
        return None
    return Totals(*map(sum, zip(*each, strict=True)))


def _reasons(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Codes of what keeps a recording from being complete, the worst first."""
    against = {rule.code: rule for rule in rules if rule.verdict is not Verdict.COMPLETE}
    return tuple(sorted(against, key=lambda code: (-RANK[against[code].verdict], code)))


def _absences(rules: Iterable[Rule], *, is_mixed: bool) -> list[str]:
    """Codes of what is told to be missing, which is no fault; a user may be away from a stream of his own."""
    told = ABSENT if is_mixed else ABSENT - {AWAY}
    return sorted({rule.code for rule in rules} & told)
