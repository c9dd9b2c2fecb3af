"""Reads stored inspections as plain values for `show`."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from ossrec.catalog.query.recording_rows import Row
from ossrec.catalog.times import iso_seconds

# Of `inspections l`; the notes of a catalog that somebody else wrote need not be JSON.
INSPECTION_COLUMNS = """
l.depth, l.inspected, l.failure, l.detail, l.bytes_read, l.packet_size, l.packets, l.first_pts, l.duration_ms,
l.video, l.audio, CASE WHEN l.faults IS NULL THEN 0 WHEN json_valid(l.faults) THEN json_array_length(l.faults) END
"""
# An inspection counts as long as the object *o* has the ETag that was inspected.
INSPECTION_JOIN = "LEFT JOIN inspections l ON l.stem_id = o.stem_id AND l.suffix = o.suffix AND l.etag = o.etag"

Formats = dict[int, Row]


def formats_by_number(catalog: sqlite3.Connection) -> Formats:
    """Return the formats of all streams by their number; there are few."""
    names = ("codec", "width", "height", "sample_rate", "channels")
    rows = catalog.execute(f"SELECT id, kind, {', '.join(names)} FROM formats")
    wanted = {"video": names[:3], "audio": (names[0], *names[3:])}
    found = {}
    for number, kind, *content in rows:
        values = dict(zip(names, content, strict=True))
        found[number] = {name: values[name] for name in wanted.get(kind, names)}
    return found


def inspection_row(stored: Sequence[Any], formats: Formats) -> Row | None:
    """Return the inspection selected by `INSPECTION_COLUMNS`, None if there is none; in seconds and bytes."""
    (
        depth, inspected, failure, detail, bytes_read, packet_size, packets, first_pts, duration_ms, video, audio,
        faults,
    ) = stored  # fmt: skip
    if depth is None:
        return None
    return {
        "depth": depth,
        "inspected_at": iso_seconds(inspected),
        "failure": failure,
        "detail": detail,
        "bytes_read": bytes_read,
        "packet_size": packet_size,
        "packets": packets,
        "start_pts": first_pts,
        "length": None if duration_ms is None else duration_ms / 1000,
        "video": formats.get(video),
        "audio": formats.get(audio),
        "faults": faults,
    }
