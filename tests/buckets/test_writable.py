"""The contract of `writable.WritableBucket`, tested against every bucket that can be written to."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ossrec.buckets.local.atomic_files import make_file, replace_file
from ossrec.buckets.open import open_bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.buckets.settings import RetryPolicy
from ossrec.buckets.writable import WritableBucket, write_once
from ossrec.errors import AccessDenied, BucketBusy, BucketMissing, ObjectExists, UsageProblem
from tests.buckets.sample_buckets import NAME, all_keys, connect, write_files
from tests.oss_server import Fault, OssServer

KIND = "application/vnd.apple.mpegurl"
KEY = "out/new é?.m3u8"
AT_ONCE = RetryPolicy(attempts=3, base=0.0)


@pytest.fixture(params=["folder", "OSS", "OSS with V1"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WritableBucket]:
    """Holds one object, ``old``."""
    if request.param == "folder":
        write_files(tmp_path, {"old": b"old"})
        yield open_bucket(str(tmp_path))
        return
    with OssServer() as server:
        server.bucket(NAME).put("old", b"old")
        yield connect(server, signing="v1" if request.param.endswith("V1") else "v4")


def test_a_new_object_is_there_as_it_was_written(bucket: WritableBucket) -> None:
    bucket.write_new(KEY, b"#EXTM3U\n", KIND)
    bucket.write_new("empty", b"", KIND)
    assert bucket.read(KEY, limit=100).data == b"#EXTM3U\n"
    assert all_keys(bucket) == ["empty", "old", KEY]


def test_an_object_is_never_overwritten(bucket: WritableBucket) -> None:
    with pytest.raises(ObjectExists, match=r"'old'.*choose another prefix") as caught:
        bucket.write_new("old", b"new", KIND)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert bucket.read("old", limit=100).data == b"old"


def test_what_is_there_with_the_same_content_is_no_conflict(bucket: WritableBucket) -> None:
    retrying = RetryingBucket(bucket, AT_ONCE)
    assert write_once(bucket, retrying, KEY, b"1", KIND)
    assert not write_once(bucket, retrying, KEY, b"1", KIND)
    with pytest.raises(ObjectExists):
        write_once(bucket, retrying, KEY, b"2", KIND)


@pytest.fixture
def oss_bucket(server: OssServer) -> WritableBucket:
    return connect(server)


def test_oss_is_told_the_type_and_asked_not_to_overwrite(server: OssServer, oss_bucket: WritableBucket) -> None:
    oss_bucket.write_new(KEY, b"#EXTM3U\n", KIND)
    (request,) = server.requests
    assert (request.method, request.key, request.status) == ("PUT", KEY, 200)
    assert request.headers["content-type"] == KIND
    assert request.headers["x-oss-forbid-overwrite"] == "true"
    assert request.headers["content-md5"]
    stored = server.bucket(NAME).get(KEY)
    assert stored is not None
    assert stored.headers["Content-Type"] == KIND


def test_a_reply_that_was_lost_is_no_conflict_with_oneself(server: OssServer, oss_bucket: WritableBucket) -> None:
    server.faults.add(Fault("PUT", reset=True))
    assert not write_once(oss_bucket, RetryingBucket(oss_bucket, AT_ONCE), KEY, b"1", KIND)
    assert [(request.kind, request.status) for request in server.requests] == [("PUT", 0), ("PUT", 409), ("GET", 200)]
    assert server.bucket(NAME).get(KEY) is not None


def test_a_busy_bucket_is_asked_again(server: OssServer, oss_bucket: WritableBucket) -> None:
    server.faults.add(Fault("PUT", code="QpsLimitExceeded", times=2))
    assert write_once(oss_bucket, RetryingBucket(oss_bucket, AT_ONCE), KEY, b"1", KIND)
    server.faults.add(Fault("PUT", code="QpsLimitExceeded", times=3))
    with pytest.raises(BucketBusy, match=r"writing 'other'.*\(gave up after 3 attempts"):
        write_once(oss_bucket, RetryingBucket(oss_bucket, AT_ONCE), "other", b"1", KIND)


def test_bytes_that_changed_on_their_way_are_sent_again(server: OssServer, oss_bucket: WritableBucket) -> None:
    server.faults.add(Fault("PUT", status=400, code="InvalidDigest"))
    assert write_once(oss_bucket, RetryingBucket(oss_bucket, AT_ONCE), KEY, b"1", KIND)


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        pytest.param(Fault("PUT", status=403), AccessDenied, "oss:PutObject on the output prefix", id="no right"),
        pytest.param(
            Fault("PUT", status=409, code="FileImmutable"), AccessDenied, "retention policy", id="a retention policy"
        ),
        pytest.param(Fault("PUT", status=404, code="NoSuchBucket"), BucketMissing, "name", id="no bucket"),
    ],
)
def test_a_refusal_says_what_to_do(
    server: OssServer, oss_bucket: WritableBucket, fault: Fault, error: type[Exception], said: str
) -> None:
    server.faults.add(fault)
    with pytest.raises(error, match=said) as caught:
        write_once(oss_bucket, RetryingBucket(oss_bucket, AT_ONCE), KEY, b"1", KIND)
    assert "writing" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_conflict_that_cannot_be_looked_at_is_one(server: OssServer, oss_bucket: WritableBucket) -> None:
    server.bucket(NAME).put(KEY, b"1")
    server.faults.add(Fault("GET", status=403))
    with pytest.raises(ObjectExists):
        write_once(oss_bucket, RetryingBucket(oss_bucket, AT_ONCE), KEY, b"1", KIND)


@pytest.mark.parametrize("key", ["../a", "a/../b", "/a", "a//b", ".hidden", "a/.b", "", "a\0", "\ud800"], ids=ascii)
def test_no_file_is_made_where_no_key_leads(tmp_path: Path, key: str) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(UsageProblem, match="writing"):
        open_bucket(str(tmp_path / "b")).write_new(key, b"", KIND)
    assert [path.name for path in tmp_path.rglob("*")] == ["b"]


def test_a_link_on_the_way_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "b" / "real").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "b" / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "b" / "in").symlink_to("real")
    (tmp_path / "b" / "dangling").symlink_to(tmp_path / "elsewhere" / "made")
    bucket = open_bucket(str(tmp_path / "b"))
    with pytest.raises(UsageProblem, match="a link in the path leaves the folder: choose another prefix"):
        bucket.write_new("out/a", b"", KIND)
    with pytest.raises(ObjectExists):
        bucket.write_new("dangling", b"", KIND)
    bucket.write_new("in/a", b"1", KIND)
    assert (tmp_path / "b" / "real" / "a").read_bytes() == b"1"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {"a": b""})
    with pytest.raises(UsageProblem, match="choose another prefix"):
        open_bucket(str(tmp_path)).write_new("a/b", b"", KIND)
    with pytest.raises(UsageProblem, match="too long"):
        open_bucket(str(tmp_path)).write_new("x" * 300, b"", KIND)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(AccessDenied, match="who may write"):
            open_bucket(str(tmp_path)).write_new("a", b"", KIND)
    finally:
        tmp_path.chmod(0o700)


def test_a_file_is_there_whole_or_not_at_all_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "x"
    make_file(os.fsencode(path), b"1")
    with pytest.raises(FileExistsError):
        make_file(os.fsencode(path), b"2")
    assert path.read_bytes() == b"1"
    replace_file(os.fsencode(path), b"3")
    assert path.read_bytes() == b"3"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_file_system_without_links_gets_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = os.fsencode(tmp_path / "x")
    make_file(path, b"1")
    with pytest.raises(FileExistsError):
        make_file(path, b"2")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("x", b"1")]
