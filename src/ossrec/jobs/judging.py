"""Turns what was assembled of a recording into findings, totals and a verdict; touches nothing."""

from collections.abc import Iterable
from typing import NamedTuple

from ossrec.catalog.recordings import Holding, Judged
from ossrec.findings import RANK, Facts, Finding, Rule, Verdict, verdict
from ossrec.hls.listed import Totals
from ossrec.hls.listing import check_listing, check_segments_without_playlist, summarise
from ossrec.jobs.assembling import Assembled, Part
from ossrec.naming import parse_name
from ossrec.rules import RULES


class Quiet(NamedTuple):
    """When a recording counts as quiet: nothing arrived for longer than the idle time and the upload lag."""

    now: int  # epoch seconds
    after: float  # seconds

    def holds(self, last_arrival: int) -> bool:
        """Nothing arrived for long."""
        return last_arrival + self.after < self.now


class Judgement(NamedTuple):
    """What a recording was found to be. Findings of a playlist's text are kept with the playlist already."""

    judged: Judged
    found: list[tuple[str, Finding]]  # source ("name", "listing", "look") and finding


class Clock(NamedTuple):
    """When a recording started and ended, in Unix ms, and where that is from."""

    started_ms: int | None = None
    started_from: str | None = None
    ended_ms: int | None = None
    ended_from: str | None = None


def judge(holding: Holding, assembled: Assembled, failures: Iterable[Finding], quiet: Quiet) -> Judgement:
    """The verdict on a recording, with its reasons and everything people query it by."""
    if not holding.objects:
        before = holding.before
        return Judgement(before._replace(verdict=str(Verdict.GONE), reasons=(), bytes=0, segments_present=0), [])
    parts = assembled.parts
    listed = [f for part in parts if part.row.kind == "media" for f in (*part.beyond, *check_listing(part.listed))]
    failed = list(failures)
    if not parts and not failed and assembled.segments:
        listed += check_segments_without_playlist(holding.path, assembled.segments)
    subject = parts[0].key if parts else holding.path
    named = _of_the_name(subject if parts else f"{holding.path}.m3u8", subject)
    text = [f for number, part in enumerate(parts) for f in _that_count(part, is_last=number == len(parts) - 1)]
    everything = [*text, *listed, *failed, *named]
    rules = [RULES[finding.code] for finding in everything]
    last_arrival = max(stored.modified for stored in holding.objects.values())
    word = verdict(rules, Facts(present=True, quiet=quiet.holds(last_arrival)))
    totals = _totals(assembled)
    clock = tell_time(holding, assembled)
    judged = Judged(
        playlist=subject if parts or failed else None,
        ambiguous=any(f.code == "NAM450" for f in named),
        **clock._asdict(),
        duration=sum(part.row.duration for part in parts) if totals else None,
        missing_seconds=totals.missing_seconds if totals else None,
        bytes=sum(stored.size for stored in holding.objects.values()),
        segments_expected=totals.expected if totals else None,
        segments_present=totals.present if totals else len(assembled.segments),
        segments_missing=totals.missing if totals else None,
        last_arrival=last_arrival,
        verdict=str(word),
        reasons=_reasons(rules),
    )
    found = [("listing", f) for f in listed] + [("look", f) for f in failed] + [("name", f) for f in named]
    return Judgement(judged, found)


def _that_count(part: Part, *, is_last: bool) -> list[Finding]:
    """The findings of a part's text: a recorder that was taken over from need not have ended its playlist."""
    if is_last:
        return part.findings
    return [f for f in part.findings if RULES[f.code].verdict is not Verdict.UNFINISHED]


def _of_the_name(key: str, subject: str) -> list[Finding]:
    name = parse_name(key)
    if name is None:
        return []
    found = []
    if not name.conforming:
        found.append(Finding("NAM441", subject, f"recordid {name.recordid}, room {name.roomid}, uid {name.uid}"))
    if name.ambiguous:
        found.append(Finding("NAM450", subject, f"read as room {name.roomid}, uid {name.uid}"))
    return found


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


def tell_time(holding: Holding, assembled: Assembled) -> Clock:
    """When it started and ended: by the playlist's clock, else by the segments' names, else by their arrival."""
    return _by_playlist(assembled.parts) or _by_name(assembled) or _by_arrival(holding, assembled)


def _by_playlist(parts: list[Part]) -> Clock | None:
    if not parts or parts[0].row.program_ms is None:
        return None
    source = "PROGRAM-DATE-TIME"
    last = parts[-1].row
    if last.program_ms is None:
        return Clock(parts[0].row.program_ms, source)
    return Clock(parts[0].row.program_ms, source, last.program_ms + round(last.duration * 1000), source)


def _by_name(assembled: Assembled) -> Clock | None:
    source = "segment name"
    lengths = {s.key: s.duration for part in assembled.parts for s in part.listed.slices}
    told = [
        (stamp, round(1000 * lengths.get(key, 0.0)))
        for key, stamp in (
            *((s.key, s.stamp_ms) for part in assembled.parts for s in part.listed.slices),
            *((orphan.key, orphan.stamp_ms) for orphan in assembled.segments),
        )
        if stamp is not None
    ]
    if not told:
        return None
    return Clock(min(told)[0], source, max(stamp + length for stamp, length in told), source)


def _by_arrival(holding: Holding, assembled: Assembled) -> Clock:
    source = "last-modified"
    arrivals = [(segment.modified, segment.key) for segment in assembled.segments]
    if not arrivals:
        arrivals = [(stored.modified, "") for stored in holding.objects.values()]
    lengths = {s.key: s.duration for part in assembled.parts for s in part.listed.slices}
    first, key = min(arrivals)
    started = first * 1000 - round(1000 * lengths.get(key, 0.0))
    return Clock(started, source, max(arrivals)[0] * 1000, source)
