"""Read stored inspections as plain values for `show`."""

import sqlite3

from ossrec.catalog.query.recording_rows import Row
from ossrec.catalog.times import iso_seconds

_STORED = (
    "depth", "inspected", "failure", "detail", "bytes_read", "packet_size", "packets", "first_pts", "video", "audio",
)  # fmt: skip
# Of `inspections l`; `faults` need not be JSON in a catalog that another program has edited.
INSPECTION_COLUMNS = f"""
{", ".join(f"l.{name} AS {name}" for name in _STORED)}, l.duration_ms AS measured_ms,
CASE WHEN l.faults IS NULL THEN 0 WHEN json_valid(l.faults) THEN json_array_length(l.faults) END AS fault_count
"""
# An inspection counts as long as the object *o* has the ETag that was inspected.
INSPECTION_JOIN = "LEFT JOIN inspections l ON l.stem_id = o.stem_id AND l.suffix = o.suffix AND l.etag = o.etag"

Formats = dict[int, Row]


def named_rows(catalog: sqlite3.Connection, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
    """Execute a query with rows whose values have the names of their columns."""
    cursor = catalog.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(sql, values)


def formats_by_number(catalog: sqlite3.Connection) -> Formats:
    """Return the formats of all streams by their number; there are few."""
    names = {"video": ("codec", "width", "height"), "audio": ("codec", "sample_rate", "channels")}
    every = ("codec", "width", "height", "sample_rate", "channels")
    rows = named_rows(catalog, "SELECT id, kind, codec, width, height, sample_rate, channels FROM formats")
    return {row["id"]: {name: row[name] for name in names.get(row["kind"], every)} for row in rows}


def shown_inspection(stored: sqlite3.Row, formats: Formats) -> Row | None:
    """Return the inspection in the `INSPECTION_COLUMNS` of a row, None if there is none; in seconds and bytes."""
    if stored["depth"] is None:
        return None
    return {
        "depth": stored["depth"],
        "inspected_at": iso_seconds(stored["inspected"]),
        "failure": stored["failure"],
        "detail": stored["detail"],
        "bytes_read": stored["bytes_read"],
        "packet_size": stored["packet_size"],
        "packets": stored["packets"],
        "start_pts": stored["first_pts"],
        "length": None if stored["measured_ms"] is None else stored["measured_ms"] / 1000,
        "video": formats.get(stored["video"]),
        "audio": formats.get(stored["audio"]),
        "faults": stored["fault_count"],
    }
