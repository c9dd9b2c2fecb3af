"""Responses of OSS: objects in every state, faults of every kind, and messages without secrets."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from ossrec.buckets.open import open_bucket
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import (
    AccessDenied,
    BodyDamaged,
    BucketBusy,
    BucketError,
    BucketMissing,
    ListingDamaged,
    ObjectArchived,
    ObjectTooLarge,
)
from ossrec.model import Cursor, ObjectInfo
from tests.buckets.sample_buckets import MODIFIED, NAME, all_keys, all_pages, connect, environment, send_each_request
from tests.oss_server import Fault, OssServer


def test_storage_classes_and_restores_are_listed(server: OssServer) -> None:
    bucket = server.bucket(NAME)
    for key, storage in [("a", "Archive"), ("b", "ColdArchive"), ("c", "IA"), ("d", "Archive")]:
        bucket.put(key, b"12345", storage=storage)
    bucket.ask_restore("b")
    bucket.finish_restore("d", expires=4_102_444_800)
    listed = connect(server).page().objects
    assert [(item.storage, item.restore) for item in listed] == [
        ("Archive", ""),
        ("ColdArchive", 'ongoing-request="true"'),
        ("IA", ""),
        ("Archive", 'ongoing-request="false", expiry-date="Fri, 01 Jan 2100 00:00:00 GMT"'),
    ]


def test_an_archived_object_must_be_restored_first(server: OssServer) -> None:
    server.bucket(NAME).put("a", b"12345", storage="Archive")
    bucket = connect(server)
    for ask in (lambda: bucket.read("a", limit=9), lambda: bucket.read_range("a", 0, 1)):
        with pytest.raises(ObjectArchived, match=r"reading 'a': 403 InvalidObjectState .*: restore it first"):
            ask()
    server.bucket(NAME).finish_restore("a")
    send_each_request(bucket)


def test_a_multipart_etag_is_kept_as_it_is(server: OssServer) -> None:
    stored = server.bucket(NAME).put("a", b"12345", multipart_parts=2)
    bucket = connect(server)
    assert stored.etag.endswith("-2")
    assert bucket.page().objects[0].etag == bucket.read("a", limit=9).etag == stored.etag


def test_an_object_that_changed_since_it_was_listed_shows_by_its_etag(server: OssServer) -> None:
    server.bucket(NAME).put("a", b"1", MODIFIED)
    bucket = connect(server)
    listed: ObjectInfo = bucket.page().objects[0]
    server.bucket(NAME).put("a", b"22", MODIFIED + 5)
    body = bucket.read("a", limit=9)
    assert (body.data, body.size, body.modified) == (b"22", 2, MODIFIED + 5)
    assert body.etag != listed.etag


def test_a_listing_goes_on_while_keys_come_and_go(server: OssServer) -> None:
    bucket = server.bucket(NAME)
    for key in ("a", "b", "c"):
        bucket.put(key, b"")

    def change() -> None:
        bucket.delete("b")
        bucket.put("aa", b"")
        bucket.put("d", b"")

    server.faults.add(Fault("LIST", short_page=1, after=change))
    assert all_keys(connect(server)) == ["a", "aa", "c", "d"]


def test_short_and_empty_pages_are_not_the_end(server: OssServer) -> None:
    for key in "abc":
        server.bucket(NAME).put(key, b"")
    server.faults.add(Fault("LIST", empty_page=True), Fault("LIST", short_page=2))
    pages = all_pages(connect(server))
    assert [[item.key for item in page.objects] for page in pages] == [[], ["a", "b"], ["c"]]


def test_an_empty_page_that_never_leads_on_is_found_out(server: OssServer) -> None:
    server.bucket(NAME).put("a", b"")
    server.faults.add(Fault("LIST", times=None, empty_page=True))
    bucket = connect(server)
    with pytest.raises(ListingDamaged, match="has no new continuation token"):
        all_pages(bucket)


def test_a_token_that_oss_takes_no_more_is_replaced_by_the_key(server: OssServer) -> None:
    for key in "abc":
        server.bucket(NAME).put(key, b"")
    assert [item.key for item in connect(server).page("", Cursor("a", "stale")).objects] == ["b", "c"]
    assert [request.status for request in server.requests] == [400, 200]


def test_a_token_that_oss_gives_and_does_not_take_leads_nowhere(server: OssServer) -> None:
    for key in "abc":
        server.bucket(NAME).put(key, b"")
    again = b"<IsTruncated>true</IsTruncated><NextContinuationToken>stale</NextContinuationToken>"
    lie = Fault("LIST", times=None, rewrite=lambda page: page.replace(b"<IsTruncated>false</IsTruncated>", again))
    server.faults.add(lie)
    bucket = connect(server)
    assert bucket.page().next == Cursor("c", "stale")
    with pytest.raises(ListingDamaged, match="its continuation token is the one that was just rejected"):
        bucket.page("", Cursor("c", "stale"))


def test_bytes_that_do_not_match_their_checksum_are_refused(server: OssServer) -> None:
    server.bucket(NAME).put("a", b"12345")
    server.faults.add(Fault("GET", times=2, bad_crc=True))
    bucket = connect(server)
    with pytest.raises(BodyDamaged, match="do not match their checksum"):
        bucket.read("a", limit=9)
    with pytest.raises(BodyDamaged, match="do not match their checksum"):
        bucket.read_range("a", 0, 9)


def test_a_part_has_no_checksum_of_its_own(server: OssServer) -> None:
    server.bucket(NAME).put("a", b"12345")
    assert connect(server).read_range("a", 0, 4).data == b"1234"


def test_a_bucket_without_checksums_is_believed(server: OssServer) -> None:
    server.bucket(NAME).put("a", b"12345")
    server.faults.add(Fault("GET", headers={"x-oss-hash-crc64ecma": None}))
    assert connect(server).read("a", limit=9).data == b"12345"


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Content-Range": None}, "the response is not the range 1 to 2"),
        ({"Content-Range": "bytes 0-1/5"}, "the response is not the range 1 to 2"),
        ({"Content-Range": "bytes 1-3/5"}, "the response is not the range 1 to 2"),
        ({"Content-Range": "bytes 1-2/*"}, "the response is not the range 1 to 2"),
        ({"ETag": None}, "the response is not an OSS object"),
        ({"Last-Modified": "yesterday"}, "the response is not an OSS object"),
        ({"Last-Modified": "Sun, 01 Nov 99999999999999999999 00:00:00 GMT"}, "the response is not an OSS object"),
        ({"Content-Range": "bytes 1-2/9999999999999999999"}, "the response is not the range 1 to 2"),
    ],
    ids=str,
)
def test_a_part_that_is_not_the_one_asked_for(server: OssServer, headers: dict[str, str | None], said: str) -> None:
    server.bucket(NAME).put("a", b"12345")
    server.faults.add(Fault("GET", headers=headers))
    with pytest.raises(BodyDamaged, match=said):
        connect(server).read_range("a", 1, 3)


def test_a_range_that_was_ignored_is_not_read_to_its_end(server: OssServer) -> None:
    stored = server.bucket(NAME).put("a", bytes(100_000))
    whole = {"Content-Range": None, "ETag": f'"{stored.etag}"'}
    server.faults.add(Fault("GET", headers=whole))
    with pytest.raises(BodyDamaged, match="the response is not the range 5 to 9"):
        connect(server).read_range("a", 5, 10)


def test_a_body_in_chunks_is_bounded_too(server: OssServer) -> None:
    server.bucket(NAME).put("a", bytes(100_000))
    server.faults.add(Fault("GET", times=2, chunked=True))
    bucket = connect(server)
    with pytest.raises(ObjectTooLarge, match="the object has more bytes, and the limit is 99999"):
        bucket.read("a", limit=99_999)
    assert bucket.read("a", limit=100_000).size == 100_000


def test_a_body_stored_compressed_comes_as_it_is_stored(server: OssServer) -> None:
    data = b"\x1f\x8b\x08\x00 not really gzip"
    server.bucket(NAME).put("a", data, headers={"Content-Encoding": "gzip"})
    assert connect(server).read("a", limit=99).data == data


def test_a_web_page_instead_of_a_listing_is_no_empty_bucket(server: OssServer) -> None:
    server.faults.add(Fault("LIST", rewrite=lambda _: b"<html><body>Please log in</body></html>"))
    with pytest.raises(ListingDamaged, match=r"it is not a listing but <html>.*check that no proxy"):
        connect(server).page()


@pytest.mark.parametrize("keep", range(0, 1000, 97))
def test_a_listing_cut_short_is_never_the_end(server: OssServer, keep: int) -> None:
    for n in range(5):
        server.bucket(NAME).put(f"{n}", b"")
    server.faults.add(Fault("LIST", rewrite=lambda body: body[:keep]))
    with pytest.raises(ListingDamaged):
        connect(server).page()


# What is said.


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (Fault(code="QpsLimitExceeded"), BucketBusy, "503 QpsLimitExceeded .*: OSS is busy or throttles"),
        (Fault(status=503, rewrite=lambda _: b"<html>"), BucketBusy, "503 without a code .*: OSS is busy"),
        (Fault(code="NoSuchBucket"), BucketMissing, "404 NoSuchBucket .*: check the name of the bucket and its region"),
        (Fault(status=403, code="UserDisable"), AccessDenied, "the account is disabled or has an unpaid bill"),
        (Fault(status=400, code="Odd", message="a\x1bb"), BucketError, r"OSS says '.*': check the region"),
        (Fault(status=404, rewrite=lambda _: b""), BucketMissing, "404 without a code"),
        (Fault(status=301, code="x"), AccessDenied, "cannot be reached at this endpoint"),
        (Fault(reset=True), BucketBusy, r"127.0.0.1:\d+: the connection was interrupted: try again later"),
    ],
    ids=lambda value: value.code or str(value.status) if isinstance(value, Fault) else "",
)
def test_a_failure_says_what_was_asked_and_what_to_do(
    server: OssServer, fault: Fault, kind: type[BucketError], said: str
) -> None:
    server.faults.add(fault)
    with pytest.raises(kind, match=f"^oss://recordings: listing: .*{said}") as caught:
        connect(server).page()
    assert str(caught.value).isprintable()
    if not fault.reset:
        assert f"request id {caught.value.request_id}" in str(caught.value)
        assert f"EC {caught.value.ec}" in str(caught.value)


def test_nothing_secret_is_ever_said(server: OssServer, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"LTAI-secret-id", "very-secret", "secret-token"}
    server.add_key("LTAI-secret-id", "very-secret", token="secret-token")
    variables = dict(
        zip(("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"), sorted(secrets), strict=True)
    )
    variables["OSS_ACCESS_KEY_SECRET"], variables["OSS_SESSION_TOKEN"] = "very-secret", "secret-token"
    bucket = connect(server, NAME, variables)
    server.bucket(NAME).put("a", b"12345")
    codes = ["SignatureDoesNotMatch", "InvalidAccessKeyId", "SlowDown", "AccessDenied", "NoSuchKey", "InvalidArgument"]
    faults = [Fault(code=code, message="very-secret OSS4-HMAC") for code in codes]
    faults += [
        Fault(reset=True),
        Fault(truncate_at=9),
        Fault(malformed=True),
        Fault(bad_crc=True),
        Fault(wrong_length=9),
    ]
    said = [repr(bucket), repr(vars(bucket)["_settings"])]
    for fault in faults:
        server.faults.clear()
        server.faults.add(fault)
        try:
            send_each_request(bucket)
        except BucketError as error:
            told: BaseException | None = error
            while told is not None:
                said += [str(told), repr(told)]
                told = told.__cause__
    text = "\n".join(said)
    assert len(said) > 2 * len(codes)
    assert "LTAI-secret-id" not in text
    assert "secret-token" not in text
    assert "ignature=" not in text


def test_what_cannot_be_reached(server: OssServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with pytest.raises(BucketBusy, match="the connection was refused: check the endpoint and its port"):
        connect(server, endpoint=f"http://127.0.0.1:{free}").page()
    with pytest.raises(BucketBusy, match="the TLS handshake failed: check that the endpoint supports https"):
        connect(server, endpoint=server.endpoint.replace("http://", "https://")).page()
    with pytest.raises(BucketBusy, match="host name not found: check the region"):
        connect(server, endpoint="http://nowhere.invalid").page()


@pytest.fixture
def trickle() -> Iterator[str]:
    """A server that sends its body byte by byte, each soon enough."""
    ended = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not ended.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        ended.set()
        thread.join()


def test_a_body_that_trickles_in_does_not_hold_up_for_ever(trickle: str) -> None:
    bucket = open_bucket("oss://demo", BucketSettings(endpoint=trickle, timeout_read=0.2), {})
    with pytest.raises(BucketBusy, match="no response in time"):
        bucket.read("a", limit=10_000_000)


def test_the_environment_is_read_where_nothing_else_is_given(
    server: OssServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    server.bucket(NAME)
    bucket = open_bucket(f"oss://{NAME}", BucketSettings(endpoint=server.endpoint, region=server.region))
    assert bucket.page().objects == []
    assert os.environ["OSS_ACCESS_KEY_ID"] == server.access_key_id
