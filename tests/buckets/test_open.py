"""Opening a bucket by its location: locations, credentials, settings, and the modules loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.open import BucketLocation, open_bucket, parse_bucket_location
from ossrec.buckets.oss.bucket import OssBucket
from ossrec.buckets.oss.credentials import Credentials, credentials_from
from ossrec.buckets.settings import BucketSettings, RetryPolicy
from ossrec.errors import BucketMissing, UsageProblem
from ossrec.net.messages import brief, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oss://demo", BucketLocation("oss://demo", "")),
        ("oss://demo/", BucketLocation("oss://demo", "")),
        ("oss://demo/2026/11", BucketLocation("oss://demo", "2026/11")),
        ("oss://demo//odd %2F", BucketLocation("oss://demo", "/odd %2F")),
        ("fixtures/complete", BucketLocation("fixtures/complete", "")),
        ("/srv/a:b", BucketLocation("/srv/a:b", "")),
    ],
)
def test_a_place_is_taken_apart(text: str, expected: BucketLocation) -> None:
    assert parse_bucket_location(text) == expected
    assert expected.is_oss == text.startswith("oss")


@pytest.mark.parametrize("text", ["", "s3://demo", "https://demo.oss-cn-hangzhou.aliyuncs.com/", "OSS://demo"])
def test_a_place_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a bucket: give oss://name/prefix, or the path of a folder"):
        open_bucket(text)


def test_a_place_is_opened(tmp_path: Path) -> None:
    assert isinstance(open_bucket(str(tmp_path)), LocalBucket)
    bucket = open_bucket("oss://demo/prefix", BucketSettings(region="cn-hangzhou"), {})
    assert isinstance(bucket, OssBucket)
    assert bucket.name == "oss://demo"
    with pytest.raises(BucketMissing):
        open_bucket(str(tmp_path / "nowhere"))


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
            "OSS_ACCESS_KEY_SECRET contains characters",
        ),
        (
            {"OSS_ACCESS_KEY_ID": "LTAIxyz\r\nX: y", "OSS_ACCESS_KEY_SECRET": "h"},
            "OSS_ACCESS_KEY_ID contains characters",
        ),
        ({"OSS_ACCESS_KEY_ID": "“LTAIxyz”", "OSS_ACCESS_KEY_SECRET": "h"}, "OSS_ACCESS_KEY_ID contains characters"),
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
        "from ossrec.buckets import counting, local, open, parallel_listing, protocol, retrying\n"
        "open.open_bucket('.').page()\n"
        "print(*{'oss2', 'requests', 'urllib3', 'Crypto', 'fastcrc', 'xml', 'ssl'} & sys.modules.keys())"
    )
    source = str(Path(__file__).parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert done.stdout.strip() == ""
