"""Everything in the catalog about one recording."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from ossrec.catalog.connection.open_reader import snapshot
from ossrec.catalog.details.damage import RANK, Damage, SegmentRef, damage_row, damages
from ossrec.catalog.details.finding_groups import grouped_findings
from ossrec.catalog.details.parts import RecordingPart, in_order, parts_of
from ossrec.catalog.details.segment_states import held_by, inspection_state, segment_rows
from ossrec.catalog.details.state_runs import segment_state_runs
from ossrec.catalog.encoding import unpack_etag
from ossrec.catalog.query.recording_rows import COLUMNS, Row, SelectedRecording, buckets_by_id, recording_row
from ossrec.catalog.tasks.history import task_events
from ossrec.catalog.tasks.task_list import TaskFilter, find_tasks
from ossrec.catalog.times import iso, iso_seconds
from ossrec.findings import JUST_STARTED, NO_ENDLIST, Severity

_FINDINGS = """
SELECT playlist_id, code, severity, source, subject, detail, line, segment, start, length, packet, lost FROM findings
WHERE recording_id = ?
ORDER BY severity DESC, code, detail LIKE 'and % more of the same', coalesce(segment, -1), coalesce(line, -1), id
"""
_PLAYLISTS = """
SELECT p.id, s.stem || p.suffix, p.role, p.kind, p.ended, p.segments, p.duration, p.target_duration,
       p.program_ms, p.etag, p.size, p.modified, p.read
FROM playlists p JOIN stems s ON s.id = p.stem_id WHERE p.recording_id = ?
ORDER BY p.role, p.modified DESC, p.id
"""
_VERSIONS = """
SELECT etag, size, modified, seen, segments, duration FROM playlist_versions
WHERE playlist_id = ? ORDER BY seen, modified
"""
_HISTORY = """
SELECT c.scan_id, s.started, c.was, c.became, c.segments_lost FROM changes c JOIN scans s ON s.id = c.scan_id
WHERE c.recording_id = ? ORDER BY c.scan_id
"""


def details(catalog: sqlite3.Connection, number: int, *, now: float, quiet_after: float, as_runs: bool = False) -> Row:
    """Return the row of a recording with its findings, playlists, segments, damage and history.

    ``segments`` are those of the playlists that count, in the order in which their recorders took over; without a
    playlist, those in the bucket, in order of key. Their ``state`` is a `SegmentState`, or not_inspected: present, but
    not inspected although others were, or impossible to inspect. ``inspection`` is the last inspection, ``damage`` the
    kinds of damage in the segment, the worst first. With *as_runs* there is a list of `StateRun` in ``runs`` instead.

    ``damage`` is a list of `Damage` as plain values, in order of time. ``task`` is the row of `find_tasks`, and
    ``events`` everything that happened to the task and the recording, from any source.

    A finding ``counts`` unless it is about a playlist that does not count for the verdict: another upload of it is
    more complete, it is no longer in the bucket, the recorder has only begun to write it, or another recorder took
    over at its end. Findings that repeat one fault in consecutive segments are one row (`grouped_findings`).
    """
    with snapshot(catalog):
        stored = catalog.execute(
            f"SELECT {COLUMNS} FROM recordings WHERE id = :id",
            {"id": number, "quiet_before": now - quiet_after},
        ).fetchone()
        parts = parts_of(catalog, number)
        listed = in_order(catalog, number, parts)
        row = recording_row(SelectedRecording(*stored), buckets_by_id(catalog))
        found = list(_findings(catalog, number, parts, dict(listed)))
        for finding in found:
            finding["counts"] &= finding["code"] not in JUST_STARTED or finding["code"] in row["reasons"]
        damage = damages(found, [one.offset / 1000 for one in listed], partial(held_by, catalog, listed))
        inspections = inspection_state(catalog, number, row["inspected_at"] is not None)
        segments: Row = (
            {"runs": segment_state_runs(catalog, number, listed, inspections)}
            if as_runs
            else {"segments": _with_damage(segment_rows(catalog, number, listed, inspections), damage)}
        )
        return {
            **row,
            "damage": [damage_row(one) for one in damage],
            "findings": grouped_findings(found),
            "playlists": list(_playlists(catalog, number)),
            **segments,
            "task": next(find_tasks(catalog, TaskFilter(row["recordid"]), now=now, quiet_after=quiet_after), None),
            "events": task_events(catalog, row["recordid"], number),
            "history": [
                {"scan": scan, "at": iso_seconds(at), "was": was, "became": became, "segments_lost": lost}
                for scan, at, was, became, lost in catalog.execute(_HISTORY, (number,))
            ],
        }


def _with_damage(segments: Iterable[Row], damage: Iterable[Damage]) -> list[Row]:
    """Return *segments*, each with its kinds of damage, the worst first."""
    kinds: dict[SegmentRef, set[str]] = {}
    for one in damage:
        if one.segment is not None:
            kinds.setdefault((one.part, one.segment), set()).add(one.kind)
    found = []
    for segment in segments:
        here = kinds.get((segment["part"], segment["number"]), ())
        segment["damage"] = sorted(here, key=RANK.__getitem__, reverse=True)
        found.append(segment)
    return found


def _findings(
    catalog: sqlite3.Connection, number: int, parts: Mapping[int, RecordingPart], offsets: Mapping[int, int]
) -> Iterator[Row]:
    """Yield the findings, the worst first; *offsets* has the ms at which each playlist begins in the recording."""
    last = max((part.recorder for part in parts.values()), default=-1)
    for playlist_id, *stored in catalog.execute(_FINDINGS, (number,)):
        finding = _finding(*stored)
        part = parts.get(playlist_id)
        counts = part is not None and part.is_same and (part.recorder == last or finding["code"] != NO_ENDLIST)
        if finding["start"] is not None and playlist_id in offsets:  # seconds from the start of its playlist
            finding["start"] += offsets[playlist_id] / 1000
        yield finding | {"counts": playlist_id is None or counts}


def _finding(
    code: str,
    severity: int,
    source: str,
    subject: str,
    detail: str,
    line: int | None,
    segment: int | None,
    start: float | None,
    length: float | None,
    packet: int | None,
    lost: int | None,
) -> Row:
    return {
        "code": code,
        "severity": Severity(severity).name.lower(),
        "source": source,
        "subject": subject,
        "detail": detail,
        "line": line,
        "segment": segment,
        "start": start,
        "length": length,
        "packet": packet,
        "lost": lost,
    }


def _playlists(catalog: sqlite3.Connection, number: int) -> Iterator[Row]:
    """Yield the playlists of a recording that were read, with every version that was seen."""
    for stored in catalog.execute(_PLAYLISTS, (number,)).fetchall():
        (
            playlist_id,
            key,
            role,
            kind,
            ended,
            segments,
            duration,
            target,
            program_ms,
            etag,
            size,
            modified,
            read,
        ) = stored
        versions = catalog.execute(_VERSIONS, (playlist_id,))
        yield {
            "key": key,
            "role": role,
            "kind": kind,
            "ended": None if ended is None else bool(ended),
            "segments": segments,
            "duration": duration,
            "target_duration": target,
            "program_at": iso(program_ms),
            "etag": unpack_etag(etag),
            "bytes": size,
            "modified_at": iso_seconds(modified),
            "read_at": iso_seconds(read),
            "versions": [_version(*version) for version in versions],
        }


def _version(etag: bytes, size: int, modified: int, seen: int, segments: int | None, duration: float | None) -> Row:
    return {
        "etag": unpack_etag(etag),
        "bytes": size,
        "modified_at": iso_seconds(modified),
        "seen_at": iso_seconds(seen),
        "segments": segments,
        "duration": duration,
    }
