"""OSS as a bucket: credentials, and how keys and host names are sent."""

import time
from pathlib import Path

import pytest

from ossrec.errors import (
    AccessDenied,
    BucketBusy,
    ObjectMissing,
)
from tests.buckets.sample_buckets import MODIFIED, NAME, all_keys, connect, environment, send_each_request
from tests.oss_server import Fault, OssServer

HARD_KEYS = [".", "..", "./a", "a/../b", "a b", "a+b", "a%b", "a%2Fb", "%", "?x=1", "#", "é/日本/😀", "a\nb", "a\x01b"]
HARD_KEYS += ["a//b", "a/", "~", "a&b=c;d", "'\"<>", "a\\", ":", "\u202e", "a" * 1023]


# Who asks.


@pytest.mark.parametrize("signing", ["v1", "v4"])
def test_every_request_is_signed(server: OssServer, signing: str) -> None:
    server.bucket(NAME).put("a", b"12345")
    send_each_request(connect(server, signing=signing))
    kinds = {"v1": "OSS ***", "v4": "OSS4-HMAC-SHA256 ***"}
    assert {request.headers["authorization"] for request in server.requests} == {kinds[signing]}
    assert {request.status for request in server.requests} == {200, 206}


@pytest.mark.parametrize("signing", ["v1", "v4"])
def test_temporary_credentials_send_their_token(server: OssServer, signing: str) -> None:
    server.bucket(NAME).put("a", b"12345")
    server.add_key("STS.id", "sts-secret", token="the-token")
    variables = {"OSS_ACCESS_KEY_ID": "STS.id", "OSS_ACCESS_KEY_SECRET": "sts-secret"}
    send_each_request(connect(server, NAME, {**variables, "OSS_SESSION_TOKEN": "the-token"}, signing=signing))
    with pytest.raises(AccessDenied, match=r"set OSS_SESSION_TOKEN|check OSS_ACCESS_KEY_ID"):
        connect(server, NAME, {**variables, "OSS_SESSION_TOKEN": "another"}, signing=signing).page()


def test_a_token_that_expired_is_said_to_have(server: OssServer) -> None:
    server.add_key("STS.id", "sts-secret", token="the-token", expires=time.time() - 10)
    variables = {"OSS_ACCESS_KEY_ID": "STS.id", "OSS_ACCESS_KEY_SECRET": "sts-secret", "OSS_SESSION_TOKEN": "the-token"}
    with pytest.raises(AccessDenied, match=r"SecurityTokenExpired .*: get new temporary credentials"):
        connect(server, NAME, variables).page()


def test_a_public_bucket_needs_no_credentials(server: OssServer) -> None:
    server.bucket(NAME, public=True).put("a", b"12345")
    send_each_request(connect(server, NAME, {}, region=""))
    assert not any("authorization" in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        pytest.param({}, "no credentials are set: set OSS_ACCESS_KEY_ID and", id="none at all"),
        pytest.param(
            {"OSS_ACCESS_KEY_ID": "nobody"}, "InvalidAccessKeyId .*: this access key does not", id="no such key"
        ),
        pytest.param(
            {"OSS_ACCESS_KEY_SECRET": "x"}, "SignatureDoesNotMatch .*: the access key's secret", id="bad secret"
        ),
    ],
)
def test_credentials_that_do_not_do(server: OssServer, variables: dict[str, str], said: str) -> None:
    given = {**environment(server), **variables} if variables else {}
    with pytest.raises(AccessDenied, match=said) as caught:
        connect(server, NAME, given).page()
    assert caught.value.exit_code == 12
    assert caught.value.request_id == str(caught.value).partition("request id ")[2][:24]


@pytest.mark.parametrize(
    ("denied", "said"), [("LIST", "oss:ListObjects on the bucket"), ("GET", "oss:GetObject on its prefix")]
)
def test_a_right_that_is_missing_is_named(server: OssServer, denied: str, said: str) -> None:
    server.bucket(NAME).put("a", b"12345")
    server.add_key("reader", "secret", denied=[denied])
    bucket = connect(server, NAME, {"OSS_ACCESS_KEY_ID": "reader", "OSS_ACCESS_KEY_SECRET": "secret"})
    with pytest.raises(AccessDenied, match=f"the access key needs {said}"):
        send_each_request(bucket)


@pytest.mark.parametrize(("skew", "side"), [(3600.0, "behind"), (-3600.0, "ahead of")])
@pytest.mark.parametrize("signing", ["v1", "v4"])
def test_a_clock_that_is_off_is_measured(server: OssServer, signing: str, skew: float, side: str) -> None:
    bucket = connect(server, signing=signing)
    assert bucket.clock_ahead is None
    server.clock_skew = skew
    with pytest.raises(AccessDenied, match=rf"this machine's clock is (3599|36\d\d) s {side} OSS's, set it"):
        bucket.page()
    server.clock_skew = 0.0
    bucket.page()
    assert bucket.clock_ahead is not None
    assert abs(bucket.clock_ahead) < 60


def test_a_netrc_does_not_replace_the_signature(
    server: OssServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login someone password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    connect(server).page()
    assert server.requests[0].headers["authorization"] == "OSS4-HMAC-SHA256 ***"


# How it is reached.


@pytest.mark.parametrize("key", HARD_KEYS, ids=ascii)
@pytest.mark.parametrize("signing", ["v1", "v4"])
def test_any_key_arrives_as_it_is(server: OssServer, signing: str, key: str) -> None:
    server.bucket(NAME).put(key, b"12345", MODIFIED)
    bucket = connect(server, signing=signing)
    assert all_keys(bucket) == all_keys(bucket, key) == [key]
    assert all_keys(bucket, "", key) == []
    assert bucket.read(key, limit=9).data == b"12345"
    assert bucket.read_range(key, 1, 3).data == b"23"


@pytest.mark.parametrize("key", ["/a", "\\a", "a" * 1024], ids=["a slash first", "a backslash first", "too long"])
def test_a_key_that_oss_does_not_have_is_missing(server: OssServer, key: str) -> None:
    with pytest.raises(ObjectMissing, match="no object can have this key"):
        connect(server).read(key, limit=9)


def test_pages_go_on_after_any_key(server: OssServer) -> None:
    for key in HARD_KEYS:
        server.bucket(NAME).put(key, b"")
    server.faults.add(Fault("LIST", times=None, short_page=1))
    assert all_keys(connect(server)) == sorted(HARD_KEYS, key=str.encode)


@pytest.fixture
def as_proxy(server: OssServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Lets any host name lead to the server, as an HTTP proxy would."""
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.endpoint)
    return server.endpoint


@pytest.mark.usefixtures("as_proxy")
@pytest.mark.parametrize("signing", ["v1", "v4"])
@pytest.mark.parametrize(
    ("settings", "host"),
    [
        pytest.param(
            {"endpoint": "http://oss-cn-hangzhou.aliyuncs.com"},
            "recordings.oss-cn-hangzhou.aliyuncs.com",
            id="the bucket in the host name",
        ),
        pytest.param(
            {"endpoint": "http://oss-accelerate.aliyuncs.com"},
            "recordings.oss-accelerate.aliyuncs.com",
            id="accelerated",
        ),
        pytest.param(
            {"endpoint": "http://media.example.com", "cnames": ("media.example.com",)},
            "media.example.com",
            id="a bound host name",
        ),
        pytest.param(
            {"endpoint": "http://oss-cn-hangzhou.aliyuncs.com", "path_style": True},
            "oss-cn-hangzhou.aliyuncs.com",
            id="the bucket in the path",
        ),
    ],
)
def test_the_bucket_is_found_by(server: OssServer, signing: str, settings: dict[str, object], host: str) -> None:
    server.bucket(NAME).add_host("media.example.com")
    for key in ("a", "..", "b c"):
        server.bucket(NAME).put(key, b"12345")
    bucket = connect(server, signing=signing, **settings)
    send_each_request(bucket)
    assert bucket.read("..", limit=9).data == bucket.read("b c", limit=9).data == b"12345"
    assert {request.headers["host"] for request in server.requests} == {host}
    assert host in bucket.address.hosts | bucket.address.path_hosts


def test_proxies_can_be_kept_away(server: OssServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    connect(server).page()


def test_a_proxy_that_fails_is_named_without_its_password(server: OssServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://someone:hush@127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(BucketBusy, match="the proxy refused or failed: check HTTP_PROXY") as caught:
        connect(server).page()
    assert "hush" not in str(caught.value)


def test_a_redirect_is_not_followed(server: OssServer) -> None:
    with OssServer() as other:
        location = f"{other.endpoint}/{NAME}/a"
        server.faults.add(Fault("GET", status=307, code="TemporaryRedirect", headers={"Location": location}))
        with pytest.raises(AccessDenied, match="cannot be reached at this endpoint: check the region"):
            connect(server).read("a", limit=9)
        assert other.requests == []


def test_the_endpoint_that_oss_names_instead_is_passed_on(server: OssServer) -> None:
    error = b"<Error><Code>AccessDenied</Code><Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint></Error>"
    server.faults.add(Fault(status=403, rewrite=lambda _: error))
    with pytest.raises(AccessDenied, match=r"set the endpoint to oss-cn-beijing\.aliyuncs\.com"):
        connect(server).page()


def test_connections_are_used_again(server: OssServer) -> None:
    server.bucket(NAME).put("a", b"12345")
    bucket = connect(server)
    for _ in range(3):
        send_each_request(bucket)
        with pytest.raises(ObjectMissing):
            bucket.read("b", limit=9)
        assert bucket.read_range("a", 7, 9).data == b""
    assert {request.connection for request in server.requests} == {1}
