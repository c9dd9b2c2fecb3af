"""Listings: the selection of keys against a rule applied to one key at a time, and pages as clients see them."""

from datetime import UTC, datetime

import oss2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_oss.clients import RawClient, client
from tests.oss_server import OssServer
from tests.oss_server.errors import OssError
from tests.oss_server.listing import Wanted, index_past, make_token, read_token, select
from tests.oss_server.markup import encode, escape
from tests.oss_server.store import Bucket

HARD_NAMES = [
    "a",
    "a b",
    "a+b",
    "a%2Fb",
    "a&b",
    "a<b>",
    "é",
    "\uffee",
    "\U0001f600",
    "~",
    "a/b",
    "a/b/c",
    "'\"",
    "a\x01b",
]
NAMES = st.text(st.sampled_from("ab/-\U0010ffff"), max_size=5)


def rolled(keys: list[str], wanted: Wanted) -> list[str]:
    """What a listing without pages holds: keys and common prefixes, each once, in order."""
    items: list[str] = []
    for key in sorted(keys, key=str.encode):
        if not key.startswith(wanted.prefix):
            continue
        rest = key[len(wanted.prefix) :]
        head, delimiter, _ = rest.partition(wanted.delimiter) if wanted.delimiter else (rest, "", "")
        item = wanted.prefix + head + delimiter
        if item not in items:
            items.append(item)
    return items


@given(st.sets(NAMES.filter(bool)), NAMES, st.sampled_from(["", "/", "b", "//", "\U0010ffff"]), st.integers(1, 4))
def test_the_pages_of_a_listing_together_hold_everything_once_and_in_order(
    keys: set[str], prefix: str, delimiter: str, limit: int
) -> None:
    order = sorted(keys, key=str.encode)
    wanted = Wanted(prefix, delimiter, "", limit)
    found: list[str] = []
    while True:
        page = select(order, wanted)
        items = sorted([*page.keys, *page.groups])
        assert len(items) == limit or page.next is None
        found += items
        if page.next is None:
            break
        wanted = wanted._replace(after=page.next)
    assert found == rolled(order, Wanted(prefix, delimiter))


@given(st.sets(NAMES.filter(bool)), NAMES)
def test_a_listing_begins_past_a_key_that_need_not_exist(keys: set[str], after: str) -> None:
    order = sorted(keys)
    assert select(order, Wanted(after=after, limit=1000)).keys == [key for key in order if key > after]


@given(st.sets(NAMES), NAMES)
def test_past_a_prefix_nothing_starts_with_it(keys: set[str], prefix: str) -> None:
    order = sorted(keys)
    end = index_past(order, prefix)
    assert not any(key.startswith(prefix) for key in order[end:])
    assert all(key.startswith(prefix) or key < prefix for key in order[:end])


@given(st.text(st.characters(codec="utf-8")))
def test_a_token_gives_back_its_position_and_is_safe_in_a_url(position: str) -> None:
    token = make_token(position)
    assert read_token(token) == position
    assert encode(token) == escape(token) == token


@pytest.mark.parametrize("token", ["", "x", "a/b", "*", "é", "____", make_token("a")[:-1] + "*", "Cv8"])
def test_a_token_that_was_never_given_is_refused(token: str) -> None:
    with pytest.raises(OssError, match="InvalidArgument"):
        read_token(token)


def test_pages_hold_a_hundred_keys_unless_asked_otherwise(bucket: Bucket, raw: RawClient) -> None:
    for number in range(1100):
        bucket.put(f"{number:04}")
    for got in (raw.list(), raw.list(list_type="2"), raw.list(list_type="2", max_keys="")):
        assert len(got.texts("Contents/Key")) == 100
        assert got.text("MaxKeys") == "100"
        assert got.text("IsTruncated") == "true"
    assert raw.list(list_type="2", max_keys="1000").text("KeyCount") == "1000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("max_keys", value) for value in ("0", "1001", "-1", "ten", "1.5", "9999999999", "%D9%A3")),
        ("encoding_type", "base64"),
        ("prefix", "a" * 1025),
        ("delimiter", "a" * 1025),
        ("marker", "a" * 1025),
        ("continuation_token", "x"),
    ],
)
def test_a_parameter_out_of_bounds_is_refused_by_name(raw: RawClient, name: str, value: str) -> None:
    version = {"list_type": "2"} if name == "continuation_token" else {}
    got = raw.list(**version, **{name: value})
    assert (got.status, got.text("Code")) == (400, "InvalidArgument")
    assert got.text("ArgumentName") == name.replace("_", "-")
    assert got.headers["x-oss-ec"] == got.text("EC")


def test_an_empty_parameter_is_one_that_is_not_there(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a")
    got = raw.list(
        list_type="2",
        prefix="",
        delimiter="",
        start_after="",
        continuation_token="",
        encoding_type="",
        max_keys="",
    )
    assert got.texts("Contents/Key") == ["a"]
    assert got.text("EncodingType") is None


def test_a_plus_in_a_query_is_a_space(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a b")
    bucket.put("a+b")
    assert raw.list(prefix="a+").texts("Contents/Key") == ["a b"]
    assert raw.list(prefix="a%2B").texts("Contents/Key") == ["a+b"]


def test_order_is_by_bytes_of_utf_8(bucket: Bucket, raw: RawClient) -> None:
    for key in HARD_NAMES:
        bucket.put(key)
    assert bucket.keys() == sorted(HARD_NAMES, key=str.encode)
    listed = raw.list(list_type="2", encoding_type="url").texts("Contents/Key")
    assert listed == [encode(key) for key in sorted(HARD_NAMES, key=str.encode)]


@pytest.mark.parametrize(
    ("text", "encoded"),
    [("a/b", "a%2Fb"), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("é~-_.", "%C3%A9~-_."), ("%", "%25")],
)
def test_url_encoding_is_the_one_of_oss(text: str, encoded: str) -> None:
    assert encode(text) == encoded


def test_url_encoding_reaches_everything_that_may_hold_a_key(bucket: Bucket, raw: RawClient) -> None:
    for key in ("p /a b/1", "p /a b/2", "p /c+", "p /d"):
        bucket.put(key)
    v1 = raw.list(encoding_type="url", prefix="p%20/", delimiter="%20b/", marker="p%20/+", max_keys="1")
    assert v1.text("EncodingType") == "url"
    assert v1.text("Prefix") == "p%20%2F"
    assert v1.text("Delimiter") == "%20b%2F"
    assert v1.text("Marker") == "p%20%2F%20"
    assert v1.text("NextMarker") == "p%20%2Fa%20b%2F"
    assert v1.texts("CommonPrefixes/Prefix") == ["p%20%2Fa%20b%2F"]
    v2 = raw.list(list_type="2", encoding_type="url", start_after="p%20/b%2B")
    assert v2.text("StartAfter") == "p%20%2Fb%2B"
    assert v2.texts("Contents/Key") == ["p%20%2Fc%2B", "p%20%2Fd"]


def test_the_token_wins_over_start_after(bucket: Bucket, raw: RawClient) -> None:
    for key in "abcd":
        bucket.put(key)
    token = raw.list(list_type="2", max_keys="1").text("NextContinuationToken") or ""
    got = raw.list(list_type="2", continuation_token=token, start_after="c")
    assert got.texts("Contents/Key") == ["b", "c", "d"]
    assert (got.text("ContinuationToken"), got.text("StartAfter")) == (token, "c")


def test_version_1_has_a_marker_and_owners_and_version_2_a_count(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a")
    bucket.put("b")
    v1 = raw.list(max_keys="1")
    assert (v1.text("NextMarker"), v1.text("KeyCount"), v1.text("NextContinuationToken")) == ("a", None, None)
    assert v1.text("Contents/Owner/ID")
    assert raw.list(marker="a").texts("Contents/Key") == ["b"]
    v2 = raw.list(list_type="2", max_keys="1")
    assert (v2.text("NextMarker"), v2.text("KeyCount")) == (None, "1")
    assert v2.text("Contents/Owner") is None
    assert raw.list(list_type="2", fetch_owner="true").text("Contents/Owner/DisplayName")


def test_nothing_says_where_to_go_on_when_nothing_follows(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a")
    for got in (raw.list(max_keys="1"), raw.list(list_type="2", max_keys="1"), raw.list(prefix="x")):
        assert got.text("IsTruncated") == "false"
        assert got.text("NextMarker") is got.text("NextContinuationToken") is None


def test_a_page_names_all_that_is_known_of_an_object(bucket: Bucket, raw: RawClient) -> None:
    modified = int(datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC).timestamp())
    bucket.put("a&b", b"data", modified=modified, storage="IA")
    bucket.put("parts", b"data", multipart_parts=3)
    got = raw.list(list_type="2")
    assert got.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>\n  <Name>recordings</Name>')
    assert got.headers["content-type"] == "application/xml"
    first, second = got.xml.findall("Contents")
    assert [(child.tag, child.text) for child in first] == [
        ("Key", "a&b"),
        ("LastModified", "2026-11-22T01:02:03.000Z"),
        ("ETag", '"8D777F385D3DFEC8815D20F7496026DC"'),
        ("Type", "Normal"),
        ("Size", "4"),
        ("StorageClass", "IA"),
    ]
    assert second.findtext("Type") == "Multipart"
    assert (second.findtext("ETag") or "").endswith('-3"')


@pytest.mark.parametrize("max_keys", [1, 2, 3, 1000])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_oss2_pages_through_hard_names(server: OssServer, bucket: Bucket, max_keys: int, delimiter: str) -> None:
    for key in HARD_NAMES:
        bucket.put(key)
    expected = rolled(HARD_NAMES, Wanted(delimiter=delimiter))
    with client(server) as oss:
        v2 = oss2.ObjectIteratorV2(oss, max_keys=max_keys, delimiter=delimiter)
        assert [one.key for one in v2] == expected
        v1 = oss2.ObjectIterator(oss, max_keys=max_keys, delimiter=delimiter)
        assert [one.key for one in v1] == expected


def test_a_control_character_without_url_encoding_is_not_xml(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a\x01b\ufffe")
    assert b"<Key>a&#x1;b&#xfffe;</Key>" in raw.list(list_type="2").body
    assert b"<Key>a%01b%EF%BF%BE</Key>" in raw.list(list_type="2", encoding_type="url").body
