"""How a request names its bucket: path style, virtual-hosted, by a domain of its own. DNS is not needed:
oss2 takes the server for its HTTP proxy."""

import oss2
import pytest

from tests.fake_oss.clients import BUCKET, RawClient, client
from tests.oss_server import OssServer
from tests.oss_server.call import read_call
from tests.oss_server.errors import OssError
from tests.oss_server.store import Bucket, Buckets
from tests.oss_server.wire import Message

KEY = "2026/a b.ts"


@pytest.mark.parametrize("signature", ["V1", "V4"])
@pytest.mark.parametrize(
    ("endpoint", "is_cname", "host"),
    [
        ("http://oss-cn-hangzhou.aliyuncs.com", False, f"{BUCKET}.oss-cn-hangzhou.aliyuncs.com"),
        ("http://oss-cn-hangzhou-internal.aliyuncs.com", False, f"{BUCKET}.oss-cn-hangzhou-internal.aliyuncs.com"),
        ("http://oss-accelerate.aliyuncs.com:8080", False, f"{BUCKET}.oss-accelerate.aliyuncs.com:8080"),
        ("http://media.example.com", True, "media.example.com"),
        ("http://oss.example.test", False, f"{BUCKET}.oss.example.test"),
    ],
)
def test_a_host_name_leads_to_its_bucket(
    server: OssServer, bucket: Bucket, endpoint: str, is_cname: bool, host: str, signature: str
) -> None:
    bucket.put(KEY, b"data")
    bucket.public = bucket.lists_publicly = False
    bucket.add_host("Media.example.com")
    proxies = {"http": server.endpoint}
    with client(server, signature, endpoint=endpoint, is_cname=is_cname, proxies=proxies) as oss:
        assert [one.key for one in oss2.ObjectIteratorV2(oss)] == [KEY]
        assert oss.get_object(KEY).read() == b"data"
        with pytest.raises(oss2.exceptions.NoSuchKey) as caught:
            oss.get_object("none")
    assert caught.value.details["HostId"] == host
    assert {(request.bucket, request.headers["host"]) for request in server.requests} == {(BUCKET, host)}


def test_the_service_itself_has_no_bucket_in_its_host(server: OssServer, bucket: Bucket) -> None:
    proxies = {"http": server.endpoint}
    auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
    endpoint = "http://oss-cn-hangzhou.aliyuncs.com"
    service = oss2.Service(auth, endpoint, region=server.region, proxies=proxies)
    try:
        assert [one.name for one in oss2.BucketIterator(service)] == [BUCKET]
    finally:
        service.session.session.close()


@pytest.mark.parametrize(
    ("target", "host", "bucket", "key"),
    [
        ("/", "127.0.0.1:80", "", ""),
        ("/abc", "127.0.0.1:80", "abc", ""),
        ("/abc/", "127.0.0.1:80", "abc", ""),
        ("/abc/k/l", "127.0.0.1:80", "abc", "k/l"),
        ("/abc/k", "localhost", "abc", "k"),
        ("/abc/k", "[::1]:80", "abc", "k"),
        ("/abc/k", "", "abc", "k"),
        ("/abc/k?a=/x", "10.0.0.1", "abc", "k"),
        ("/k/l", "xyz.oss-cn-hangzhou.aliyuncs.com", "xyz", "k/l"),
        ("/k", "XYZ.oss-cn-hangzhou.aliyuncs.com:80", "xyz", "k"),
        ("/k", "cname.example.com", "bound", "k"),
        ("/abc/k", "oss-cn-hangzhou.aliyuncs.com", "abc", "k"),
        ("http://xyz.oss-cn-hangzhou.aliyuncs.com/k?a", "127.0.0.1", "xyz", "k"),
        ("http://127.0.0.1", "x", "", ""),
        ("/abc/http://a.b/c", "127.0.0.1", "abc", "http://a.b/c"),
        ("/abc/a%3Fb%23c%2Fd+e", "127.0.0.1", "abc", "a?b#c/d+e"),
        ("/abc/..%2F.", "127.0.0.1", "abc", "../."),
    ],
)
def test_address(target: str, host: str, bucket: str, key: str) -> None:
    buckets = Buckets(lambda: 0)
    buckets.ensure("bound").add_host("cname.example.com")
    call = read_call(Message("GET", target, {"host": host}), buckets.by_host)
    assert (call.bucket, call.key) == (bucket, key)


def test_a_query_is_decoded_as_a_form_and_keeps_its_order() -> None:
    message = Message("GET", "/abc/?b=1%2B+2&a&&c=&b=x=y", {})
    call = read_call(message, Buckets(lambda: 0).by_host)
    assert call.query == (("b", "1+ 2"), ("a", ""), ("c", ""), ("b", "x=y"))
    assert call.params == {"b": "x=y"}


@pytest.mark.parametrize("name", ["ab", "-ab", "ab-", "a_b", "A" * 3, "a" * 64, "a.b"])
def test_a_bucket_name_has_its_rules(name: str) -> None:
    buckets = Buckets(lambda: 0)
    with pytest.raises(ValueError, match="no bucket can be called"):
        buckets.ensure(name)
    with pytest.raises(OssError, match="InvalidBucketName"):
        read_call(Message("GET", f"/{name}/k", {}), buckets.by_host)


def test_an_address_without_a_bucket_behind_it_is_not_found(raw: RawClient) -> None:
    got = raw.ask("GET", "/k", {"Host": "nobody.example.com"})
    assert (got.status, got.text("Code"), got.text("BucketName")) == (404, "NoSuchBucket", "nobody")
