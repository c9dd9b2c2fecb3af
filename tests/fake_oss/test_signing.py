"""Signatures, compared with oss2's signer and published examples, and every kind of invalid signature."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import oss2
import pytest

from tests.fake_oss.clients import BUCKET, RawClient, client, fetch
from tests.oss_server import OssServer
from tests.oss_server.store import Bucket

HARD_KEY = "a b/ü+%2F'&=?#~*()/\u4e2d\U0001f600.ts"
BOTH = pytest.mark.parametrize("signature", ["V1", "V4"])


@pytest.fixture
def private(server: OssServer) -> Bucket:
    bucket = server.bucket(BUCKET)
    bucket.put(HARD_KEY, b"data")
    return bucket


def refusal(action: Callable[[], object]) -> tuple[int, str, str]:
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        action()
    assert caught.value.request_id
    return caught.value.status, caught.value.code, caught.value.details.get("EC", "")


@BOTH
def test_a_key_with_every_hard_character_can_be_written_read_listed_and_deleted(
    server: OssServer, private: Bucket, signature: str
) -> None:
    with client(server, signature) as oss:
        oss.put_object(
            HARD_KEY + "2", b"more", headers={"x-oss-meta-a": "b", "Content-MD5": "rd7EJpMucTI3AK+hkR+PHA=="}
        )
        assert oss.get_object(HARD_KEY + "2").read() == b"more"
        assert [one.key for one in oss2.ObjectIteratorV2(oss, prefix="a b/ü")] == [HARD_KEY, HARD_KEY + "2"]
        assert oss.delete_object(HARD_KEY + "2").status == 204
    assert private.keys() == [HARD_KEY]


@BOTH
def test_every_query_parameter_of_a_listing_is_signed(server: OssServer, private: Bucket, signature: str) -> None:
    with client(server, signature) as oss:
        page = oss.list_objects_v2(prefix="a b/", delimiter="/", start_after="a a", fetch_owner=True, max_keys=10)
        assert page.prefix_list == ["a b/ü+%2F'&=?#~*()/"]
        assert oss.list_objects(prefix="a", marker="A+ ").object_list[0].key == HARD_KEY


@BOTH
def test_a_signed_url_needs_nothing_else(server: OssServer, private: Bucket, signature: str) -> None:
    with client(server, signature) as oss:
        url = oss.sign_url("GET", HARD_KEY, 60, slash_safe=True)
    assert fetch(url).body == b"data"
    got = fetch(url.replace("a%20b", "a%20c"))
    assert (got.status, got.text("Code")) == (403, "SignatureDoesNotMatch")


@BOTH
def test_response_headers_can_be_set_in_a_signed_url(server: OssServer, private: Bucket, signature: str) -> None:
    with client(server, signature) as oss:
        params = {"response-content-type": "video/mp2t"}
        url = oss.sign_url("GET", HARD_KEY, 60, slash_safe=True, params=params)
    assert fetch(url).headers["content-type"] == "video/mp2t"


@BOTH
def test_a_signed_url_expires_by_the_servers_clock(server: OssServer, private: Bucket, signature: str) -> None:
    with client(server, signature) as oss:
        url = oss.sign_url("GET", HARD_KEY, 60, slash_safe=True)
    server.clock_skew = 90
    got = fetch(url)
    assert (got.status, got.text("Code"), got.text("Message")) == (
        403,
        "AccessDenied",
        "Request has expired.",
    )
    assert got.headers["x-oss-ec"] == "0002-00000069"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        pytest.param({"id": "nobody"}, (403, "InvalidAccessKeyId", "0002-00000902"), id="unknown key"),
        pytest.param({"secret": "no"}, (403, "SignatureDoesNotMatch", "0002-00000040"), id="wrong secret"),
        pytest.param(
            {"token": "t"}, (403, "InvalidAccessKeyId", "0002-00000002"), id="a token for a key that has none"
        ),
        pytest.param(
            {"id": "STS.a", "secret": "s"},
            (403, "InvalidAccessKeyId", "0002-00000902"),
            id="no token for an STS key",
        ),
        pytest.param(
            {"id": "STS.a", "secret": "s", "token": "x"},
            (403, "InvalidSecurityToken", "0002-00000006"),
            id="a wrong token",
        ),
        pytest.param(
            {"id": "STS.old", "secret": "s", "token": "t"},
            (403, "SecurityTokenExpired", "0002-00000007"),
            id="an expired token",
        ),
        pytest.param({"bucket": "no-such"}, (404, "NoSuchBucket", "0015-00000101"), id="no such bucket"),
    ],
)
@BOTH
@pytest.mark.parametrize("method", ["get_object", "head_object"])
def test_wrong_credentials_are_refused_with_the_right_code(
    server: OssServer,
    private: Bucket,
    signature: str,
    method: str,
    change: dict[str, str],
    wanted: tuple[int, str, str],
) -> None:
    server.add_key("STS.a", "s", "t")
    server.add_key("STS.old", "s", "t", expires=time.time() - 1)
    with client(server, signature, **change) as oss:
        assert refusal(lambda: getattr(oss, method)(HARD_KEY)) == wanted


@BOTH
def test_an_sts_token_opens_by_header_and_by_url(server: OssServer, private: Bucket, signature: str) -> None:
    server.add_key("STS.a", "s", "t+/=", expires=time.time() + 60)
    with client(server, signature, id="STS.a", secret="s", token="t+/=") as oss:
        assert oss.get_object(HARD_KEY).read() == b"data"
        assert fetch(oss.sign_url("GET", HARD_KEY, 60, slash_safe=True)).body == b"data"
    assert "t+/=" not in repr(server.requests)


@BOTH
@pytest.mark.parametrize(
    ("skew", "passes"), [(880, True), (-880, True), (920, False), (-920, False), (86_400 * 30, False)]
)
def test_a_clock_may_be_off_by_a_quarter_of_an_hour(
    server: OssServer, private: Bucket, signature: str, skew: int, passes: bool
) -> None:
    server.clock_skew = skew
    with client(server, signature) as oss:
        if passes:
            assert oss.get_object(HARD_KEY).read() == b"data"
            return
        with pytest.raises(oss2.exceptions.ServerError) as caught:
            oss.get_object(HARD_KEY)
    error = caught.value
    assert (error.status, error.code, error.details["EC"]) == (403, "RequestTimeTooSkewed", "0002-00000504")
    server_time = datetime.fromisoformat(error.details["ServerTime"])
    request_time = datetime.fromisoformat(error.details["RequestTime"])
    assert abs((server_time - request_time).total_seconds() - skew) <= 2
    assert error.details["MaxAllowedSkewMilliseconds"] == "900000"


def test_a_mismatch_shows_what_the_server_signed(server: OssServer, private: Bucket) -> None:
    with client(server, "V4", secret="no") as oss, pytest.raises(oss2.exceptions.ServerError) as caught:
        oss.get_object("k y")
    details = caught.value.details
    assert details["StringToSign"].startswith("OSS4-HMAC-SHA256\n")
    assert details["CanonicalRequest"].startswith(f"GET\n/{BUCKET}/k%20y\n")
    assert bytes.fromhex(details["StringToSignBytes"]).decode() == details["StringToSign"]


def test_the_region_of_a_v4_signature_must_be_the_servers(server: OssServer, private: Bucket) -> None:
    with client(server, "V4", region="cn-beijing") as oss:
        assert refusal(oss.list_objects_v2) == (400, "InvalidArgument", "0002-00000226")


def test_a_v4_url_cannot_live_longer_than_a_week(server: OssServer, private: Bucket) -> None:
    with client(server, "V4") as oss:
        url = oss.sign_url("GET", HARD_KEY, 604_801, slash_safe=True)
    got = fetch(url)
    assert (got.status, got.headers["x-oss-ec"]) == (400, "0002-00000232")


def test_an_anonymous_request_to_a_private_bucket_is_denied(server: OssServer, private: Bucket, raw: RawClient) -> None:
    private.public = private.lists_publicly = False
    for got in (raw.get("x"), raw.list(), raw.ask("GET", "/"), raw.ask("PUT", f"/{BUCKET}/x", body=b"")):
        assert (got.status, got.text("Code"), got.text("EC")) == (403, "AccessDenied", "0003-00000001")


def test_a_public_bucket_can_be_read_and_listed_but_not_written(bucket: Bucket, raw: RawClient) -> None:
    bucket.put("x", b"data")
    assert raw.get("x").body == b"data"
    assert raw.list().texts("Contents/Key") == ["x"]
    assert raw.ask("PUT", f"/{BUCKET}/x", body=b"new").status == 403
    assert raw.ask("DELETE", f"/{BUCKET}/x").status == 403
    bucket.lists_publicly = False
    assert raw.list().status == 403
    assert raw.get("x").body == b"data"


def test_a_key_may_be_saved_from_some_calls(server: OssServer, private: Bucket) -> None:
    server.add_key("reader", "s", denied=["LIST"])
    with client(server, id="reader", secret="s") as oss:
        assert oss.get_object(HARD_KEY).read() == b"data"
        assert refusal(oss.list_objects_v2) == (403, "AccessDenied", "0003-00000001")


V4 = "OSS4-HMAC-SHA256 "


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        ("Basic YTpi", 400, "InvalidArgument"),
        ("OSS", 400, "InvalidArgument"),
        ("OSS ", 400, "InvalidArgument"),
        ("OSS :", 403, "InvalidAccessKeyId"),
        ("OSS2 AccessKeyId:a,Signature:b", 400, "InvalidArgument"),
        (V4, 400, "InvalidArgument"),
        (V4 + "Credential=a", 400, "InvalidArgument"),
        (V4 + "Credential=////,Signature=", 400, "InvalidArgument"),
        (V4 + "Credential=a/{d}/cn-hangzhou/sls/aliyun_v4_request,Signature=b", 400, "InvalidArgument"),
        (V4 + "Credential=a/{d}/cn-hangzhou/oss/aws4_request,Signature=b", 400, "InvalidArgument"),
        (V4 + "Credential=a/19700101/cn-hangzhou/oss/aliyun_v4_request,Signature=b", 400, "InvalidArgument"),
        (V4 + "Credential=a/{d}/cn-hangzhou/oss/aliyun_v4_request", 403, "InvalidAccessKeyId"),
        (V4 + "Credential=LTAI-demo/{d}/cn-hangzhou/oss/aliyun_v4_request", 403, "SignatureDoesNotMatch"),
        (
            V4 + "Credential=LTAI-demo/{d}/cn-hangzhou/oss/aliyun_v4_request,Signature=é",
            403,
            "SignatureDoesNotMatch",
        ),
    ],
)
def test_a_malformed_authorization_is_refused(raw: RawClient, authorization: str, status: int, code: str) -> None:
    now = datetime.now(UTC)
    headers = {
        "Authorization": authorization.replace("{d}", now.strftime("%Y%m%d")),
        "x-oss-date": now.strftime("%Y%m%dT%H%M%SZ"),
        "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
    }
    got = raw.get("x", **headers)
    assert (got.status, got.text("Code")) == (status, code)


@pytest.mark.parametrize(
    ("headers", "ec"),
    [
        ({}, "0002-00000224"),
        ({"x-oss-content-sha256": "e3b0c442"}, "0002-00000224"),
        ({"x-oss-content-sha256": "UNSIGNED-PAYLOAD"}, "0002-00000501"),
        ({"x-oss-content-sha256": "UNSIGNED-PAYLOAD", "x-oss-date": "soon"}, "0002-00000225"),
        ({"x-oss-content-sha256": "UNSIGNED-PAYLOAD", "x-oss-date": "20231399T000000Z"}, "0002-00000225"),
    ],
)
def test_a_v4_header_needs_its_date_and_says_that_the_body_is_not_signed(
    raw: RawClient, headers: dict[str, str], ec: str
) -> None:
    authorization = V4 + "Credential=LTAI-demo/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=b"
    assert raw.get("x", Authorization=authorization, **headers).text("EC") == ec


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("OSSAccessKeyId=LTAI-demo", "AccessDenied"),
        ("OSSAccessKeyId=LTAI-demo&Expires=soon&Signature=b", "AccessDenied"),
        ("OSSAccessKeyId=LTAI-demo&Expires=99999999999&Signature=b", "SignatureDoesNotMatch"),
        ("OSSAccessKeyId=nobody&Expires=99999999999&Signature=b", "InvalidAccessKeyId"),
        ("x-oss-signature-version=OSS4-HMAC-SHA256", "InvalidArgument"),
    ],
)
def test_a_malformed_signed_url_is_refused(raw: RawClient, query: str, code: str) -> None:
    assert raw.get(f"x?{query}").text("Code") == code
