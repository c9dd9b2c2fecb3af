"""A recording as lines for `ossrec show`: what it is, its timeline, its findings and the next steps."""

import shutil
import sys
from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ossrec.catalog.details.damage import Damage
from ossrec.cli.output.colors import SEVERITIES, VERDICTS
from ossrec.cli.output.output import Output
from ossrec.cli.output.text import clock, human_bytes, human_time, printable
from ossrec.cli.views.media import long_formats
from ossrec.cli.views.problems import find_problems, in_words, segment_range, worst_problems
from ossrec.cli.views.timeline import COLORS, STATES, axis, length_of, marks, pointers, timeline
from ossrec.findings import DECLARED_TIMELINE_GAP

Row = dict[str, Any]

MAX_LINES = 30  # of problems, and of findings with one code; JSON has all of them
_DIFFERENT = 0.5  # seconds by which a measured length must differ to be shown
_SHORT = 0.5  # seconds; shorter times are shown in ms
_CHECKED = {"edges": "head and tail of each segment", "full": "every byte"}


def recording_lines(known: Row, output: Output) -> Iterator[str]:
    """Yield the lines for a row of `details` with runs of segments."""
    yield from _head(known, output)
    counting = [finding for finding in known["findings"] if finding["counts"]]
    yield from _drawn(known, counting, output)
    yield from _findings("Findings", counting, known["playlist"], output)
    others = [finding for finding in known["findings"] if not finding["counts"]]
    yield from _findings(
        "Findings in playlists that do not count", others, known["playlist"], output, with_remedy=False
    )
    yield from _playlists(known["playlists"], output)
    if any(line["source"] not in ("bucket", "ossrec") for line in known["events"]):
        yield from event_lines(known["events"], output)
    else:
        yield from _history(known, output)


def _head(known: Row, output: Output) -> Iterator[str]:
    name = known["playlist"] or f"{known['path']} (no playlist)"
    yield output.paint(printable(f"{known['bucket'].rstrip('/')}/{name}"), None, bold=True)
    verdict = output.paint(printable(known["verdict"]), VERDICTS.get(known["verdict"]), bold=True)
    yield f"  verdict   {verdict}{printable(f'{_reasons(known)}; checked: {_checked(known)}')}"
    yield printable(f"  task      {known['recordid']}{_task_state(known)}")
    who = "all users, mixed" if known["uid"] is None else f"user {known['uid']}"
    also = "; the name can be read in other ways too, see `ossrec parse --all`" if known["ambiguous"] else ""
    yield printable(f"  room      {known['roomid']}, {who}{also}")
    yield from _times(known)
    yield from import_lines(known["task"])
    expected, missing = known["segments_expected"], known["segments_missing"]
    of = "" if expected is None else f" of {expected}"
    lost = f", {missing} missing ({clock(known['missing_seconds']) or 'of unknown length'})" if missing else ""
    yield f"  segments  {known['segments_present']}{of} present{lost}, {human_bytes(known['bytes'])}"
    yield from _gaps(known)
    yield from _inspections(known)


def _reasons(known: Row) -> str:
    """`` (LST260: segment missing; also LST300)``: the worst reason for the verdict, and the codes of the others."""
    if not known["reasons"]:
        return ""
    worst, *others = known["reasons"]
    titles = {finding["code"]: finding["title"] for finding in known["findings"]}
    reason = f"{worst}: {titles[worst]}" if worst in titles else worst
    but = "except " if known["verdict"] == "complete" else ""
    also = f"; also {', '.join(others)}" if others else ""
    return f" ({but}{reason}{also})"


def _checked(known: Row) -> str:
    """How much of the recording was inspected."""
    if known["depth"] == "listing":
        return "listing only" if known["inspected_at"] is None else "listing and some segments"
    return _CHECKED.get(known["depth"]) or str(known["depth"])


def import_lines(task: Row | None) -> Iterator[str]:
    """Yield the columns of an import that are not about the recording itself, for each imported row of the task."""
    extra = None if task is None else task["extra"]
    for row in extra if isinstance(extra, list) else [extra]:
        if isinstance(row, dict) and row:
            columns = ", ".join(f"{name} {value}" for name, value in row.items() if value not in (None, ""))
            yield printable(f"  import    {columns}")


def _task_state(known: Row) -> str:
    """Return the state of the task, from sources other than its files."""
    task = known["task"]
    if known["linked"] == "unknown":
        return ", not known from any source"
    if task is None or known["linked"] is None:
        return ""
    since = f" since {human_time(task['state_at'])} UTC" if task["state_at"] else ""
    differs = ", contradicted by this file" if known["linked"] == "contradicted" else ""
    return f", {task['state']}{since} (source: {task['state_from']}){differs}"


def _times(known: Row) -> Iterator[str]:
    for word, name in (("started", "started"), ("ended", "ended")):
        if known[f"{name}_at"]:
            source = f" (from {known[f'{name}_from']})" if known[f"{name}_from"] else ""
            yield printable(f"  {word:9} {human_time(known[f'{name}_at'])} UTC{source}")
    declared, measured = known["duration"], known["measured_duration"]
    if (
        known["depth"] == "listing"
    ):  # not all segments were inspected, so the measured length is not that of the recording
        measured = None
    if declared is not None:
        differs = measured is not None and abs(measured - declared) >= _DIFFERENT
        yield f"  length    {clock(declared)}{f', measured {clock(measured)}' if differs else ''}"
    elif measured is not None:
        yield f"  length    {clock(measured)}, measured"


def _gaps(known: Row) -> Iterator[str]:
    """Yield how many seconds have no segment, in addition to missing segments."""
    if known["gap_seconds"]:
        yield f"  gaps      {clock(known['gap_seconds'])} without a segment"
    away = sum(
        one["length"] or 0.0 for one in known["findings"] if one["code"] == DECLARED_TIMELINE_GAP and one["counts"]
    )
    if away and known["uid"] is not None:
        yield f"  away      {clock(away)} without a segment: the user was away, or segments are lost"


def _inspections(known: Row) -> Iterator[str]:
    media = long_formats(known)
    if media:
        yield printable(f"  media     {media}")
    if known["segments_inspectable"] == 0 and known["segments_present"]:
        yield "  inspected never: its segments are encrypted or not MPEG-TS"
    if known["inspected_at"] is None:
        return
    checked = _CHECKED.get(known["depth"], "some segments")
    damaged_seconds = known["damaged_seconds"]
    damaged = f", {clock(damaged_seconds) or damaged_seconds} of it damaged" if damaged_seconds else ""
    yield printable(f"  inspected {human_time(known['inspected_at'])} UTC: {checked}{damaged}")


def _drawn(known: Row, findings: list[Row], output: Output) -> Iterator[str]:
    runs = known["runs"]
    if not runs:
        return
    damage = [Damage(**one | {"codes": tuple(one["codes"])}) for one in known["damage"]]
    width = max(20, min(shutil.get_terminal_size().columns, 160) - 4)
    characters = marks(getattr(sys.stdout, "encoding", None))
    states = timeline(runs, width, damage)
    yield ""
    yield "  " + painted(states, characters, output)
    total = length_of(runs)
    below = axis(total, len(states))
    gaps = [run for run in runs if run.state not in ("present", "not_inspected")]
    spans = [(gap.start, gap.start + (gap.length or 0.0)) for gap in gaps if gap.start is not None]
    others = (one for one in findings if one["severity"] != "info" and one["source"] != "segment")
    found_at = pointers((one["start"] for one in others if not _is_in(spans, one["start"])), total, len(states))
    yield from (f"  {line}" for line in (found_at, below) if line)
    yield "  " + "  ".join([*legend(states, characters, output), *(["^ finding"] if found_at else [])])
    found = find_problems(runs, damage)
    for one in worst_problems(found, MAX_LINES):
        yield f"  {printable(in_words(one))}"
    if len(found) > MAX_LINES:
        yield f"  and {len(found) - MAX_LINES} more: see --format json"


def painted(states: list[str], characters: dict[str, str], output: Output) -> str:
    """Return a line of states, each as its character in its color."""
    runs = ((state, len(list(same))) for state, same in groupby(states))
    return "".join(output.paint(characters[state] * length, COLORS.get(state)) for state, length in runs)


def legend(states: list[str], characters: dict[str, str], output: Output) -> list[str]:
    """Return the characters of *states* with their meanings."""
    used = set(states)
    return [
        f"{output.paint(characters[state], COLORS.get(state))} {STATES[state]}" for state in STATES if state in used
    ]


def _is_in(gaps: list[tuple[float, float]], start: float | None) -> bool:
    """Return whether *start* lies in one of *gaps*: (start, end) in seconds, in order."""
    if start is None:
        return False
    moment = start + 0.0005  # both are milliseconds, rounded as floats
    before = bisect_right(gaps, moment, key=lambda gap: gap[0])
    return before > 0 and moment < gaps[before - 1][1]


def _findings(
    title: str, findings: list[Row], playlist: str | None, output: Output, *, with_remedy: bool = True
) -> Iterator[str]:
    by_code: dict[str, list[Row]] = {}
    for finding in findings:
        by_code.setdefault(finding["code"], []).append(finding)
    if not by_code:
        return
    yield ""
    yield output.paint(title, None, bold=True)
    for code, same in by_code.items():
        severity = same[0]["severity"]
        head = output.paint(printable(f"{severity:7} {code}"), SEVERITIES.get(severity))
        yield f"  {head}  {printable(same[0]['title'])}"
        for finding in same[:MAX_LINES]:
            where = _where(finding, playlist)
            if where:
                yield f"      {where}"
        if len(same) > MAX_LINES:
            yield f"      and {len(same) - MAX_LINES} more: see --format json"
        if same[0]["remedy"] and severity != "info" and with_remedy:
            yield f"      next: {printable(same[0]['remedy'])}"


def _where(finding: Row, playlist: str | None) -> str:
    parts = [] if finding["subject"] == playlist else [finding["subject"]]
    if finding["count"] > 1:
        return printable(": ".join(part for part in (", ".join([*parts, *_range(finding)]), finding["detail"]) if part))
    if finding["line"] is not None:
        parts.append(f"line {finding['line']}")
    if finding["segment"] is not None:
        parts.append(f"segment {finding['segment']}")
    if finding["packet"] is not None:
        parts.append(f"packet {finding['packet']}")
    if finding["start"] is not None:
        parts.append(f"at {clock(finding['start'])}{_duration(finding['length'])}")
    if finding["lost"]:
        parts.append(_packets_lost(finding["lost"]))
    return printable(": ".join(part for part in (", ".join(parts), finding["detail"]) if part))


def _range(finding: Row) -> Iterator[str]:
    """Yield the location of a fault that is in several segments."""
    first, last, count = finding["segment"], finding["last_segment"], finding["count"]
    yield segment_range(first, last)
    if count > last - first + 1:
        yield f"{count} findings"
    if finding["start"] is not None:
        yield f"first at {clock(finding['start'])}"
    if finding["length"]:
        yield f"{clock(finding['length'])} in total"
    if finding["lost"]:
        yield _packets_lost(finding["lost"])


def _packets_lost(number: int) -> str:
    return f"{number} packet{'' if number == 1 else 's'} lost"


def _duration(seconds: float | None) -> str:
    if seconds is None or seconds <= 0:
        return ""
    return f" for {seconds * 1000:.0f} ms" if seconds < _SHORT else f" for {clock(seconds)}"


def _playlists(playlists: list[Row], output: Output) -> Iterator[str]:
    if not playlists:
        return
    yield ""
    yield output.paint("Playlists", None, bold=True)
    for playlist in playlists:
        ended = "ended" if playlist["ended"] else "not ended"
        content = f"{playlist['segments']} segments, {clock(playlist['duration'])}, {ended}"
        role = "" if playlist["role"] == "main" else ", superseded"
        yield printable(f"  {playlist['key']}: {content}{role}, modified {human_time(playlist['modified_at'])}")
        for version in playlist["versions"] if len(playlist["versions"]) > 1 else ():
            size = f"{version['segments']} segments, {clock(version['duration'])}"
            yield printable(f"    version of {human_time(version['modified_at'])}: {size}")


def event_lines(events: list[Row], output: Output) -> Iterator[str]:
    """Yield a line for each event of a task and its files, with its source."""
    yield ""
    yield output.paint("Events", None, bold=True)
    for line in events:
        detail = f": {line['detail']}" if line["detail"] else ""
        yield printable(f"  {human_time(line['at'])}  {line['source']:8}  {line['what']}{detail}")


def _history(known: Row, output: Output) -> Iterator[str]:
    yield ""
    yield output.paint("History", None, bold=True)
    yield f"  {human_time(known['first_seen'])}  first seen"
    for change in known["history"]:
        was = "" if change["was"] in (None, change["became"]) else f" (was {change['was']})"
        lost = f", its playlist lost {change['segments_lost']} segments" if change["segments_lost"] else ""
        yield printable(f"  {human_time(change['at'])}  {change['became']}{was}{lost}")
    scan = known["last_scan"]
    if scan:
        yield printable(f"  {human_time(scan['finished_at'])}  last scan of {scan['bucket']}")
