"""Whether what the catalog holds is what ossrec writes; SQLite lets other programs write anything of the right type.

Standard library only: a failed query asks it too.
"""

import sqlite3
import time
from collections.abc import Iterator

from ossrec.findings import Severity, Verdict

_STEPS = 100_000  # of SQLite's machine between two looks at the clock


def _words(*words: object) -> str:
    return ", ".join(f"'{word}'" if isinstance(word, str) else str(word) for word in words)


def _outside(*words: object) -> str:
    return f"{{0}} NOT IN ({_words(*words)})"


def _lost(table: str) -> str:
    return f"{{0}} NOT IN (SELECT id FROM {table})"


# In a catalog without rows of another program none of these is true of any value.
_JSON = "NOT CASE WHEN json_valid({0}) THEN json_type({0}) = 'object' ELSE 0 END"
_TEXTS = """
NOT CASE WHEN json_valid({0}) THEN json_type({0}) = 'array'
    AND NOT EXISTS (SELECT 1 FROM json_each({0}) one WHERE one.type <> 'text') ELSE 0 END
"""
_WRONG = {
    "buckets.name": "{0} = ''",
    "scans.bucket_id": _lost("buckets"),
    "scans.summary": _JSON,
    "scans.state": "{0} = 'finished' AND finished IS NULL",
    "scans.finished": "{0} NOT BETWEEN 0 AND 253402300799",  # to the year 9999
    "recordings.bucket_id": _lost("buckets"),
    "recordings.verdict": _outside(*map(str, Verdict)),
    "recordings.depth": _outside("listing", "edges", "full"),
    "recordings.reasons": _TEXTS,
    "stems.bucket_id": _lost("buckets"),
    "stems.recording_id": _lost("recordings"),
    "playlists.recording_id": _lost("recordings"),
    "findings.recording_id": _lost("recordings"),
    "findings.severity": _outside(*map(int, Severity)),
    "tasks.uids": _TEXTS,
    "task_facts.uids": _TEXTS,
    "objects.kind": _outside(0, 1, 2),
}


def unsound(catalog: sqlite3.Connection, patience: float | None = None) -> Iterator[str]:
    """Columns with a value that ossrec does not write, and the first such value.

    Looks at whole tables: after *patience*, in seconds, it tells no more.
    """
    if patience is not None:
        until = time.monotonic() + patience
        catalog.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        for place, wrong in _WRONG.items():
            table, _, column = place.partition(".")
            asked = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL AND ({wrong.format(column)}) LIMIT 1"
            row = catalog.execute(asked).fetchone()
            if row is not None:
                yield f"{place} is {row[0]!r:.40}"
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        catalog.set_progress_handler(None, 0)
