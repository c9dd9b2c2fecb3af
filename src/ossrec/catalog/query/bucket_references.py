"""Resolve references to buckets of the catalog, with or without a prefix, as people type them.

Standard library only, because queries load this module.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping

from ossrec.catalog.key_ranges import successor
from ossrec.catalog.query.recording_rows import buckets_by_id
from ossrec.errors import UsageProblem

_SHOWN = 6  # buckets in an error message

# A key starts with the prefix if its stem does, or if its stem is the start of the prefix and its suffix fits.
_UNDER = """
SELECT EXISTS (SELECT 1 FROM stems WHERE bucket_id = :bucket AND stem >= :prefix AND (:end IS NULL OR stem < :end))
OR EXISTS (
    SELECT 1 FROM json_each(:starts) start CROSS JOIN stems s ON s.bucket_id = :bucket AND s.stem = start.value
    CROSS JOIN objects o ON o.stem_id = s.id AND o.{suffix} >= substr(:prefix, length(s.stem) + 1)
    WHERE :end IS NULL OR s.stem || o.{suffix} < :end
)
"""


def resolve_bucket(catalog: sqlite3.Connection, given: str | None) -> tuple[str | None, str]:
    """Return the name of the bucket in the catalog and the prefix that *given* means; (None, "") if it is None.

    Raises UsageProblem for a bucket that was never scanned, and for a prefix under which the catalog has no keys, so
    that a typing error does not look like an empty result.
    """
    if given is None:
        return None, ""
    buckets = buckets_by_id(catalog)
    found = next(_possible_prefixes(given, buckets), None)
    if found is None:
        names = list(buckets.values())
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        known = f"{', '.join(names[:_SHOWN])}{more}: name one of these" if names else "no bucket: scan one first"
        raise UsageProblem(f"{given} was never scanned into this catalog, which has {known}")
    number, prefix = found
    if prefix and not _is_known(catalog, number, prefix):
        where = f"{buckets[number].rstrip('/')}/{prefix}"
        raise UsageProblem(f"no scan has found anything under {where}: check the prefix, or scan it first")
    return buckets[number], prefix


def _possible_prefixes(given: str, buckets: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Yield the (bucket, prefix) pairs that *given* may mean: as it was scanned, by its bare name, or as a path."""
    paths = () if "\0" in given else (os.path.abspath(given), os.path.realpath(given))  # noqa: PTH100
    for text in (given, f"oss://{given}", *paths):
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
    name = "suffix" if version >= 5 else "rest"  # `check` migrates an older catalog only after this query
    return bool(catalog.execute(_UNDER.format(suffix=name), values).fetchone()[0])
