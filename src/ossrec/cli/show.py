"""`ossrec show`: everything that is known of one recording."""

import shutil
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.details import details
from ossrec.catalog.opening import open_catalog, snapshot
from ossrec.catalog.read import last_scan
from ossrec.catalog.references import one_recording
from ossrec.catalog.segments import Stretch
from ossrec.cli import values
from ossrec.cli.colors import SEVERITIES, VERDICTS
from ossrec.cli.options import output_options, setting
from ossrec.cli.output import Output
from ossrec.cli.text import clock, human_bytes, human_time, printable
from ossrec.cli.timeline import COLORS, STATES, axis, in_words, length_of, marks, pointers, timeline

Row = dict[str, Any]

_MOST_LINES = 30  # of gaps and of findings with one code; JSON has them all


@click.command(
    "show",
    epilog="\b\nExamples:\n"
    "  ossrec show ba1107310000565164da34f816f842da94d\n"
    "  ossrec show 2026/rid_ba1107310000565164da34f816f842da94d_lobby.m3u8 --format json",
)
@click.argument("recording", type=values.text)
@setting("catalog", "idle", "lag")
@output_options
def command(recording: str, catalog: Path, idle: float, lag: float, output: Output) -> None:
    """Show one recording: its timeline with the gaps marked, its findings with what to do next.

    RECORDING is a recordid, the key, path or file name of its playlist or of one of its segments, or an
    oss:// URL of it. In JSON nothing is left out.
    """
    with closing(open_catalog(catalog)) as conn, snapshot(conn):
        number = one_recording(conn, recording)
        for_people = output.format == "table"
        known = details(conn, number, now=time.time(), quiet_after=idle + lag, in_stretches=for_people)
        known["last_scan"] = last_scan(conn, known["bucket"])
    for finding in known["findings"]:
        finding |= _rule(finding["code"])
    output.record(known, lambda: _lines(known, output))


def _rule(code: str) -> Row:
    """What the rule table says of a code; one of a newer ossrec is shown by its code alone."""
    from ossrec.rules import RULES  # not needed before there is something to show

    rule = RULES.get(code)
    return {"title": code if rule is None else rule.title, "remedy": None if rule is None else rule.remedy}


def _lines(known: Row, output: Output) -> Iterator[str]:
    yield from _head(known, output)
    counting = [finding for finding in known["findings"] if finding["counts"]]
    yield from _drawn(known["stretches"], counting, output)
    yield from _findings("Findings", counting, known["playlist"], output)
    others = [finding for finding in known["findings"] if not finding["counts"]]
    yield from _findings("Of a playlist that does not count", others, known["playlist"], output, to_do=False)
    yield from _playlists(known["playlists"], output)
    yield from _history(known, output)


def _head(known: Row, output: Output) -> Iterator[str]:
    name = known["playlist"] or f"{known['path']} (no playlist)"
    yield output.paint(printable(f"{known['bucket'].rstrip('/')}/{name}"), None, bold=True)
    verdict = output.paint(known["verdict"], VERDICTS.get(known["verdict"]), bold=True)
    reasons = f" because of {', '.join(known['reasons'])}" if known["reasons"] else ""
    yield f"  verdict   {verdict}{printable(reasons)}, looked at to depth {known['depth']}"
    yield f"  task      {printable(known['recordid'])}"
    who = "all users, mixed" if known["uid"] is None else f"user {known['uid']}"
    also = "; the name can be read in other ways too, see `ossrec parse --all`" if known["ambiguous"] else ""
    yield printable(f"  room      {known['roomid']}, {who}{also}")
    yield from _times(known)
    expected, missing = known["segments_expected"], known["segments_missing"]
    of = "" if expected is None else f" of {expected}"
    lost = f", {missing} missing ({clock(known['missing_seconds']) or 'of unknown length'})" if missing else ""
    yield f"  segments  {known['segments_present']}{of} there{lost}, {human_bytes(known['bytes'])}"


def _times(known: Row) -> Iterator[str]:
    for word, name in (("started", "started"), ("ended", "ended")):
        if known[f"{name}_at"]:
            source = f" (from {known[f'{name}_from']})" if known[f"{name}_from"] else ""
            yield printable(f"  {word:9} {human_time(known[f'{name}_at'])} UTC{source}")
    if known["duration"] is not None:
        yield f"  length    {clock(known['duration'])}"


def _drawn(stretches: list[Stretch], findings: list[Row], output: Output) -> Iterator[str]:
    if not stretches:
        return
    width = max(20, min(shutil.get_terminal_size().columns, 160) - 4)
    signs = marks(getattr(sys.stdout, "encoding", None))
    states = timeline(stretches, width)
    yield ""
    yield "  " + "".join(output.paint(signs[state], COLORS.get(state)) for state in states)
    total = length_of(stretches)
    below = axis(total, len(states))
    gaps = [stretch for stretch in stretches if stretch.state != "present"]
    spans = [(gap.start, gap.start + (gap.length or 0.0)) for gap in gaps if gap.start is not None]
    starts = (one["start"] for one in findings if one["severity"] != "info" and not _is_in(spans, one["start"]))
    found_at = pointers(starts, total, len(states))
    yield from (f"  {line}" for line in (found_at, below) if line)
    used = [state for state in STATES if state in set(states)]
    legend = [f"{output.paint(signs[state], COLORS.get(state))} {STATES[state]}" for state in used]
    yield "  " + "  ".join(legend + (["^ a finding"] if found_at else []))
    for gap in gaps[:_MOST_LINES]:
        yield f"  {in_words(gap)}"
    if len(gaps) > _MOST_LINES:
        yield f"  and {len(gaps) - _MOST_LINES} more: see --format json"


def _is_in(gaps: list[tuple[float, float]], start: float | None) -> bool:
    """What starts there lies in one of *gaps*, which are in order: (start, end) in seconds."""
    if start is None:
        return False
    moment = start + 0.0005  # both are whole milliseconds, and neither is quite that as a float
    before = bisect_right(gaps, moment, key=lambda gap: gap[0])
    return before > 0 and moment < gaps[before - 1][1]


def _findings(
    title: str, findings: list[Row], playlist: str | None, output: Output, *, to_do: bool = True
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
        head = output.paint(f"{severity:7} {code}", SEVERITIES.get(severity))
        yield f"  {head}  {printable(same[0]['title'])}"
        for finding in same[:_MOST_LINES]:
            yield f"      {_where(finding, playlist)}"
        if len(same) > _MOST_LINES:
            yield f"      and {len(same) - _MOST_LINES} more: see --format json"
        if same[0]["remedy"] and severity != "info" and to_do:
            yield f"      next: {printable(same[0]['remedy'])}"


def _where(finding: Row, playlist: str | None) -> str:
    parts = [] if finding["subject"] == playlist else [finding["subject"]]
    if finding["line"] is not None:
        parts.append(f"line {finding['line']}")
    if finding["segment"] is not None:
        parts.append(f"segment {finding['segment']}")
    if finding["start"] is not None:
        length = f" for {clock(finding['length'])}" if finding["length"] is not None else ""
        parts.append(f"at {clock(finding['start'])}{length}")
    return printable(": ".join(part for part in (", ".join(parts), finding["detail"]) if part))


def _playlists(playlists: list[Row], output: Output) -> Iterator[str]:
    if not playlists:
        return
    yield ""
    yield output.paint("Playlists", None, bold=True)
    for playlist in playlists:
        ended = "ended" if playlist["ended"] else "not ended"
        said = f"{playlist['segments']} segments, {clock(playlist['duration'])}, {ended}"
        role = "" if playlist["role"] == "main" else ", superseded"
        yield printable(f"  {playlist['key']}: {said}{role}, of {human_time(playlist['modified_at'])}")
        for version in playlist["versions"] if len(playlist["versions"]) > 1 else ():
            size = f"{version['segments']} segments, {clock(version['duration'])}"
            yield printable(f"    version of {human_time(version['modified_at'])}: {size}")


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
