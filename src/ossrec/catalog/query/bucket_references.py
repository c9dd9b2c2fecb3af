"""A bucket of the catalog, and a prefix in it, as people name them.

Standard library only: this is on the path of queries.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping

from ossrec.catalog.key_ranges import successor
from ossrec.catalog.query.recording_rows import buckets_by_id
from ossrec.errors import UsageProblem

_SHOWN = 6  # buckets in an error message

# Keys are stems and suffixes: those of a stem that is longer than the prefix, or whose stem is the start of it.
_UNDER = """
SELECT EXISTS (SELECT 1 FROM stems WHERE bucket_id = :bucket AND stem >= :prefix AND (:end IS NULL OR stem < :end))
OR EXISTS (
    SELECT 1 FROM json_each(:starts) start CROSS JOIN stems s ON s.bucket_id = :bucket AND s.stem = start.value
    CROSS JOIN objects o ON o.stem_id = s.id AND o.{suffix} >= substr(:prefix, length(s.stem) + 1)
    WHERE :end IS NULL OR s.stem || o.{suffix} < :end
)
"""


def resolve_bucket(catalog: sqlite3.Connection, given: str | None) -> tuple[str | None, str]:
    """The bucket as the catalog names it, and the prefix in it; (None, "") if none is *given*.

    Raises UsageProblem for a bucket that was never scanned, and for a prefix under which the catalog knows nothing:
    a slip of the pen must not read as nothing found.
    """
    if given is None:
        return None, ""
    buckets = buckets_by_id(catalog)
    found = next(_places(given, buckets), None)
    if found is None:
        names = list(buckets.values())
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        held = f"{', '.join(names[:_SHOWN])}{more}" if names else "no bucket"
        raise UsageProblem(f"{given} was never scanned into this catalog, which holds {held}: name one that it holds")
    number, prefix = found
    if prefix and not _is_known(catalog, number, prefix):
        where = f"{buckets[number].rstrip('/')}/{prefix}"
        raise UsageProblem(f"no scan has found anything under {where}: check the prefix, or scan it first")
    return buckets[number], prefix


def _places(given: str, buckets: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """(bucket, prefix) that *given* may mean: as it was scanned, by its bare name, or as a path."""
    ways = () if "\0" in given else (os.path.abspath(given), os.path.realpath(given))  # noqa: PTH100
    for text in (given, f"oss://{given}", *ways):
        for number, name in buckets.items():
            if text.rstrip("/") == name.rstrip("/"):
                yield number, ""
            elif text.startswith(name.rstrip("/") + "/"):
                yield number, text[len(name.rstrip("/")) + 1 :]


def _is_known(catalog: sqlite3.Connection, bucket: int, prefix: str) -> bool:
    values = {
        "bucket": bucket,
        "prefix": prefix,
        "end": successor(prefix),
        "starts": json.dumps([prefix[:length] for length in range(len(prefix))]),
    }
    (version,) = catalog.execute("PRAGMA user_version").fetchone()
    sql = _UNDER.format(suffix="suffix" if version >= 5 else "rest")  # `check` asks before it migrates a catalog
    return bool(catalog.execute(sql, values).fetchone()[0])
