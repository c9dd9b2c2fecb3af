"""Find values in a catalog that ossrec does not write: other programs may store any value of the right type.

Standard library only, because a failed query runs these checks too.
"""

import sqlite3
import time
from collections.abc import Iterator

from ossrec.findings import Severity, Verdict

_STEPS = 100_000  # virtual machine instructions of SQLite between two checks of the deadline


def _literals(*values: object) -> str:
    return ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)


def _not_one_of(*values: object) -> str:
    return f"{{0}} NOT IN ({_literals(*values)})"


def _dangling(table: str) -> str:
    return f"{{0}} NOT IN (SELECT id FROM {table})"


# SQL by column; each condition is false for every value that ossrec writes.
_NOT_AN_OBJECT = "NOT CASE WHEN json_valid({0}) THEN json_type({0}) = 'object' ELSE 0 END"
_NOT_TEXTS = """
NOT CASE WHEN json_valid({0}) THEN json_type({0}) = 'array'
    AND NOT EXISTS (SELECT 1 FROM json_each({0}) item WHERE item.type <> 'text') ELSE 0 END
"""
_INVALID = {
    "buckets.name": "{0} = ''",
    "scans.bucket_id": _dangling("buckets"),
    "scans.summary": _NOT_AN_OBJECT,
    "scans.state": "{0} = 'finished' AND finished IS NULL",
    "scans.finished": "{0} NOT BETWEEN 0 AND 253402300799",  # to the year 9999
    "recordings.bucket_id": _dangling("buckets"),
    "recordings.verdict": _not_one_of(*map(str, Verdict)),
    "recordings.depth": _not_one_of("listing", "edges", "full"),
    "recordings.reasons": _NOT_TEXTS,
    "stems.bucket_id": _dangling("buckets"),
    "stems.recording_id": _dangling("recordings"),
    "playlists.recording_id": _dangling("recordings"),
    "findings.recording_id": _dangling("recordings"),
    "findings.severity": _not_one_of(*map(int, Severity)),
    "tasks.uids": _NOT_TEXTS,
    "task_facts.uids": _NOT_TEXTS,
    "objects.kind": _not_one_of(0, 1, 2),
}


def invalid_values(catalog: sqlite3.Connection, timeout: float | None = None) -> Iterator[str]:
    """Yield a line for each column with an invalid value, with the first such value.

    It reads whole tables, and stops without an error after *timeout* seconds.
    """
    if timeout is not None:
        deadline = time.monotonic() + timeout
        catalog.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        for name, condition in _INVALID.items():
            table, _, column = name.partition(".")
            is_invalid = condition.format(column)
            sql = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL AND ({is_invalid}) LIMIT 1"
            row = catalog.execute(sql).fetchone()
            if row is not None:
                yield f"{name} is {row[0]!r:.40}"
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        catalog.set_progress_handler(None, 0)
