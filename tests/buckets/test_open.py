"""From what people write to a bucket: places, endpoints, credentials, settings, and what that loads."""

import subprocess
import sys
from pathlib import Path

import pytest

from ossrec.buckets.addresses import Endpoint, address_of, endpoint_of, region_of
from ossrec.buckets.credentials import Credentials, credentials_from
from ossrec.buckets.local import LocalBucket
from ossrec.buckets.open import Place, open_bucket, parse_place
from ossrec.buckets.oss import OssBucket
from ossrec.buckets.settings import BucketSettings, RetryPolicy
from ossrec.buckets.text import brief, printable
from ossrec.errors import BucketMissing, UsageProblem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oss://demo", Place("oss://demo", "")),
        ("oss://demo/", Place("oss://demo", "")),
        ("oss://demo/2026/11", Place("oss://demo", "2026/11")),
        ("oss://demo//odd %2F", Place("oss://demo", "/odd %2F")),
        ("fixtures/complete", Place("fixtures/complete", "")),
        ("/srv/a:b", Place("/srv/a:b", "")),
    ],
)
def test_a_place_is_taken_apart(text: str, expected: Place) -> None:
    assert parse_place(text) == expected
    assert expected.is_oss == text.startswith("oss")


@pytest.mark.parametrize("text", ["", "s3://demo", "https://demo.oss-cn-hangzhou.aliyuncs.com/", "OSS://demo"])
def test_a_place_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="write oss://name/prefix, or the path of a folder"):
        open_bucket(text)


def test_a_place_is_opened(tmp_path: Path) -> None:
    assert isinstance(open_bucket(str(tmp_path)), LocalBucket)
    bucket = open_bucket("oss://demo/prefix", BucketSettings(region="cn-hangzhou"), {})
    assert isinstance(bucket, OssBucket)
    assert bucket.name == "oss://demo"
    with pytest.raises(BucketMissing):
        open_bucket(str(tmp_path / "nowhere"))


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
        pytest.param({}, "neither region nor endpoint is set: set the region", id="nothing"),
        pytest.param({"endpoint": "media.example.com"}, "media.example.com does not tell it", id="no region for V4"),
        pytest.param({"endpoint": "oss-accelerate.aliyuncs.com"}, "does not tell it", id="no region, accelerated"),
        pytest.param({"region": "Hangzhou!"}, "no region: write it like", id="no such region"),
        pytest.param({"endpoint": "ftp://x"}, "no address: write it like", id="another scheme"),
        pytest.param({"endpoint": "https://x/path"}, "no address", id="with a path"),
        pytest.param({"endpoint": "https://key:secret@x"}, "no address", id="with a password"),
        pytest.param({"endpoint": "http://[::1]:80"}, "no address", id="IPv6, which oss2 can not"),
        pytest.param({"endpoint": "http://x:99999"}, "no address", id="a port out of range"),
        pytest.param({"endpoint": "http://a b"}, "no address", id="a space"),
        pytest.param({"endpoint": HANGZHOU, "internal": True}, "drop one of them", id="internal and not"),
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
    with pytest.raises(UsageProblem, match="no bucket name"):
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


def test_credentials_come_from_the_environment() -> None:
    pair = {"OSS_ACCESS_KEY_ID": " id\n", "OSS_ACCESS_KEY_SECRET": "secret"}
    assert credentials_from({}) is None
    assert credentials_from({"OSS_ACCESS_KEY_ID": "", "OSS_SESSION_TOKEN": " "}) is None
    assert credentials_from(pair) == Credentials("id", "secret")
    assert credentials_from({**pair, "OSS_SESSION_TOKEN": "token"}) == Credentials("id", "secret", "token")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OSS_ACCESS_KEY_ID": "LTAIxyz"}, "OSS_ACCESS_KEY_SECRET is not set"),
        ({"OSS_ACCESS_KEY_SECRET": "hush"}, "OSS_ACCESS_KEY_ID is not set"),
        ({"OSS_SESSION_TOKEN": "hush"}, "OSS_ACCESS_KEY_ID is not set"),
        (
            {"OSS_ACCESS_KEY_ID": "LTAIxyz", "OSS_ACCESS_KEY_SECRET": "hush hush"},
            "OSS_ACCESS_KEY_SECRET has characters",
        ),
        ({"OSS_ACCESS_KEY_ID": "LTAIxyz\r\nX: y", "OSS_ACCESS_KEY_SECRET": "h"}, "OSS_ACCESS_KEY_ID has characters"),
        ({"OSS_ACCESS_KEY_ID": "“LTAIxyz”", "OSS_ACCESS_KEY_SECRET": "h"}, "OSS_ACCESS_KEY_ID has characters"),
    ],
)
def test_credentials_that_are_not_whole(environment: dict[str, str], said: str) -> None:
    with pytest.raises(UsageProblem, match=said) as caught:
        credentials_from(environment)
    assert "hush" not in str(caught.value)
    assert "LTAIxyz" not in str(caught.value)


def test_credentials_are_never_printed() -> None:
    credentials = Credentials("LTAIxyz", "hush", "token")
    assert f"{credentials} {credentials!r}" == "Credentials(***) Credentials(***)"


@pytest.mark.parametrize(
    "wrong",
    [
        {"signing": "v2"},
        {"timeout_connect": 0.0},
        {"timeout_read": -1.0},
        {"retries": -1},
        {"threads": 0},
        {"retry_budget": -0.1},
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageProblem, match="set"):
        BucketSettings(**wrong)  # type: ignore[arg-type]


def test_settings_make_the_policy() -> None:
    assert BucketSettings(retries=2, retry_budget=9.0).policy == RetryPolicy(attempts=3, budget=9.0)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("plain é 日本", "plain é 日本"),
        ("a\nb\x1b[31m", "a\\nb\\x1b[31m"),
        ("\u202edesrever", "\\u202edesrever"),
        (b"\xff\xc3\xa9", "\\xffé"),
        ("\ud800", "\\ud800"),
    ],
)
def test_text_for_one_line(raw: bytes | str, text: str) -> None:
    assert printable(raw) == text
    assert len(brief(raw * 1000)) <= 301


def test_a_folder_loads_nothing_of_the_network() -> None:
    code = (
        "import sys\n"
        "from ossrec.buckets import counting, local, open, prefetch, protocol, retrying\n"
        "open.open_bucket('.').page()\n"
        "print(*{'oss2', 'requests', 'urllib3', 'Crypto', 'fastcrc', 'xml', 'ssl'} & sys.modules.keys())"
    )
    source = str(Path(__file__).parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert done.stdout.strip() == ""
