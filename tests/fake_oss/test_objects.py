"""Operations on one object: headers, ranges, conditions, writing, archive and restore."""

import base64
from email.utils import formatdate

import oss2
import pytest
from fastcrc import crc64
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_oss.clients import BUCKET, RawClient, client
from tests.oss_server import OssServer
from tests.oss_server.errors import OssError
from tests.oss_server.objects import Span, read_range
from tests.oss_server.store import Bucket

DATA = bytes(range(100))


def test_an_object_comes_with_all_that_oss_says_of_it(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a", b"123456789", modified=1_000_000_000, headers={"Content-Type": "video/mp2t"})
    got = raw.get("a")
    assert (got.status, got.body) == (200, b"123456789")
    wanted = {
        "content-length": "9",
        "content-type": "video/mp2t",
        "accept-ranges": "bytes",
        "etag": '"25F9E794323B453885F5181F1B624D0B"',
        "content-md5": "JfnnlDI7RTiF9RgfG2JNCw==",
        "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT",
        "x-oss-hash-crc64ecma": str(0x995DC9BBDF1939FA),  # the check value of CRC-64/XZ
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": "Standard",
        "server": "AliyunOSS",
        "connection": "keep-alive",
    }
    assert wanted.items() <= got.headers.items()
    assert len(got.headers["x-oss-request-id"]) == 24
    assert got.headers["x-oss-server-time"].isdigit()
    head = raw.ask("HEAD", f"/{BUCKET}/a")
    varying = {"x-oss-request-id", "x-oss-server-time", "date"}
    assert head.body == b""
    assert {k: v for k, v in head.headers.items() if k not in varying} == {
        k: v for k, v in got.headers.items() if k not in varying
    }


def test_a_multipart_object_has_no_md5(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a", DATA, multipart_parts=4)
    bucket.put("b", DATA, etag="0123")
    got = raw.get("a")
    assert got.headers["etag"].endswith('-4"')
    assert got.headers["x-oss-object-type"] == "Multipart"
    assert "content-md5" not in got.headers
    assert got.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(DATA))
    assert raw.get("b").headers["etag"] == '"0123"'


@pytest.mark.parametrize(
    ("header", "oss", "standard"),
    [
        ("bytes=0-9", (0, 10), (0, 10)),
        ("bytes=10-", (10, 100), (10, 100)),
        ("bytes=99-99", (99, 100), (99, 100)),
        ("bytes=-1", (99, 100), (99, 100)),
        ("bytes=-100", (0, 100), (0, 100)),
        ("bytes=0-99", (0, 100), (0, 100)),
        ("bytes=0-100", None, (0, 100)),
        ("bytes=90-200", None, (90, 100)),
        ("bytes=-101", None, (0, 100)),
        ("bytes=100-", None, 416),
        ("bytes=100-200", None, 416),
        ("bytes=-0", None, 416),
        ("bytes=0-9,20-29", (0, 10), (0, 10)),
        ("bytes=9-0", None, None),
        ("bytes=-", None, None),
        ("bytes=a-b", None, None),
        ("byte=0-9", None, None),
        ("bytes 0-9", None, None),
        ("bytes=0--9", None, None),
        ("bytes=", None, None),
    ],
)
def test_a_range_that_does_not_fit_gives_the_whole_object_unless_asked_to_be_standard(
    bucket: Bucket, raw: RawClient, header: str, oss: tuple[int, int] | None, standard: tuple[int, int] | int | None
) -> None:
    bucket.put("a", DATA)
    for wanted, more in ((oss, {}), (standard, {"x_oss_range_behavior": "standard"})):
        got = raw.get("a", Range=header, **more)
        if wanted is None:
            assert (got.status, got.body) == (200, DATA)
            assert "content-range" not in got.headers
        elif isinstance(wanted, int):
            assert (got.status, got.text("Code")) == (416, "InvalidRange")
            assert (got.text("ActualObjectSize"), got.text("RangeHeader")) == ("100", header)
        else:
            start, stop = wanted
            assert (got.status, got.body) == (206, DATA[start:stop])
            assert got.headers["content-range"] == f"bytes {start}-{stop - 1}/100"
            assert got.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(DATA)), "of the whole object"


@given(st.integers(0, 5), st.none() | st.integers(0, 8), st.none() | st.integers(0, 8), st.booleans())
def test_a_range_never_leaves_its_object(size: int, first: int | None, last: int | None, standard: bool) -> None:
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    try:
        span = read_range(header, size, is_standard=standard)
    except OssError:
        span = None
    assert span is None or (isinstance(span, Span) and 0 <= span.start < span.stop <= size)


def test_an_empty_object_is_given_whole(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a", b"")
    assert raw.get("a", Range="bytes=0-9").status == 200
    assert raw.get("a").headers["content-length"] == "0"


BEFORE, AT, AFTER = (formatdate(1_000_000_000 + shift, usegmt=True) for shift in (-1, 0, 1))
ETAG = "25F9E794323B453885F5181F1B624D0B"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": f'"{ETAG}"'}, 200),
        ({"If-Match": ETAG}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": f'"X", "{ETAG}"'}, 200),
        ({"If-Match": '"X"'}, 412),
        ({"If-None-Match": '"X"'}, 200),
        ({"If-None-Match": f'"{ETAG}"'}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": AT}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-Unmodified-Since": AT}, 200),
        ({"If-Match": ETAG, "If-Unmodified-Since": BEFORE}, 200),
        ({"If-None-Match": '"X"', "If-Modified-Since": AT}, 200),
        ({"If-Match": '"X"', "If-None-Match": ETAG}, 412),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions(bucket: Bucket, raw: RawClient, headers: dict[str, str], status: int, method: str) -> None:
    bucket.put("a", b"123456789", modified=1_000_000_000)
    got = raw.ask(method, f"/{BUCKET}/a", headers)
    assert got.status == status
    assert bool(got.body) == (method == "GET" and status != 304)
    assert raw.get("a").status == 200, "the connection goes on"


def test_oss2_sees_conditions_as_it_should(server: OssServer, bucket: Bucket) -> None:
    bucket.put("a", b"1")
    with client(server) as oss:
        with pytest.raises(oss2.exceptions.NotModified):
            oss.get_object("a", headers={"If-None-Match": bucket.put("a", b"1").etag})
        with pytest.raises(oss2.exceptions.PreconditionFailed):
            oss.get_object("a", headers={"If-Match": "x"})
        assert oss.object_exists("a")
        assert not oss.object_exists("b")
        assert oss.get_object_meta("a").content_length == 1


def test_what_is_written_comes_back(server: OssServer, bucket: Bucket) -> None:
    with client(server) as oss:
        headers = {"Content-Type": "text/x", "x-oss-meta-a": "b", "x-oss-storage-class": "IA"}
        written = oss.put_object("a", DATA, headers=headers)
        assert (written.etag, written.crc) == (bucket.put("same", DATA).etag, crc64.xz(DATA))
        head = oss.head_object("a")
        assert (head.content_type, head.headers["x-oss-meta-a"], head.content_length) == ("text/x", "b", 100)
        assert head.headers["x-oss-storage-class"] == "IA"
        with pytest.raises(oss2.exceptions.ServerError, match="FileAlreadyExists"):
            oss.put_object("a", b"", headers={"x-oss-forbid-overwrite": "true"})
        with pytest.raises(oss2.exceptions.InvalidDigest):
            oss.put_object("a", b"", headers={"Content-MD5": base64.b64encode(bytes(16)).decode()})
        with pytest.raises(oss2.exceptions.InvalidDigest):
            oss.put_object("a", b"", headers={"Content-MD5": "!"})
        with pytest.raises(oss2.exceptions.InvalidArgument):
            oss.put_object("a", b"", headers={"x-oss-storage-class": "Attic"})
        with pytest.raises(oss2.exceptions.NotImplemented):
            oss.copy_object(BUCKET, "a", "b")
        assert oss.put_object("chunked", iter([b"a" * 10, b"b"])).crc == crc64.xz(b"a" * 10 + b"b")
        assert oss.delete_object("a").status == oss.delete_object("a").status == 204
    assert bucket.keys() == ["chunked", "same"]


def test_a_missing_object_is_named(raw: RawClient, bucket: Bucket) -> None:
    got = raw.get("no%20such")
    assert (got.status, got.text("Code"), got.text("Key")) == (404, "NoSuchKey", "no such")


@pytest.mark.parametrize("storage", ["Archive", "ColdArchive", "DeepColdArchive"])
def test_an_archived_object_is_read_only_while_its_restored_copy_lasts(
    server: OssServer, bucket: Bucket, storage: str
) -> None:
    bucket.put("a", DATA, storage=storage)
    with client(server) as oss:

        def listed() -> object:
            return next(iter(oss2.ObjectIteratorV2(oss))).restore_info

        def restore_header() -> object:
            return oss.head_object("a").headers.get("x-oss-restore")

        with pytest.raises(oss2.exceptions.ServerError, match="InvalidObjectState") as caught:
            oss.get_object("a")
        assert caught.value.status == 403
        assert restore_header() is None
        assert listed() is None

        assert oss.restore_object("a").status == 202
        assert listed() == restore_header() == 'ongoing-request="true"'
        with pytest.raises(oss2.exceptions.RestoreAlreadyInProgress):
            oss.restore_object("a")
        with pytest.raises(oss2.exceptions.ServerError, match="InvalidObjectState"):
            oss.get_object("a")

        expires = int(server.now()) + 3600
        bucket.finish_restore("a", expires=expires)
        date = formatdate(expires, usegmt=True)
        assert listed() == restore_header() == f'ongoing-request="false", expiry-date="{date}"'
        assert oss.get_object("a").read() == DATA
        assert oss.restore_object("a").status == 200

        bucket.finish_restore("a", expires=expires - 7200)
        assert restore_header() is None
        with pytest.raises(oss2.exceptions.ServerError, match="InvalidObjectState"):
            oss.get_object("a")


def test_a_restore_is_through_when_the_servers_clock_says_so(server: OssServer, bucket: Bucket) -> None:
    bucket.put("a", DATA, storage="Archive")
    bucket.ask_restore("a", days=2)
    server.clock_skew = 61
    with client(server) as oss:
        assert oss.get_object("a").read() == DATA


def test_only_archived_objects_are_restored(server: OssServer, bucket: Bucket) -> None:
    bucket.put("a", storage="IA")
    with client(server) as oss:
        with pytest.raises(oss2.exceptions.OperationNotSupported):
            oss.restore_object("a")
        with pytest.raises(oss2.exceptions.NoSuchKey):
            oss.restore_object("b")
