"""Every fault that can be injected, as a client sees it."""

import http.client
import socket
import threading
import time
from xml.etree import ElementTree

import oss2
import pytest
from fastcrc import crc64

from tests.fake_oss.clients import BUCKET, RawClient, client
from tests.oss_server import Fault, OssServer
from tests.oss_server.store import Bucket
from tests.running import PATIENCE

THROTTLING = (
    "QpsLimitExceeded",
    "TotalQpsLimitExceeded",
    "ServiceUnavailable",
    "PartitionQpsLimitted",
    "SlowDown",
    "SomethingNew",
)


@pytest.fixture
def filled(bucket: Bucket) -> Bucket:
    for number in range(5):
        bucket.put(f"key{number}", b"data" * 1000)
    return bucket


@pytest.mark.parametrize("code", THROTTLING)
def test_a_throttling_code_is_a_503_as_often_as_asked(
    server: OssServer, filled: Bucket, raw: RawClient, code: str
) -> None:
    server.faults.add(Fault("LIST", code=code, times=2))
    assert len(server.faults) == 1
    assert [raw.list().text("Code") for _ in range(3)] == [code, code, None]
    assert [request.status for request in server.requests] == [503, 503, 200]
    assert len(server.faults) == 0


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalError"),
        (503, "ServiceUnavailable"),
        (403, "AccessDenied"),
        (404, "NoSuchKey"),
        (502, "ServiceUnavailable"),
    ],
)
def test_a_status_alone_gets_a_code_that_goes_with_it(
    server: OssServer, filled: Bucket, raw: RawClient, status: int, code: str
) -> None:
    server.faults.add(Fault(status=status, message="because"))
    got = raw.get("key1")
    assert (got.status, got.text("Code"), got.text("Message")) == (status, code, "because")


def test_a_fault_meets_only_what_it_names(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    server.faults.add(
        Fault("GET", key="key1", status=500),
        Fault("HEAD", status=501),
        Fault("LIST", key="key", status=502),
        Fault("GET", skip=2, status=503, times=None),
    )
    assert raw.get("key0").status == 200
    assert raw.get("key1").status == 500
    assert raw.list().status == 200
    assert raw.list(prefix="key").status == 502
    assert raw.ask("HEAD", f"/{BUCKET}/key1").status == 501
    assert [raw.get("key1").status for _ in range(4)] == [200, 503, 503, 503]
    assert len(server.faults) == 0, "what always happens is not waited for"
    server.faults.clear()
    assert raw.get("key1").status == 200


def test_a_body_cut_short_keeps_its_length_in_the_header(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    server.faults.add(Fault("GET", truncate_at=10))
    with pytest.raises(http.client.IncompleteRead) as caught:
        raw.get("key1")
    assert (len(caught.value.partial), caught.value.expected) == (10, 3990)


def test_a_connection_can_be_reset_before_and_within_a_reply(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    server.faults.add(Fault("GET", reset=True), Fault("GET", reset=True, truncate_at=10))
    with pytest.raises(ConnectionResetError):
        raw.get("key1")
    raw.connection.close()
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        raw.get("key1")
    raw.connection.close()
    assert raw.get("key1").status == 200
    assert [request.status for request in server.requests] == [0, 200, 200]
    assert len({request.connection for request in server.requests}) == 3


@pytest.mark.parametrize("shift", [1, -1])
def test_a_length_can_be_wrong(server: OssServer, filled: Bucket, raw: RawClient, shift: int) -> None:
    server.faults.add(Fault("GET", wrong_length=shift))
    if shift > 0:
        with pytest.raises(http.client.IncompleteRead):
            raw.get("key1")
    else:
        assert raw.get("key1").body == filled.put("x", b"data" * 1000).data[:-1]
    raw.connection.close()
    assert len(raw.get("key1").body) == 4000


def test_a_body_can_come_in_chunks_without_a_length(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    filled.put("large", b"x" * 20_000)
    server.faults.add(Fault("GET", chunked=True), Fault("HEAD", chunked=True), Fault(chunked=True, truncate_at=9000))
    got = raw.get("large")
    assert (got.body, got.headers["transfer-encoding"]) == (b"x" * 20_000, "chunked")
    assert "content-length" not in got.headers
    assert raw.ask("HEAD", f"/{BUCKET}/large").status == 200
    with pytest.raises(http.client.IncompleteRead):
        raw.get("large")


def test_a_checksum_can_be_that_of_other_bytes(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    server.faults.add(Fault("GET", bad_crc=True))
    assert raw.get("key1").headers["x-oss-hash-crc64ecma"] != str(crc64.xz(b"data" * 1000))
    assert raw.get("key1").headers["x-oss-hash-crc64ecma"] == str(crc64.xz(b"data" * 1000))


def test_headers_can_be_changed_and_left_out(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    changes = {"ETag": '"x"', "x-oss-hash-crc64ecma": None, "Retry-After": "1"}
    server.faults.add(Fault("GET", headers=changes))
    got = raw.get("key1")
    assert (got.headers["etag"], got.headers["retry-after"]) == ('"x"', "1")
    assert "x-oss-hash-crc64ecma" not in got.headers


def test_a_reply_can_come_late(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    server.faults.add(Fault("GET", delay=0.05))
    begun = time.monotonic()
    assert raw.get("key1").status == 200
    assert time.monotonic() - begun >= 0.05


def test_a_late_reply_does_not_hold_up_the_end(filled: Bucket) -> None:
    with OssServer() as server:
        asked = threading.Event()
        server.faults.add(Fault(delay=3600, after=asked.set))
        host, port = server.endpoint.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert asked.wait(timeout=PATIENCE)
            server.stop()
            assert connection.recv(1) == b""


@pytest.mark.parametrize("limit", [0, 1, 2])
@pytest.mark.parametrize("iterator", [oss2.ObjectIterator, oss2.ObjectIteratorV2])
def test_a_page_can_be_short_or_empty_and_still_not_the_last(
    server: OssServer, filled: Bucket, limit: int, iterator: type
) -> None:
    fault = Fault("LIST", empty_page=True) if limit == 0 else Fault("LIST", short_page=limit)
    server.faults.add(fault)
    with client(server) as oss:
        assert [one.key for one in iterator(oss)] == filled.keys()
    assert len(server.requests) == 2


def test_a_page_can_be_broken(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    server.faults.add(Fault("LIST", malformed=True), Fault("LIST", rewrite=lambda page: page.replace(b"key3", b"key4")))
    broken = raw.list()
    with pytest.raises(ElementTree.ParseError):
        _ = broken.xml
    assert int(broken.headers["content-length"]) == len(broken.body)
    assert raw.list().texts("Contents/Key") == ["key0", "key1", "key2", "key4", "key4"]


def test_the_bucket_can_change_between_two_pages(server: OssServer, filled: Bucket) -> None:
    def change() -> None:
        filled.put("key1a")
        filled.delete("key2")
        filled.delete("key0")
        filled.put("key9")

    server.faults.add(Fault("LIST", after=change))
    with client(server) as oss:
        listed = [one.key for one in oss2.ObjectIteratorV2(oss, max_keys=2)]
    assert listed == ["key0", "key1", "key1a", "key3", "key4", "key9"]


def test_an_object_can_change_between_its_listing_and_its_reading(
    server: OssServer, filled: Bucket, raw: RawClient
) -> None:
    server.faults.add(Fault("LIST", after=lambda: filled.put("key1", b"new")))
    etag = raw.list().texts("Contents/ETag")[1]
    got = raw.get("key1", If_Match=etag)
    assert got.status == 412
    assert raw.get("key1").body == b"new"


def test_faults_can_be_combined(server: OssServer, filled: Bucket, raw: RawClient) -> None:
    ran: list[int] = []
    fault = Fault("GET", delay=0.001, bad_crc=True, chunked=True, rewrite=bytes.upper, after=lambda: ran.append(1))
    server.faults.add(fault)
    assert raw.get("key1").body == b"DATA" * 1000
    assert ran == [1]
