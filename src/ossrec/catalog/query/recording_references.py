"""Resolve references to recordings as people type them: a recordid, a key, a file name or a path."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ossrec.catalog.query.recording_rows import buckets_by_id
from ossrec.errors import UsageProblem
from ossrec.naming import parse_name, readings

_SHOWN = 6  # candidates in an error message

_BY_RECORDID = "SELECT id, bucket_id, path FROM recordings WHERE recordid = ?"
_BY_OBJECT = """
SELECT r.id, r.bucket_id, r.path FROM stems s JOIN recordings r ON r.id = s.recording_id
WHERE s.bucket_id = :bucket AND s.stem = :stem
UNION SELECT r.id, r.bucket_id, r.path FROM stems s JOIN ownership w ON w.stem_id = s.id AND w.suffix = :suffix
JOIN recordings r ON r.id = w.recording_id WHERE s.bucket_id = :bucket AND s.stem = :stem
"""


class Candidate(NamedTuple):
    """A recording that a reference may mean."""

    recording_id: int
    bucket_id: int
    path: str


def resolve_recording(catalog: sqlite3.Connection, reference: str) -> int:
    """Return the number of the recording that *reference* means.

    A reference is a recordid, the key or file name of a playlist or segment, the path of a
    recording (a key without its suffix), or any of these after the name of the bucket; a path in
    the file system works if the bucket is a folder. Raises UsageProblem if no recording matches, or
    several do.
    """
    buckets = buckets_by_id(catalog)
    found: dict[int, Candidate] = {}
    for bucket_id, key in _possible_keys(buckets, reference):
        found |= {candidate.recording_id: candidate for candidate in _candidates(catalog, buckets, bucket_id, key)}
        if found:
            break
    if not found:
        raise UsageProblem(f"the catalog has no recording {reference}: `ossrec find` lists all recordings")
    if len(found) > 1:
        names = sorted(f"{buckets[one.bucket_id].rstrip('/')}/{one.path}" for one in found.values())
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise UsageProblem(f"{len(names)} recordings match {reference}: name one of {', '.join(names[:_SHOWN])}{more}")
    return next(iter(found))


def _possible_keys(buckets: dict[int, str], reference: str) -> Iterator[tuple[int | None, str]]:
    """Yield the (bucket, key) pairs that *reference* may mean; the bucket is None for any bucket."""
    # Path would normalize some keys, so these are strings; a text with NUL is not a path.
    paths = () if "\0" in reference else (os.path.abspath(reference), os.path.realpath(reference))  # noqa: PTH100
    for text in (reference, *paths):
        for number, name in buckets.items():
            if text.startswith(name.rstrip("/") + "/"):
                yield number, text[len(name.rstrip("/")) + 1 :]
    if "://" not in reference:
        yield None, reference


def _candidates(
    catalog: sqlite3.Connection, buckets: dict[int, str], bucket_id: int | None, key: str
) -> list[Candidate]:
    names = readings(key) or readings(f"{key}.m3u8")
    wanted = {name.folder + name.stem for name in names}
    of_task = [one for text in {name.recordid for name in names} for one in _by_recordid(catalog, bucket_id, text)]
    found = [one for one in of_task if one.path in wanted]
    if not found:  # a file name, or the end of a path
        found = [one for one in of_task if any(one.path.endswith(f"/{path}") for path in wanted)]
    if not found:
        found = list(_by_recordid(catalog, bucket_id, key))
    return found or list(_owners(catalog, buckets if bucket_id is None else [bucket_id], key))


def _by_recordid(catalog: sqlite3.Connection, bucket_id: int | None, recordid: str) -> Iterator[Candidate]:
    found = map(Candidate._make, catalog.execute(_BY_RECORDID, (recordid,)))
    return (one for one in found if bucket_id in (None, one.bucket_id))


def _owners(catalog: sqlite3.Connection, bucket_ids: Iterable[int], key: str) -> Iterator[Candidate]:
    """Yield the recordings that own the object *key*, by its name or because their playlist names it."""
    name = parse_name(key)
    stem = key[: key.rfind("/") + 1] if name is None else name.prefix
    for number in bucket_ids:
        rows = catalog.execute(_BY_OBJECT, {"bucket": number, "stem": stem, "suffix": key[len(stem) :]})
        yield from map(Candidate._make, rows)
