"""The contract of `protocol.Bucket`, tested against every implementation."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ossrec.errors import ObjectMissing, ObjectTooLarge, UsageProblem
from ossrec.model import Body, Cursor, Page
from tests.buckets.sample_buckets import MODIFIED, Fill, all_keys, all_objects, all_pages, fill_folder, fill_oss, wrap
from tests.oss_server import OssServer

HARD_ORDER = ["a", "a!", "a+b", "a-b", "a.b", "b/a", "b/c/d", "b-a", "b0", "é", "日本/x y.ts", "\ufffd", "😀"]


@pytest.fixture(params=["folder", "OSS", "OSS with V1", "folder, wrapped", "OSS, wrapped"])
def fill(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fill]:
    """Makes a bucket that holds just the objects it is given."""
    kind, _, how = str(request.param).partition(", ")
    if kind == "folder":
        plain = fill_folder(tmp_path)
        yield (lambda objects: wrap(plain(objects))) if how else plain
        return
    with OssServer() as server:
        plain = fill_oss(server, signing="v1" if kind.endswith("V1") else "v4")
        yield (lambda objects: wrap(plain(objects))) if how else plain


def test_every_object_is_listed_with_what_is_known_of_it(fill: Fill) -> None:
    listed = all_objects(fill({"b.ts": b"12345", "a/x.m3u8": b""}))
    assert [(item.key, item.size, item.modified) for item in listed] == [
        ("a/x.m3u8", 0, MODIFIED),
        ("b.ts", 5, MODIFIED),
    ]
    assert all(item.etag and '"' not in item.etag for item in listed)
    assert {(item.storage, item.restore) for item in listed} == {("Standard", "")}


def test_keys_come_in_byte_order_of_their_utf8(fill: Fill) -> None:
    bucket = fill(dict.fromkeys(reversed(HARD_ORDER), b""))
    assert all_keys(bucket) == sorted(HARD_ORDER, key=str.encode)


def test_an_empty_bucket_is_one_empty_page(fill: Fill) -> None:
    assert fill({}).page() == Page([], None)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        pytest.param("b", ["b-a", "b/a", "b/c/d", "b0"], id="a prefix may end within a name"),
        pytest.param("b/", ["b/a", "b/c/d"], id="a folder"),
        pytest.param("b/c", ["b/c/d"], id="within a folder's name"),
        pytest.param("b/c/", ["b/c/d"], id="a folder in a folder"),
        pytest.param("b/c/d", ["b/c/d"], id="a whole key"),
        pytest.param("b/c/d/", [], id="a file as if it were a folder"),
        pytest.param("日本/x ", ["日本/x y.ts"], id="not ASCII, with a space"),
        pytest.param("zzz", [], id="nothing there"),
        pytest.param("/", [], id="a slash alone"),
        pytest.param("b//", [], id="an empty name"),
        pytest.param("../", [], id="out of the bucket"),
        pytest.param("b/./", [], id="a step that leads nowhere"),
        pytest.param("b\0/", [], id="a NUL"),
        pytest.param("x" * 300 + "/", [], id="a name longer than any"),
    ],
)
def test_a_prefix_cuts_out_what_starts_with_it(fill: Fill, prefix: str, expected: list[str]) -> None:
    assert all_keys(fill(dict.fromkeys(HARD_ORDER, b"")), prefix) == expected


@pytest.mark.parametrize(
    ("prefix", "after", "until", "expected"),
    [
        pytest.param("", "b/a", None, ["b/c/d", "b0"], id="after is left out"),
        pytest.param("", "b/b", None, ["b/c/d", "b0"], id="after need not exist"),
        pytest.param("", "b/", None, ["b/a", "b/c/d", "b0"], id="after a folder's name come its keys"),
        pytest.param("", "b/zz", None, ["b0"], id="after the last key of a folder"),
        pytest.param("", "b.", None, ["b/a", "b/c/d", "b0"], id="after what stands just before a folder"),
        pytest.param("", "z", None, [], id="after everything"),
        pytest.param("", "", "b/a", ["a", "b-a", "b/a"], id="until is part of it"),
        pytest.param("", "", "b/b", ["a", "b-a", "b/a"], id="until need not exist"),
        pytest.param("", "", "b/", ["a", "b-a"], id="until a folder's name ends before its keys"),
        pytest.param("", "", "A", [], id="until before everything"),
        pytest.param("", "b-a", "b/c/d", ["b/a", "b/c/d"], id="a range"),
        pytest.param("", "b/a", "b/a", [], id="an empty range"),
        pytest.param("b/", "b/a", "b0", ["b/c/d"], id="a range within a prefix"),
        pytest.param("b/", "a", "c", ["b/a", "b/c/d"], id="a range around a prefix"),
        pytest.param("b/", "c", None, [], id="after the whole prefix"),
    ],
)
def test_a_range_of_keys(fill: Fill, prefix: str, after: str, until: str | None, expected: list[str]) -> None:
    bucket = fill(dict.fromkeys(["a", "b-a", "b/a", "b/c/d", "b0"], b""))
    assert all_keys(bucket, prefix, after, until) == expected


def test_pages_hold_a_thousand_objects_and_lead_on_with_or_without_the_token(fill: Fill) -> None:
    keys = [f"{n // 700}/{n:04}" for n in range(2001)]
    bucket = fill(dict.fromkeys(keys, b""))
    pages = all_pages(bucket)
    assert [len(page.objects) for page in pages if page.objects] == [1000, 1000, 1]
    following = pages[0].next
    assert following is not None
    assert following.after == keys[999]
    second = [item.key for item in bucket.page("", following).objects]
    assert second == keys[1000:2000]
    assert [item.key for item in bucket.page("", Cursor(following.after)).objects] == second
    assert [item.key for item in bucket.page("", following).objects] == second  # the same one again
    assert bucket.page("", Cursor(following.after), until=keys[1999]).next is None


def test_two_listings_do_not_disturb_each_other(fill: Fill) -> None:
    bucket = fill({f"{n:04}": b"" for n in range(1500)})
    first, second = bucket.page(), bucket.page("1")
    assert first.next is not None
    assert len(second.objects) == 500
    assert len(bucket.page("", first.next).objects) == 500


def test_an_unknown_token_is_no_obstacle(fill: Fill) -> None:
    bucket = fill({"a": b"", "b": b""})
    assert [item.key for item in bucket.page("", Cursor("a", "from long ago!")).objects] == ["b"]


def test_what_is_no_text_can_not_be_listed(fill: Fill) -> None:
    with pytest.raises(UsageProblem, match="not Unicode text"):
        fill({}).page("\ud800")


def test_a_body_comes_with_size_time_and_the_etag_of_the_listing(fill: Fill) -> None:
    bucket = fill({"a b+%25/é#?.ts": b"hello", "empty": b""})
    etags = {item.key: item.etag for item in bucket.page().objects}
    key = "a b+%25/é#?.ts"
    assert bucket.read(key, limit=5) == Body(b"hello", 5, etags[key], MODIFIED)
    assert bucket.read("empty", limit=0) == Body(b"", 0, etags["empty"], MODIFIED)


def test_the_etag_follows_the_content(fill: Fill) -> None:
    before = fill({"a": b"one"}).page().objects[0].etag
    assert fill({"a": b"three"}).page().objects[0].etag != before


@pytest.mark.parametrize("limit", [0, 4])
def test_nothing_larger_than_the_limit_is_read(fill: Fill, limit: int) -> None:
    with pytest.raises(ObjectTooLarge, match=f"'a'.* 5 bytes.* the limit is {limit}: "):
        fill({"a": b"12345"}).read("a", limit=limit)


@pytest.mark.parametrize(
    "key",
    ["nope", "a/nope", "a", "a/", "", ".", "..", "../a", "a/../f", "/f", "a//x", "f/x", "\0", "x" * 300, "\ud800"],
    ids=ascii,
)
def test_a_key_that_is_not_there_is_missing(fill: Fill, key: str) -> None:
    bucket = fill({"a/x": b"", "f": b"secret"})
    for error in (ObjectMissing, FileNotFoundError):
        with pytest.raises(error) as caught:
            bucket.read(key, limit=10)
        assert "\n" not in str(caught.value)
    with pytest.raises(ObjectMissing):
        bucket.read_range(key, 0, 1)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        pytest.param(0, 10, b"0123456789", id="all of it"),
        pytest.param(0, 1, b"0", id="the first byte"),
        pytest.param(9, 10, b"9", id="the last byte"),
        pytest.param(3, 7, b"3456", id="the middle"),
        pytest.param(7, 99, b"789", id="clipped at the end"),
        pytest.param(0, 99, b"0123456789", id="more than there is"),
        pytest.param(10, 20, b"", id="from the end on"),
        pytest.param(50, 60, b"", id="past the end"),
        pytest.param(4, 4, b"", id="no bytes"),
        pytest.param(10, 10, b"", id="no bytes at the end"),
    ],
)
def test_a_range_of_bytes(fill: Fill, start: int, stop: int, expected: bytes) -> None:
    bucket = fill({"a": b"0123456789"})
    etag = bucket.page().objects[0].etag
    assert bucket.read_range("a", start, stop) == Body(expected, 10, etag, MODIFIED)


def test_no_range_of_an_empty_object_holds_a_byte(fill: Fill) -> None:
    bucket = fill({"a": b""})
    assert bucket.read_range("a", 0, 100).data == b""
    assert bucket.read_range("a", 5, 100).size == 0


@pytest.mark.parametrize(("start", "stop"), [(-1, 1), (2, 1)])
def test_what_is_no_range_is_refused(fill: Fill, start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="is not a range"):
        fill({"a": b"1"}).read_range("a", start, stop)


def test_it_may_be_used_from_many_threads(fill: Fill) -> None:
    keys = [f"{n % 7}/{n:04}" for n in range(1200)]
    bucket = fill({key: key.encode() for key in keys})
    with ThreadPoolExecutor(8) as pool:
        listings = [pool.submit(all_keys, bucket) for _ in range(8)]
        bodies = list(pool.map(lambda key: bucket.read(key, limit=10).data, keys[:200]))
        assert all(listing.result() == sorted(keys) for listing in listings)
    assert bodies == [key.encode() for key in keys[:200]]


def test_name_and_address_say_which_bucket_it_is(fill: Fill) -> None:
    bucket = fill({})
    assert bucket.name.startswith(("oss://", "/"))
    assert bucket.address.bucket in ("", "recordings")
    assert bucket.name in repr(bucket)


_numbers = count()
segments = st.text("ab.-0/é \U0001f600", min_size=1, max_size=6)


def is_plain(key: str) -> bool:
    return all(part and not part.startswith(".") for part in key.split("/"))


def without_folders(keys: set[str]) -> list[str]:
    """*keys* less those that a file system would need to be file and folder at once."""
    return [key for key in keys if not any(other.startswith(f"{key}/") for other in keys)]


@pytest.mark.parametrize("kind", ["folder", "OSS"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(segments.filter(is_plain), max_size=12).map(without_folders),
    st.text("ab.-0/é", max_size=3),
    st.one_of(st.just(""), segments),
    st.one_of(st.none(), segments),
)
def test_a_listing_is_the_sorted_keys_cut_as_asked(
    server: OssServer, kind: str, keys: list[str], prefix: str, after: str, until: str | None
) -> None:
    wanted = [
        key
        for key in sorted(keys, key=str.encode)
        if key.startswith(prefix) and key > after and (until is None or key <= until)
    ]
    with tempfile.TemporaryDirectory() as folder:
        fill = fill_folder(Path(folder)) if kind == "folder" else fill_oss(server, f"bucket-{next(_numbers)}")
        bucket = fill(dict.fromkeys(keys, b""))
        assert all_keys(bucket, prefix, after, until) == wanted
        assert all_keys(bucket, prefix, after) == [
            key for key in sorted(keys) if key > after and key.startswith(prefix)
        ]
