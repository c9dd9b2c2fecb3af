"""`ossrec rebuild`: to stdout, to a file, into the bucket, and its report."""

import shutil
from pathlib import Path

import pytest

from fixtures.times import copy_bucket
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.uris import resolve
from ossrec.model import BucketAddress
from tests.oss_server import Fault, OssServer
from tests.running import Ossrec

ROOM = "rid_ba111120000075389640e12fe132f007ed54d_algebra-9b"
POETRY = "rid_ba11112000004bb4e82d7e04303e0c04dfdec_poetry"


@pytest.fixture
def bucket(alone: Path, ossrec: Ossrec) -> Path:
    """A bucket of one recording without a playlist and one whose playlist was never ended, and a catalog of it."""
    copy_bucket("no-playlist", alone / "bucket")
    shutil.copytree(copy_bucket("no-endlist", alone / "other"), alone / "bucket", dirs_exist_ok=True)
    shutil.rmtree(alone / "other")
    assert ossrec("scan", "bucket").code == 1
    return alone / "bucket"


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_playlist_goes_to_stdout_and_the_talk_to_stderr(ossrec: Ossrec, bucket: Path) -> None:
    before = files(bucket)
    ran = ossrec("rebuild", ROOM)
    assert ran.code == 0
    assert ran.out.startswith("#EXTM3U\n")
    assert ran.out.endswith("#EXT-X-ENDLIST\n")
    assert ran.err == "ossrec: 3 segments, 0:06.4, from the segments alone\n"
    ran = ossrec("rebuild", f"{POETRY}.m3u8")
    assert ran.err.splitlines() == [
        f"ossrec: 3 segments, 0:06.4, corrected from {POETRY}.m3u8",
        "ossrec: changed: comma added after EXTINF: 3",
        "ossrec: changed: EXT-X-ENDLIST added: 1",
    ]
    assert files(bucket) == before


def test_a_hyphen_is_stdout(ossrec: Ossrec, bucket: Path) -> None:
    assert ossrec("rebuild", ROOM, "-o", "-").out == ossrec("rebuild", ROOM).out


def test_a_file_names_the_segments_from_where_it_is(ossrec: Ossrec, bucket: Path, alone: Path) -> None:
    (alone / "made" / "here").mkdir(parents=True)
    ran = ossrec("rebuild", ROOM, "-o", "made/here/x.m3u8")
    assert ran.code == 0
    assert ran.out == ""
    assert "ossrec: written to made/here/x.m3u8" in ran.err
    uris = [segment.uri for segment in read_playlist((alone / "made/here/x.m3u8").read_bytes()).segments]
    assert uris[0] == f"../../bucket/{ROOM}_20261120080000120.ts"
    assert all((alone / "made" / "here" / uri).is_file() for uri in uris)
    ossrec("rebuild", ROOM, "-o", str(bucket / "beside.m3u8"))
    assert f"\n{ROOM}_20261120080000120.ts\n" in (bucket / "beside.m3u8").read_text()


def test_a_file_that_is_there_is_replaced_only_by_force(ossrec: Ossrec, bucket: Path, alone: Path) -> None:
    (alone / "x.m3u8").write_text("mine")
    ran = ossrec("rebuild", ROOM, "-o", "x.m3u8")
    assert ran.code == 2
    assert ran.err.splitlines()[-1] == "ossrec: x.m3u8 already exists: --force replaces it"
    assert (alone / "x.m3u8").read_text() == "mine"
    assert ossrec("rebuild", ROOM, "-o", "x.m3u8", "--force").code == 0
    assert (alone / "x.m3u8").read_text().startswith("#EXTM3U")
    assert {path.name for path in alone.iterdir() if "ossrec" not in path.name} == {"bucket", "x.m3u8"}


@pytest.mark.parametrize("name", [f"{POETRY}.m3u8", f"{POETRY}_20261120080000120.ts", f"{ROOM}_20261120080000120.ts"])
@pytest.mark.parametrize("by_link", [False, True], ids=["itself", "by a link"])
def test_no_file_of_a_recording_is_replaced(
    ossrec: Ossrec, bucket: Path, alone: Path, name: str, by_link: bool
) -> None:
    target = bucket / name
    if by_link:
        (alone / "link").symlink_to(target)
    before = files(bucket)
    ran = ossrec("rebuild", POETRY, "-o", str(alone / "link" if by_link else target), "--force")
    assert ran.code == 2
    assert "never overwritten" in ran.err
    assert files(bucket) == before


def test_an_upload_is_a_new_object_that_names_the_segments_from_there(ossrec: Ossrec, bucket: Path) -> None:
    before = files(bucket)
    ran = ossrec("rebuild", ROOM, "--upload", "re built/50%")
    key = f"re built/50%/{ROOM}.m3u8"
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines()[-1] == f"ossrec: written to {bucket}/{key}"
    after = files(bucket)
    made = after.pop(key)
    assert after == before
    for segment in read_playlist(made).segments:
        assert resolve(segment.uri, key, BucketAddress("")).key in before
    again = ossrec("rebuild", ROOM, "--upload", "re built/50%/")
    assert again.code == 0
    assert "already exists with the same content" in again.err
    (bucket / key).write_text("another")
    ran = ossrec("rebuild", ROOM, "--upload", "re built/50%")
    assert ran.code == 2
    assert "another" in (bucket / key).read_text()


@pytest.mark.parametrize("prefix", ["", "/", "../out", "a/../b", "/abs", "a//b", ".hidden", "oss://other/x", "a\nb"])
def test_what_is_no_output_prefix_is_refused(ossrec: Ossrec, bucket: Path, prefix: str) -> None:
    before = files(bucket.parent)
    ran = ossrec("rebuild", ROOM, "--upload", prefix)
    assert ran.code == 2
    assert "not an output prefix" in ran.err
    assert {name for name in files(bucket.parent) if "ossrec.db" not in name} <= set(before)


def test_the_place_of_the_recordings_own_playlist_is_refused(ossrec: Ossrec, alone: Path) -> None:
    copy_bucket("foreign-objects", alone / "bucket")
    ossrec("scan", "bucket")
    ran = ossrec("rebuild", "ba1111200000850e7280bca251d8ef041eae8", "--upload", "2026/11/20")
    assert ran.code == 2
    assert "own playlist: give another prefix" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nobody"], "the catalog has no recording nobody", id="an unknown recording"),
        pytest.param(["ba111120000075389640e12fe132f007ed54d"], "2 recordings match", id="one of several"),
        pytest.param([ROOM, "-o", "x", "--upload", "y"], "exclude each other", id="two places"),
        pytest.param([ROOM, "--force"], "--force requires --output", id="force for nothing"),
        pytest.param([ROOM, "-o", "no/folder/x"], "the folder does not exist", id="a folder that is not there"),
        pytest.param([ROOM, "-o", ""], "name a file", id="no name"),
    ],
)
def test_wrong_use_is_one_line(ossrec: Ossrec, bucket: Path, arguments: list[str], said: str) -> None:
    ran = ossrec("rebuild", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err.splitlines()[-1]


def test_without_a_catalog_it_says_so(ossrec: Ossrec) -> None:
    assert ossrec("rebuild", ROOM).code == 10


@pytest.fixture
def oss(alone: Path, ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch):
    """The fixture on an OSS, scanned."""
    with OssServer() as server:
        bucket = copy_bucket("no-endlist", alone / "files")
        for file in bucket.iterdir():
            server.bucket("recordings").put(file.name, file.read_bytes(), modified=int(file.stat().st_mtime))
        monkeypatch.setenv("OSS_ACCESS_KEY_ID", server.access_key_id)
        monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", server.access_key_secret)
        monkeypatch.setenv("OSSREC_ENDPOINT", server.endpoint)
        monkeypatch.setenv("OSSREC_REGION", server.region)
        assert ossrec("scan", "oss://recordings").code == 1
        yield server


def test_an_upload_to_oss(ossrec: Ossrec, oss: OssServer) -> None:
    ran = ossrec("rebuild", POETRY, "--upload", "rebuilt/")
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == f"ossrec: written to oss://recordings/rebuilt/{POETRY}.m3u8"
    stored = oss.bucket("recordings").get(f"rebuilt/{POETRY}.m3u8")
    assert stored is not None
    assert stored.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert f"\n../{POETRY}_20261120080000120.ts\n".encode() in stored.data
    assert [request.key for request in oss.requests if request.kind == "PUT"] == [f"rebuilt/{POETRY}.m3u8"]


def test_an_upload_without_the_right_to_is_one_line(ossrec: Ossrec, oss: OssServer) -> None:
    oss.faults.add(Fault("PUT", status=403))
    ran = ossrec("rebuild", POETRY, "--upload", "rebuilt/")
    assert ran.code == 12
    assert "oss:PutObject on the output prefix" in ran.err.splitlines()[-1]


def test_what_is_archived_keeps_its_length_and_makes_it_partly_done(ossrec: Ossrec, oss: OssServer) -> None:
    for number in ("00120", "02200"):
        key = f"{POETRY}_202611200800{number}.ts"
        stored = oss.bucket("recordings").get(key)
        assert stored is not None
        oss.bucket("recordings").put(key, stored.data, storage="Archive", modified=int(stored.modified))
    ossrec("scan", "oss://recordings")
    ran = ossrec("rebuild", POETRY)
    assert ran.code == 3
    assert "#EXTINF:2.32,\n" in ran.out
    (line,) = [line for line in ran.err.splitlines() if "could not read" in line]
    assert "LOOK001" in line
    assert " and 1 more: " in line
    assert "LST265" in ran.err
