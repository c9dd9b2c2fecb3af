"""Invalid requests: each gets a response, and the server continues."""

import base64
import socket
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fake_oss.clients import BUCKET, NAME_AND_PORT, RawClient, exchange
from tests.oss_server import Fault, OssServer
from tests.oss_server.service import Service
from tests.oss_server.store import Bucket
from tests.oss_server.wire import BODY_LIMIT, FIELDS_LIMIT, LINE_LIMIT, Message
from tests.running import PATIENCE

TOO_MANY = "".join(f"h{number}: x\r\n" for number in range(FIELDS_LIMIT + 1))


def test_an_error_says_all_that_oss_says(raw: RawClient) -> None:
    got = raw.get("no%3Csuch%3E")
    assert got.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>NoSuchKey</Code>\n')
    assert {child.tag: child.text for child in got.xml} == {
        "Code": "NoSuchKey",
        "Message": "The specified key does not exist.",
        "RequestId": got.headers["x-oss-request-id"],
        "HostId": raw.connection.host + f":{raw.connection.port}",
        "Key": "no<such>",
        "EC": got.headers["x-oss-ec"],
        "RecommendDoc": "https://api.aliyun.com/troubleshoot?q=0026-00000001",
    }
    assert got.headers["content-type"] == "application/xml"


def test_the_error_of_a_head_stands_in_a_header(raw: RawClient) -> None:
    got = raw.ask("HEAD", f"/{BUCKET}/none")
    assert (got.status, got.body) == (404, b"")
    error = ElementTree.fromstring(base64.b64decode(got.headers["x-oss-err"]))
    assert error.findtext("RequestId") == got.headers["x-oss-request-id"]
    assert error.findtext("EC") == got.headers["x-oss-ec"] == "0026-00000001"


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/a", 400, "InvalidBucketName"),
        ("GET", "/UPPER/", 400, "InvalidBucketName"),
        ("GET", "/%ff%fe/", 400, "InvalidBucketName"),
        ("GET", "//x", 400, "InvalidBucketName"),
        ("GET", f"/{BUCKET}//x", 400, "InvalidObjectName"),
        ("GET", f"/{BUCKET}/%5Cx", 400, "InvalidObjectName"),
        ("GET", f"/{BUCKET}/%ff", 400, "InvalidObjectName"),
        ("GET", f"/{BUCKET}/{'a' * 1024}", 400, "InvalidObjectName"),
        ("GET", f"/{BUCKET}/?prefix=%ff", 400, "InvalidArgument"),
        ("GET", f"/{BUCKET}/?lifecycle", 403, "AccessDenied"),
        ("GET", "/no-such-bucket/", 404, "NoSuchBucket"),
        ("GET", "*", 400, "InvalidBucketName"),
        ("GET", "http://", 403, "AccessDenied"),
        ("GET", "//[x://", 400, "InvalidBucketName"),
        ("OPTIONS", f"/{BUCKET}/a", 403, "AccessDenied"),
        ("BREW", f"/{BUCKET}/a", 403, "AccessDenied"),
        ("POST", f"/{BUCKET}/a?restore", 403, "AccessDenied"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    raw: RawClient, server: OssServer, method: str, target: str, status: int, code: str
) -> None:
    got = raw.ask(method, target)
    assert (got.status, got.text("Code")) == (status, code)
    assert server.requests[-1].status == status


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\0\1\2\3",
        b"GET\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        b"GET / /x HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a",
        b"GET / HTTP/1.1\r\n" + TOO_MANY.encode() + b"\r\n",
        b"GET /" + b"a" * LINE_LIMIT + b" HTTP/1.1\r\n\r\n",
        b"PUT /a HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"PUT /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"PUT /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
        b"PUT /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        b"PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"PUT /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1),
        b"PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n",
    ],
)
def test_what_is_not_http_is_answered_and_ends_the_connection(
    server: OssServer, raw: RawClient, request_bytes: bytes
) -> None:
    reply = exchange(server, request_bytes)
    assert reply.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\nConnection: close\r\n" in reply
    assert b"<Code>InvalidRequest</Code>" in reply or b"<Code>EntityTooLarge</Code>" in reply
    assert raw.list().status == 200


@pytest.mark.parametrize("request_bytes", [b"", b"\r\n", b"\r\n\r\n"])
def test_a_connection_that_asks_nothing_gets_nothing(server: OssServer, request_bytes: bytes) -> None:
    assert exchange(server, request_bytes) == b""


METHODS = st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "get", ""])
TARGET = (
    f"/ /{BUCKET} /{BUCKET}/ a ? & = % %00 %ff %zz é \0 [ ] # : // http:// list-type=2 max-keys= prefix= delimiter=/"
)
TARGETS = st.lists(
    st.sampled_from([*TARGET.split(), "continuation-token=", "x-oss-signature-version=OSS4-HMAC-SHA256"])
)
HEADER = """Host Range If-Match If-Modified-Since Date Authorization Content-Length x-oss-date x-oss-content-sha256"""
HEADERS = st.dictionaries(
    st.sampled_from(HEADER.split()),
    st.sampled_from(
        [
            "bytes=-",
            "bytes=1-0",
            "OSS a:b",
            "OSS4-HMAC-SHA256 Credential=a",
            "9",
            "-",
            "é",
            "",
            "[::1",
            "UNSIGNED-PAYLOAD",
        ]
    ),
    max_size=4,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(METHODS, TARGETS, HEADERS)
def test_no_request_stops_the_server(
    server: OssServer, bucket: Bucket, method: str, parts: list[str], headers: dict[str, str]
) -> None:
    bucket.put("a", b"data")
    lines = [f"{method} {''.join(parts)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    exchange(server, "\r\n".join(lines).encode() + b"\r\n\r\n")
    reply = exchange(server, f"GET /{BUCKET}/ HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_may_be_sent_ahead_and_the_connection_kept_or_not(server: OssServer, bucket: Bucket) -> None:
    bucket.put("a", b"data")
    one = f"GET /{BUCKET}/a HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    assert exchange(server, one * 3).count(b"\r\n\r\ndata") == 3
    assert exchange(server, one.replace(b"Host: h", b"Connection: close") * 3).count(b"\r\n\r\ndata") == 1
    assert exchange(server, one.replace(b"HTTP/1.1", b"HTTP/1.0") * 3).count(b"\r\n\r\ndata") == 1
    kept = one.replace(b"HTTP/1.1\r\nHost: h", b"HTTP/1.0\r\nConnection: Keep-Alive")
    assert exchange(server, kept * 3).count(b"\r\n\r\ndata") == 3


def test_a_client_that_waits_is_told_to_continue(server: OssServer) -> None:
    host, port = server.endpoint[NAME_AND_PORT].split(":")
    with (
        socket.create_connection((host, int(port)), timeout=PATIENCE) as connection,
        connection.makefile("rb") as stream,
    ):
        connection.sendall(b"PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
        connection.sendall(b"x")
        assert stream.readline() == b"\r\n"
        assert stream.readline() == b"HTTP/1.1 400 Bad Request\r\n"


def test_chunks_and_trailers_are_read(server: OssServer, bucket: Bucket) -> None:
    server.faults.add(Fault("PUT", status=418, code="Teapot"))
    body = b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
    head = f"PUT /{BUCKET}/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    following = f"GET /{BUCKET}/ HTTP/1.1\r\n\r\n".encode()
    reply = exchange(server, head + body + following)
    assert reply.startswith(b"HTTP/1.1 418 I'm a Teapot\r\n")
    assert reply.count(b"HTTP/1.1 200 OK\r\n") == 1


def test_what_fails_inside_the_server_comes_out_at_its_end() -> None:
    spoiled = OssServer()
    spoiled.bucket(BUCKET, public=True)
    spoiled.faults.add(Fault("LIST", after=lambda: 1 // 0))
    spoiled.start()
    assert exchange(spoiled, f"GET /{BUCKET}/ HTTP/1.0\r\n\r\n".encode()).startswith(b"HTTP/1.1 200 OK")
    with pytest.raises(ZeroDivisionError):
        spoiled.__exit__(None, None, None)


def test_a_crash_is_answered_with_a_500() -> None:
    service = Service("cn-hangzhou")
    service.buckets = None  # type: ignore[assignment]
    answer = service.answer(Message("GET", "/abc/", {"host": "a.b"}), 1)
    assert (answer.reply.status, [type(one) for one in service.crashes]) == (500, [AttributeError])
