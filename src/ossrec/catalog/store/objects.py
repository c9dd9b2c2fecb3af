"""Find single objects by key, and the bucket and listed prefix of a recording."""

import sqlite3

from ossrec.catalog.store.stems import split_key

_ETAG = """
SELECT o.etag FROM stems s JOIN objects o ON o.stem_id = s.id
WHERE s.bucket_id = (SELECT bucket_id FROM recordings WHERE id = ?) AND s.stem = ? AND o.suffix = ? AND o.gone IS NULL
"""
_BUCKET = "SELECT b.id, b.name FROM recordings r JOIN buckets b ON b.id = r.bucket_id WHERE r.id = ?"
_PREFIXES = "SELECT DISTINCT prefix FROM scans WHERE bucket_id = ? AND kind = 'scan' AND finished IS NOT NULL"


def etag_of(catalog: sqlite3.Connection, recording_id: int, key: str) -> bytes | None:
    """Return the packed ETag of an object in the bucket of a recording by the last listing; None if it is missing."""
    split = split_key(key)
    row = catalog.execute(_ETAG, (recording_id, split.stem, split.suffix)).fetchone()
    return None if row is None else bytes(row[0])


def bucket_of(catalog: sqlite3.Connection, recording_id: int) -> str:
    """Return the name of the bucket that a recording is in."""
    return str(catalog.execute(_BUCKET, (recording_id,)).fetchone()[1])


def listed_prefix(catalog: sqlite3.Connection, recording_id: int, path: str) -> str:
    """Return the shortest listed prefix that *path* starts with; objects outside it may or may not exist."""
    bucket_id = catalog.execute(_BUCKET, (recording_id,)).fetchone()[0]
    prefixes = (prefix for (prefix,) in catalog.execute(_PREFIXES, (bucket_id,)))
    return min((prefix for prefix in prefixes if path.startswith(prefix)), key=len, default="")
