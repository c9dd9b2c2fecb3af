"""What the catalog holds after any row of listings is what the bucket held, and it is written only where it differs."""

import itertools
import sqlite3
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ossrec.catalog.intake import Intake, Taken, pack_etag, pack_storage, unpack_etag
from ossrec.catalog.keyspace import Stretch
from ossrec.catalog.scans import Scan, begin_scan, bucket_number, unfinished_scan
from ossrec.catalog.stems import split_key
from ossrec.errors import BucketBusy
from ossrec.jobs.listing import list_bucket
from ossrec.jobs.stopping import Stop
from ossrec.model import ObjectInfo
from tests.catalog.catalogs import held, keys
from tests.scan.bucket_maker import segment, stem
from tests.scan.memory_bucket import MemoryBucket, Stored

NOW = 1_793_000_000
ALL = Stretch("", None)
names = (f"oss://example-{number}" for number in itertools.count())

# The model: a bucket listed whole, or from a prefix on.


class Step(NamedTuple):
    """The bucket as it is now, and how it is listed."""

    objects: dict[str, Stored]
    prefix: str = ""
    page: int = 5  # objects
    stops: tuple[str, ...] = ()  # ends of ranges
    breaks_after: int | None = None  # pages


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """States of one bucket over time: objects come, change, go and come back."""
    pool = draw(st.lists(keys, min_size=1, max_size=14, unique=True))
    any_object = st.builds(
        Stored, st.sampled_from([b"", b"1", b"22"]), st.integers(0, 2), st.sampled_from(["Standard", "IA", "Archive"])
    )
    objects = st.dictionaries(st.sampled_from(pool), any_object)
    heads = st.sampled_from(pool).flatmap(lambda key: st.integers(1, 9).map(lambda length: key[:length]))
    stops = st.lists(st.one_of(st.sampled_from(pool), keys), max_size=3).map(tuple)
    breaks = st.one_of(st.none(), st.integers(0, 4))
    step = st.builds(Step, objects, st.one_of(st.just(""), heads), st.integers(1, 5), stops, breaks)
    return draw(st.lists(step, min_size=1, max_size=5))


def list_once(conn: sqlite3.Connection, step: Step, name: str) -> Scan:
    """List the bucket, from where the last listing of that prefix broke off; may raise BucketBusy."""
    bucket = MemoryBucket(step.objects, size=step.page, name=name)
    bucket.fails_after = step.breaks_after
    number = bucket_number(conn, name)
    stops = sorted({stop for stop in step.stops if stop > step.prefix})
    scan = unfinished_scan(conn, number, step.prefix) or begin_scan(conn, number, step.prefix, stops, NOW)
    list_bucket(conn, bucket, scan, Intake(conn, scan.id, number, NOW), Stop(), threads=2, listed=lambda _: None)
    return scan


def wanted(step: Step) -> dict[str, tuple[Any, ...]]:
    """What a listing of the step shows, as `held` has it."""
    return {
        key: (len(one.data), one.modified, one.etag, one.storage)
        for key, one in step.objects.items()
        if key.startswith(step.prefix)
    }


def beside(held_before: dict[str, tuple[Any, ...]], prefix: str) -> dict[str, tuple[Any, ...]]:
    """What a listing of a prefix says nothing of."""
    return {key: row for key, row in held_before.items() if not key.startswith(prefix)}


LAST = "\U0010ffff"


@settings(max_examples=200)
@given(histories())
@example([Step({LAST * 255: Stored()}), Step({})])
@example([Step({"a/b": Stored(), "a": Stored(), "a/": Stored()}, "a", 1, ("a/",)), Step({}, "a/", 1)])
def test_the_catalog_counts_and_holds_what_a_dict_would(shared: sqlite3.Connection, history: list[Step]) -> None:
    name = next(names)
    before: dict[str, tuple[Any, ...]] = {}
    for step in history:
        scan = list_once(shared, step._replace(breaks_after=None), name)
        after = wanted(step)
        outside = beside(before, step.prefix)
        inside = before.keys() - outside.keys()
        changed = sum(before[key] != after[key] for key in inside & after.keys())
        counts = (len(after), len(after.keys() - inside), changed, len(inside - after.keys()))
        assert _counted(shared, scan) == counts
        before = outside | after
        assert held(shared, name) == before
        assert held(shared, name, gone=True).keys().isdisjoint(before)


@settings(max_examples=120)
@given(histories())
def test_a_listing_that_breaks_off_marks_nothing_gone_and_goes_on_where_it_was(
    shared: sqlite3.Connection, history: list[Step]
) -> None:
    name = next(names)
    before: dict[str, tuple[Any, ...]] = {}
    for step in history:
        broken = False
        try:
            list_once(shared, step, name)
        except BucketBusy:
            broken = True
        if broken:
            assert held(shared, name).keys() >= before.keys()
            assert unfinished_scan(shared, bucket_number(shared, name), step.prefix) is not None
        list_once(shared, step._replace(breaks_after=None), name)
        before = beside(before, step.prefix) | wanted(step)
        assert held(shared, name) == before


def _counted(conn: sqlite3.Connection, scan: Scan) -> tuple[int, ...]:
    row = conn.execute("SELECT objects, new, changed, gone FROM scans WHERE id = ?", (scan.id,)).fetchone()
    return tuple(row)
