"""After any sequence of listings the catalog has the objects of the bucket, and only differences were written."""

import itertools
import sqlite3
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ossrec.catalog.encoding import pack_etag, pack_storage, unpack_etag
from ossrec.catalog.key_ranges import KeyRange
from ossrec.catalog.store.ingest import Ingest, IngestedPage
from ossrec.catalog.store.scans import Scan, begin_scan, bucket_number, unfinished_scan
from ossrec.catalog.store.stems import split_key
from ossrec.errors import BucketBusy
from ossrec.jobs.scan.list_bucket import list_bucket
from ossrec.jobs.session.signals import StopRequest
from ossrec.model import ObjectInfo
from tests.catalog.catalogs import held, keys
from tests.scan.bucket_maker import segment, stem
from tests.scan.memory_bucket import MemoryBucket, Stored

NOW = 1_793_000_000
ALL = KeyRange("", None)
LAST = "\U0010ffff"
names = (f"oss://example-{number}" for number in itertools.count())

# The model: a bucket listed whole, or from a prefix on.


class Step(NamedTuple):
    """The bucket at one time, and how it is listed."""

    objects: dict[str, Stored]
    prefix: str = ""
    page: int = 5  # objects
    stops: tuple[str, ...] = ()  # ends of ranges
    breaks_after: int | None = None  # pages


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """States of one bucket over time: objects are added, changed, deleted and added again."""
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
    """List the bucket, resuming an interrupted listing of the same prefix; may raise BucketBusy."""
    bucket = MemoryBucket(step.objects, size=step.page, name=name)
    bucket.fails_after = step.breaks_after
    number = bucket_number(conn, name)
    stops = sorted({stop for stop in step.stops if stop > step.prefix})
    scan = unfinished_scan(conn, number, step.prefix) or begin_scan(conn, number, step.prefix, stops, NOW)
    list_bucket(conn, bucket, scan, Ingest(conn, scan.id, number, NOW), StopRequest(), threads=2, listed=lambda _: None)
    return scan


def wanted(step: Step) -> dict[str, tuple[Any, ...]]:
    """Return the objects of a step, in the form of `held`."""
    return {
        key: (len(one.data), one.modified, one.etag, one.storage)
        for key, one in step.objects.items()
        if key.startswith(step.prefix)
    }


def beside(held_before: dict[str, tuple[Any, ...]], prefix: str) -> dict[str, tuple[Any, ...]]:
    """Return the objects outside a prefix."""
    return {key: row for key, row in held_before.items() if not key.startswith(prefix)}


@settings(max_examples=120)
@given(histories())
@example([Step({LAST * 255: Stored()}), Step({})])
@example([Step({"a/b": Stored(), "a": Stored(), "a/": Stored()}, "a", 1, ("a/",)), Step({}, "a/", 1)])
@example([Step({"2026/c.txt": Stored()}), Step({}, "2026/b")])
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


@settings(max_examples=80)
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


# One page at a time.


@pytest.fixture
def ingest(writer: sqlite3.Connection) -> Ingest:
    """The ingest of the first scan of a bucket."""
    number = bucket_number(writer, "oss://one")
    return Ingest(writer, begin_scan(writer, number, "", [], NOW).id, number, NOW)


def info(key: str, size: int = 188, etag: str = "", storage: str = "Standard", restore: str = "") -> ObjectInfo:
    return ObjectInfo(key, size, NOW, etag or "0" * 32, storage, restore)


def recording(number: int, segments: int = 5) -> list[ObjectInfo]:
    of = stem(number)
    return sorted(map(info, [f"{of}.m3u8", *(segment(of, at) for at in range(segments))]))


def test_a_page_that_says_what_is_known_writes_nothing_at_all(writer: sqlite3.Connection, ingest: Ingest) -> None:
    page = [*recording(1), *recording(2), info("2026/rid.txt")]
    page.sort()
    assert ingest.store_page(page, ALL) == IngestedPage(len(page), 0)
    before = writer.total_changes
    assert ingest.store_page(page, ALL) == IngestedPage(0, 0)
    assert ingest.store(page) == 0
    assert writer.total_changes == before


def test_a_page_that_differs_in_one_object_writes_that_object_and_marks_its_recording(
    writer: sqlite3.Connection, ingest: Ingest
) -> None:
    page = [*recording(1), *recording(2)]
    ingest.store_page(page, ALL)
    writer.execute("UPDATE recordings SET due = 0")
    before = writer.total_changes
    page[3] = page[3]._replace(size=376)
    assert ingest.store_page(page, ALL) == IngestedPage(0, 1)
    assert writer.total_changes == before + 2
    assert writer.execute("SELECT path FROM recordings WHERE due").fetchall() == [(stem(1),)]


def test_objects_that_are_added_say_nothing_of_others(writer: sqlite3.Connection, ingest: Ingest) -> None:
    page = recording(1)
    ingest.store_page(page, ALL)
    assert ingest.store([page[1]._replace(size=5), info(segment(stem(1), 40))]) == 2
    assert len(held(writer, "oss://one")) == len(page) + 1
    assert writer.execute("SELECT count(*) FROM absent").fetchone() == (0,)


def test_an_object_that_comes_back_is_new_and_not_gone_any_more(writer: sqlite3.Connection, ingest: Ingest) -> None:
    ingest.store_page(recording(1), ALL)
    writer.execute("UPDATE objects SET gone = 1")
    assert ingest.store_page(recording(1), ALL) == IngestedPage(6, 0)
    assert not held(writer, "oss://one", gone=True)


@settings(max_examples=100)
@given(st.lists(keys, min_size=1, max_size=20, unique=True))
def test_a_page_splits_every_key_as_the_naming_rule_does(shared: sqlite3.Connection, drawn: list[str]) -> None:
    name = next(names)
    list_once(shared, Step(dict.fromkeys(drawn, Stored()), page=20), name)
    rows = shared.execute(
        "SELECT s.stem, o.suffix, o.kind, s.recording_id IS NOT NULL FROM objects o JOIN stems s ON s.id = o.stem_id"
        " JOIN buckets b ON b.id = s.bucket_id WHERE b.name = ?",
        (name,),
    ).fetchall()
    expected = [(split.stem, split.suffix, split.kind, split.name is not None) for split in map(split_key, drawn)]
    assert sorted(rows) == sorted(expected)


# Values that are kept in few bytes.


@pytest.mark.parametrize(
    ("etag", "size"),
    [
        ("D41D8CD98F00B204E9800998ECF8427E", 16),
        ("D41D8CD98F00B204E9800998ECF8427E-12", 35),
        ("17f3ac2b8e1b4000-bc", 19),
        ("", 0),
        ("GG1D8CD98F00B204E9800998ECF8427E", 32),
    ],
    ids=[
        "an MD5 takes 16 bytes",
        "of a multipart upload",
        "of a file",
        "none",
        "32 characters that are no MD5",
    ],
)
def test_an_etag_survives(writer: sqlite3.Connection, ingest: Ingest, etag: str, size: int) -> None:
    packed = pack_etag(etag)
    assert len(packed) == size
    assert unpack_etag(packed) == etag
    ingest.store_page([info("a")._replace(etag=etag)], ALL)
    assert held(writer, "oss://one")["a"][2] == etag


@pytest.mark.parametrize(
    ("restore", "expected"),
    [
        ("", "Archive"),
        ('ongoing-request="true"', "Archive"),
        ('ongoing-request="false", expiry-date="Sat, 21 Nov 2026 00:00:00 GMT"', "Archive (restored)"),
    ],
    ids=["not asked for", "under way", "restored"],
)
def test_a_restored_object_is_told_from_an_archived_one(restore: str, expected: str) -> None:
    assert pack_storage("Archive", restore) == expected


def _counted(conn: sqlite3.Connection, scan: Scan) -> tuple[int, ...]:
    row = conn.execute("SELECT objects, new, changed, gone FROM scans WHERE id = ?", (scan.id,)).fetchone()
    return tuple(row)
