"""The endpoint of a bucket and its host names, by settings."""

import pytest

from ossrec.buckets.open import open_bucket
from ossrec.buckets.oss.endpoints import Endpoint, address_of, endpoint_of, region_of
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import UsageProblem


def endpoint(
    host: str,
    region: str,
    scheme: str = "https",
    port: int | None = None,
    cname: bool = False,
    path_style: bool = False,
) -> Endpoint:
    return Endpoint(scheme, host, port, region, cname, path_style)


HANGZHOU = "oss-cn-hangzhou.aliyuncs.com"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"region": "cn-hangzhou"}, endpoint(HANGZHOU, "cn-hangzhou"), id="a region"),
        pytest.param({"region": " OSS-cn-hangzhou "}, endpoint(HANGZHOU, "cn-hangzhou"), id="as the console shows it"),
        pytest.param(
            {"region": "us-west-1", "internal": True},
            endpoint("oss-us-west-1-internal.aliyuncs.com", "us-west-1"),
            id="a region from inside",
        ),
        pytest.param({"endpoint": HANGZHOU}, endpoint(HANGZHOU, "cn-hangzhou"), id="an endpoint that tells its region"),
        pytest.param(
            {"endpoint": f"http://{HANGZHOU}/"}, endpoint(HANGZHOU, "cn-hangzhou", "http"), id="without encryption"
        ),
        pytest.param({"endpoint": f"demo.{HANGZHOU}"}, endpoint(HANGZHOU, "cn-hangzhou"), id="with the bucket in it"),
        pytest.param(
            {"endpoint": "oss-cn-hangzhou-internal.aliyuncs.com", "internal": True},
            endpoint("oss-cn-hangzhou-internal.aliyuncs.com", "cn-hangzhou"),
            id="an internal one",
        ),
        pytest.param(
            {"endpoint": "oss-accelerate.aliyuncs.com", "region": "cn-hangzhou"},
            endpoint("oss-accelerate.aliyuncs.com", "cn-hangzhou"),
            id="the accelerated one",
        ),
        pytest.param(
            {"endpoint": "Media.Example.com", "cnames": ("media.example.COM",), "region": "cn-hangzhou"},
            endpoint("media.example.com", "cn-hangzhou", cname=True),
            id="a bound host name",
        ),
        pytest.param(
            {"endpoint": "https://store.local:8443", "path_style": True, "signing": "v1"},
            endpoint("store.local", "", port=8443, path_style=True),
            id="the bucket in the path",
        ),
        pytest.param(
            {"endpoint": "http://127.0.0.1:9000", "region": "cn-x"},
            endpoint("127.0.0.1", "cn-x", "http", 9000, path_style=True),
            id="an IP address",
        ),
        pytest.param(
            {"endpoint": "localhost:9000", "region": "cn-x"},
            endpoint("localhost", "cn-x", port=9000, path_style=True),
            id="this machine",
        ),
    ],
)
def test_an_endpoint_follows_from(settings: dict[str, object], expected: Endpoint) -> None:
    assert endpoint_of("demo", BucketSettings(**settings), signed=True) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({}, "neither region nor endpoint is set: set OSSREC_REGION or --region", id="nothing"),
        pytest.param({"endpoint": "media.example.com"}, "media.example.com does not contain it", id="no region for V4"),
        pytest.param({"endpoint": "oss-accelerate.aliyuncs.com"}, "does not contain it", id="no region, accelerated"),
        pytest.param({"region": "Hangzhou!"}, "is not a region: write it like", id="no such region"),
        pytest.param({"endpoint": "ftp://x"}, "not a valid address: write it like", id="another scheme"),
        pytest.param({"endpoint": "https://x/path"}, "not a valid address", id="with a path"),
        pytest.param({"endpoint": "https://key:secret@x"}, "not a valid address", id="with a password"),
        pytest.param({"endpoint": "http://[::1]:80"}, "not a valid address", id="IPv6, which oss2 can not"),
        pytest.param({"endpoint": "http://x:99999"}, "not a valid address", id="a port out of range"),
        pytest.param({"endpoint": "http://a b"}, "not a valid address", id="a space"),
        pytest.param({"endpoint": HANGZHOU, "internal": True}, "remove one of the two settings", id="internal and not"),
    ],
)
def test_settings_that_lead_nowhere(settings: dict[str, object], said: str) -> None:
    with pytest.raises(UsageProblem, match=said) as caught:
        endpoint_of("demo", BucketSettings(**settings), signed=True)  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)


def test_anonymous_access_needs_no_region() -> None:
    assert endpoint_of("demo", BucketSettings(endpoint="media.example.com"), signed=False).region == ""


@pytest.mark.parametrize("name", ["", "ab", "Demo", "demo_1", "-demo", "demo-", "x" * 64, "de.mo", "démo", "a\nb"])
def test_what_is_no_bucket_name(name: str) -> None:
    with pytest.raises(UsageProblem, match="is not a bucket name"):
        open_bucket(f"oss://{name}", BucketSettings(region="cn-hangzhou"), {})


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (HANGZHOU, "cn-hangzhou"),
        ("oss-cn-shanghai-internal.aliyuncs.com", "cn-shanghai"),
        ("oss-ap-southeast-1.aliyuncs.com", "ap-southeast-1"),
        ("oss-rg-china-mainland.aliyuncs.com", "rg-china-mainland"),
        ("vpc100-oss-cn-beijing.aliyuncs.com", "cn-beijing"),
        ("cn-hongkong.oss.aliyuncs.com", "cn-hongkong"),
        ("cn-hongkong.oss-internal.aliyuncs.com", "cn-hongkong"),
        ("oss-accelerate.aliyuncs.com", ""),
        ("oss-accelerate-overseas.aliyuncs.com", ""),
        ("oss-cn-hangzhou.example.com", ""),
    ],
)
def test_the_region_stands_in_osss_own_names(host: str, region: str) -> None:
    assert region_of(host) == region


def test_all_hosts_of_a_bucket_are_its_own() -> None:
    settings = BucketSettings(region="cn-hangzhou", cnames=("Media.example.com",))
    address = address_of("demo", endpoint_of("demo", settings, signed=True), settings)
    assert address.bucket == "demo"
    assert address.hosts == {
        "demo.oss-cn-hangzhou.aliyuncs.com",
        "demo.oss-cn-hangzhou-internal.aliyuncs.com",
        "demo.oss-accelerate.aliyuncs.com",
        "demo.oss-accelerate-overseas.aliyuncs.com",
        "media.example.com",
    }
    assert address.path_hosts == frozenset()


def test_hosts_of_other_endpoints() -> None:
    custom = BucketSettings(endpoint="store.local:8443", region="cn-x")
    address = address_of("demo", endpoint_of("demo", custom, signed=True), custom)
    assert {"demo.store.local", "demo.store.local:8443"} <= address.hosts
    by_path = BucketSettings(endpoint="http://10.0.0.7:80", region="cn-x")
    address = address_of("demo", endpoint_of("demo", by_path, signed=True), by_path)
    assert address.path_hosts == {"10.0.0.7", "10.0.0.7:80"}
