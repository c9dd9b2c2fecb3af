"""The two parsers of a listing page, and the consistency checks on a page."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ossrec.buckets.oss.listing_fast import parse_listing_fast
from ossrec.buckets.oss.listing_page import read_page
from ossrec.buckets.oss.listing_xml import NOT_UTF8, ParsedPage, parse_listing
from ossrec.buckets.oss.xml import XmlError
from ossrec.errors import ListingDamaged
from ossrec.model import Cursor, ObjectInfo, Page, Skipped
from tests.buckets.oss.pages_xml import OWNER, PLAIN_OWNER, Style, render

ONGOING = 'ongoing-request="true"'
START = Cursor("")
SOME = [
    ObjectInfo("a/b.m3u8", 344606, 1793500000, "5B3C1A2E053D763E1B002CC607C5A0FE"),
    ObjectInfo("a/b_1.ts", 0, 0, "5B3C-7"),
    ObjectInfo("a/b_2.ts", 48_800_000_000_000, 4102444799, "X", "ColdArchive", ONGOING),
]

LEAN_STYLES = [
    pytest.param(Style(), id="as OSS writes it"),
    pytest.param(Style(gap=""), id="without white space"),
    pytest.param(Style(gap="\r\n\t"), id="with carriage returns and tabs"),
    pytest.param(Style(owner=PLAIN_OWNER), id="with an owner before the restore state"),
    pytest.param(Style(owner=PLAIN_OWNER, owner_last=True), id="with an owner at the end"),
    pytest.param(Style(kind=None), id="without a type"),
    pytest.param(Style(quote="&quot;"), id="with entities around the ETag"),
    pytest.param(Style(fraction=""), id="with times in whole seconds"),
    pytest.param(Style(count_first=True), id="with the count before the entries"),
    pytest.param(Style(empty_tags=True), id="with empty tags"),
    pytest.param(Style(transition=True), id="with a transition time"),
    pytest.param(Style(safe="/"), id="with slashes left as they are"),
]
OTHER_STYLES = [
    pytest.param(Style(encoded=False), id="with keys that are not percent-encoded"),
    pytest.param(Style(owner=OWNER), id="with an entity in the owner's name"),
    pytest.param(Style(quote=""), id="without quotes around the ETag"),
    pytest.param(Style(declaration=""), id="without a declaration"),
    pytest.param(Style(declaration='<?xml version="1.0" encoding="us-ascii"?>'), id="in another encoding"),
]


@pytest.mark.parametrize("style", LEAN_STYLES)
def test_the_lean_parser_reads_pages_written(style: Style) -> None:
    body = render(SOME, style, token="to/ken+==")
    assert parse_listing_fast(body) == parse_listing(body) == ParsedPage(SOME, True, "to/ken+==", 3)


@pytest.mark.parametrize("style", OTHER_STYLES)
def test_the_lean_parser_leaves_to_the_other_pages_written(style: Style) -> None:
    body = render(SOME, style, token="t")
    assert parse_listing_fast(body) is None
    assert parse_listing(body) == ParsedPage(SOME, True, "t", 3)


@pytest.mark.parametrize("style", [*LEAN_STYLES, *OTHER_STYLES])
def test_an_empty_page_is_read_when_written(style: Style) -> None:
    assert read_page(render([], style), "", START, None) == Page([], None)


@pytest.mark.parametrize(
    "key",
    [
        "a b",
        "a+b",
        "a%2Fb",
        "a%b",
        "100%",
        "é/日本/😀",
        "a&b<c>d",
        "]]>",
        "a\nb",
        "a\x01b",
        "\x7f",
        ".",
        "?x=y#z",
        "\\",
    ],
)
def test_a_key_comes_through_whatever_is_in_it(key: str) -> None:
    objects = sorted([ObjectInfo(key, 1, 2, "E"), ObjectInfo("b", 1, 2, "E")])
    body = render(objects)
    assert parse_listing_fast(body) == parse_listing(body)
    assert read_page(body, "", START, None).objects == objects


@pytest.mark.parametrize("size", [10**15 - 1, 10**15, 2**53])
def test_a_size_may_be_large(size: int) -> None:
    objects = [ObjectInfo("a", size, 2, "E")]
    assert read_page(render(objects), "", START, None).objects == objects


CHANGES = [
    pytest.param(b"<Key>", b"<Extra>1</Extra><Key>", True, id="an element more"),
    pytest.param(b"<Size>344606</Size>", b"<Size>344606</Size><!-- hm -->", True, id="a comment"),
    pytest.param(b"a%2Fb.m3u8", b"a%2Fb&#46;m3u8", True, id="a character reference"),
    pytest.param(b"a%2Fb.m3u8", b"<![CDATA[a%2Fb.m3u8]]>", True, id="a CDATA section"),
    pytest.param(b"<ListBucketResult>", b'<ListBucketResult xmlns="http://x/">', True, id="a namespace"),
    pytest.param(b"</ListBucketResult>\n", b"</ListBucketResult>\n<!-- -->", True, id="a comment at the end"),
    pytest.param(b"a%2Fb.m3u8", b"a%2fb.m3u8", True, id="an escape in lower case"),
    pytest.param(b"a%2Fb.m3u8", b"a%2xb.m3u8", False, id="a malformed escape"),
    pytest.param(b"</ListBucketResult>", b"", False, id="no end"),
    pytest.param(b"</Contents>", b"", False, id="an entry without an end"),
    pytest.param(b"<KeyCount>3", b"<KeyCount>4", False, id="a key more in the count"),
    pytest.param(b"<KeyCount>3</KeyCount>", b"", False, id="no count"),
    pytest.param(b"<KeyCount>3", b"<KeyCount>three", False, id="a count in words"),
    pytest.param(b"<IsTruncated>false</IsTruncated>", b"", False, id="not said whether it is the last"),
    pytest.param(b"<IsTruncated>false", b"<IsTruncated>no", False, id="said in other words"),
    pytest.param(b"<IsTruncated>false", b"<IsTruncated>true", True, id="truncated without a token"),
    pytest.param(
        b"<IsTruncated>false</IsTruncated>",
        b"<IsTruncated>false</IsTruncated><IsTruncated>true</IsTruncated>",
        False,
        id="said twice",
    ),
    pytest.param(
        b"<Name>",
        b"<NextContinuationToken>t</NextContinuationToken><Name>",
        False,
        id="the last page with a next one",
    ),
    pytest.param(b"a%2Fb.m3u8", b"a%2Fc", False, id="keys out of order"),
    pytest.param(b"a%2Fb.m3u8", b"a%2Fb_1.ts", False, id="the same key twice"),
    pytest.param(b"<Size>344606", b"<Size>-1", False, id="a size below zero"),
    pytest.param(b"<Size>344606", b"<Size>9007199254740993", False, id="a size above the largest"),
    pytest.param(b"<Size>344606", b"<Size>9999999999999999999", False, id="a size that overflows"),
    pytest.param(b"<KeyCount>3", b"<KeyCount>9999999999999999999", False, id="a count that overflows"),
    pytest.param(b"<Size>344606", b"<Size>12a", False, id="a size that is no number"),
    pytest.param(b"<Size>344606</Size>", b"", False, id="no size"),
    pytest.param(b"<Size>344606", b"<Size>1</Size><Size>344606", False, id="two sizes"),
    pytest.param(b"1970-01-01T00", b"1970-01-01T24", False, id="hour 24"),
    pytest.param(b"1970-01-01T", b"1970-02-30T", False, id="the thirtieth of February"),
    pytest.param(b"1970-01-01T00", b"1970T01-01-00", False, id="a time all mixed up"),
    pytest.param(b"1970-01-01T00:00:00", b"1970-01-01T00:99:00", False, id="minute 99"),
    pytest.param(b"</Contents>", b"</Contents>stray", False, id="text between the entries"),
    pytest.param(b"<Name>", b"<CommonPrefixes><Prefix>a</Prefix></CommonPrefixes><Name>", False, id="a group of keys"),
    pytest.param(b"<Name>", b"<CommonPrefixes/><Name>", False, id="an empty group of keys"),
    pytest.param(b"<Name>", b"<Contents/><Name>", False, id="an empty entry"),
    pytest.param(b"ListBucketResult>", b"Error>", False, id="another document"),
    pytest.param(
        b"<ListBucketResult>", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><ListBucketResult>', False, id="a document type"
    ),
]


@pytest.mark.parametrize(("old", "new", "is_fine"), CHANGES)
def test_a_page_with(old: bytes, new: bytes, is_fine: bool) -> None:
    body = render(SOME).replace(old, new)
    if is_fine:
        assert read_page(body, "", START, None).objects == SOME
        return
    with pytest.raises(ListingDamaged) as caught:
        read_page(body, "", START, None)
    assert "\n" not in str(caught.value)
    assert parse_listing_fast(body) in (None, _parse(body))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Log in first</body></html>", b"\xff\xfe<\0", b"{}", b"\0" * 100, b"<a>" * 10_000],
    ids=["nothing", "a web page", "UTF-16", "JSON", "zeros", "very deep"],
)
def test_no_page_at_all(body: bytes) -> None:
    with pytest.raises(ListingDamaged):
        read_page(body, "", START, None)


def test_no_entity_is_ever_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><ListBucketResult>&b;'
    with pytest.raises(ListingDamaged, match="document type"):
        read_page(bomb + b"</ListBucketResult>", "", START, None)


def test_a_page_cut_anywhere_is_never_the_end_of_the_listing() -> None:
    body = render(SOME, token="t")
    for end in range(len(body.rstrip())):
        with pytest.raises(ListingDamaged):
            read_page(body[:end], "", START, None)


@pytest.mark.parametrize(
    ("prefix", "after", "fault"),
    [
        ("a/b", "", None),
        ("a/b_", "", "outside the prefix"),
        ("b", "", "outside the prefix"),
        ("", "a/b", None),
        ("", "a/b.m3u8", "starts before the requested key"),
        ("", "b", "starts before the requested key"),
    ],
)
def test_a_page_must_answer_what_was_asked(prefix: str, after: str, fault: str | None) -> None:
    body = render(SOME)
    if fault is None:
        assert read_page(body, prefix, Cursor(after), None) == Page(SOME, None)
    else:
        with pytest.raises(ListingDamaged, match=fault):
            read_page(body, prefix, Cursor(after), None)


def test_an_empty_page_that_leads_on_is_not_the_end() -> None:
    assert read_page(render([], token="t"), "", Cursor("a"), None) == Page([], Cursor("a", "t"))
    assert read_page(render([], token="u"), "", Cursor("a", "t"), None).next == Cursor("a", "u")


@pytest.mark.parametrize("asked", [Cursor("a", "t"), Cursor("", "t")])
def test_an_empty_page_that_leads_to_itself_is_damaged(asked: Cursor) -> None:
    with pytest.raises(ListingDamaged, match="has no new continuation token"):
        read_page(render([], token="t"), "", asked, None)


@pytest.mark.parametrize(
    ("until", "kept", "goes_on"),
    [("a/b_2.ts", 3, False), ("a/b_9", 3, True), ("a/b_1.ts", 2, False), ("a/b_1", 1, False), ("a", 0, False)],
)
def test_keys_past_the_end_of_a_range_are_left_out(until: str, kept: int, goes_on: bool) -> None:
    page = read_page(render(SOME, token="t"), "", START, until)
    assert page == Page(SOME[:kept], Cursor("a/b_2.ts", "t") if goes_on else None)


def test_a_key_that_is_not_utf8_is_skipped_and_said() -> None:
    body = render(SOME[:2]).replace(b"a%2Fb.m3u8", b"a%2F%FF%00b")
    page = read_page(body, "", START, None)
    assert page == Page(SOME[1:2], None, (Skipped("a/\\xff\\x00b", NOT_UTF8),))


def test_a_page_of_skipped_keys_alone_leads_on() -> None:
    body = render(SOME[:1], token="t").replace(b"a%2Fb.m3u8", b"%FF")
    assert read_page(body, "", Cursor("Z"), None).next == Cursor("Z", "t")


# What the format makes hard: percent signs, entities, markup, white space, the ends of ASCII and of Unicode.
key_text = st.text(st.sampled_from(list("%2Fa0/.+ &<>\"'\n\r\t\x01\x7f;?#é😀\ufffd")), min_size=1, max_size=12)
etags = st.text("0123456789ABCDEF-", max_size=8)
storages = st.sampled_from(["Standard", "IA", "Archive", ""])
restores = st.sampled_from(["", ONGOING, 'ongoing-request="false", expiry-date="Fri, 08 Nov 2024 08:15:52 GMT"'])
infos = st.builds(
    ObjectInfo, key_text, st.integers(0, 10**15 - 1), st.integers(0, 253402300799), etags, storages, restores
)
pages = st.lists(infos, max_size=5, unique_by=lambda item: item.key).map(sorted)
styles = st.builds(
    Style,
    gap=st.sampled_from(["", "\n", "\r\n\t "]),
    encoded=st.booleans(),
    safe=st.sampled_from(["", "/"]),
    owner=st.sampled_from(["", OWNER, PLAIN_OWNER]),
    owner_last=st.booleans(),
    kind=st.sampled_from([None, "Normal", "Multipart", ""]),
    quote=st.sampled_from(['"', "&quot;"]),
    fraction=st.sampled_from(["", ".000", ".123456"]),
    count_first=st.booleans(),
    empty_tags=st.booleans(),
    declaration=st.just(Style().declaration),
    transition=st.booleans(),
)
tokens = st.text("CgJiYw-_=+/%", max_size=8)


@settings(max_examples=250, deadline=None)
@given(pages, styles, tokens)
def test_both_parsers_read_the_same_from_any_page(objects: list[ObjectInfo], style: Style, token: str) -> None:
    if not style.encoded:  # XML can not hold control characters, nor keep carriage returns
        objects = [item for item in objects if not set(item.key) & set("\r\x01")]
    body = render(objects, style, token=token)
    lean, thorough = parse_listing_fast(body), parse_listing(body)
    assert thorough == ParsedPage(objects, bool(token), token, len(objects))
    assert lean is None or lean == thorough
    if style.encoded and style.owner != OWNER:
        assert lean is not None


def _parse(body: bytes) -> ParsedPage | None:
    try:
        return parse_listing(body)
    except XmlError:
        return None


SCRAPS = [b"<", b">", b"</", b"&", b"&amp;", b"%", b"%2F", b'"', b"/>", b"<Key>", b"</Key>", b"<Size>1</Size>", b"\n"]
SCRAPS += [b"</Contents>", b"<Contents>", b"\xff", b"\xc3\xa9", b"\0", b"]]>", b"<!--", b"Z", b"9", b"\x85", b"\x1c"]


@settings(max_examples=400, deadline=None)
@given(
    pages, styles, st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 60), st.sampled_from(SCRAPS)), max_size=3)
)
@example([ObjectInfo("a", 1, 2, "E")], Style(), [(0, 0, b"\xef\xbb\xbf")])
def test_a_page_that_was_tampered_with_is_read_the_same_or_refused(
    objects: list[ObjectInfo], style: Style, cuts: list[tuple[int, int, bytes]]
) -> None:
    body = render(objects, style, token="t")
    for at, length, scrap in cuts:
        body = body[:at] + scrap + body[at + length :]
    lean = parse_listing_fast(body)
    assert lean is None or lean == _parse(body)
