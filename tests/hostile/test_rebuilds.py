"""Rebuilding playlists from hostile buckets, and to forbidden locations."""

import os
import stat
from pathlib import Path

import pytest

from fixtures.times import copy_bucket, set_times
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.uris import resolve
from ossrec.model import BucketAddress
from tests.running import Ossrec

ROOM = "rid_ba111120000075389640e12fe132f007ed54d_algebra-9b"
SLICES = [f"{ROOM}_{stamp}.ts" for stamp in ("20261120080000120", "20261120080002200", "20261120080004520")]
LENGTHS = (2.08, 2.32, 2.0)
NOWHERE = BucketAddress("")


@pytest.fixture
def bucket(alone: Path) -> Path:
    """Segments of one recording, two folders deep."""
    whole = copy_bucket("no-playlist", alone / "whole")
    home = alone / "bucket" / "in" / "here"
    home.mkdir(parents=True)
    for name in SLICES:
        (whole / name).rename(home / name)
    return alone / "bucket"


def put_playlist(bucket: Path, *head: str, uris: tuple[str, ...] = ()) -> Path:
    """Return its playlist with additional header lines, and *uris* after its segments."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:3", *head]
    for seconds, uri in (*zip(LENGTHS, SLICES, strict=True), *((2.0, uri) for uri in uris)):
        lines += [f"#EXTINF:{seconds},", uri]
    place = bucket / "in" / "here" / f"{ROOM}.m3u8"
    place.write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    set_times(bucket)
    return place


def uploaded(ossrec: Ossrec, bucket: Path, prefix: str) -> bytes:
    """Return the files that a rebuild writes under *prefix*."""
    assert ossrec("scan", "bucket", "--fail-on", "never").code == 0
    assert ossrec("rebuild", ROOM, "--upload", prefix).code == 0
    return (bucket / prefix / f"{ROOM}.m3u8").read_bytes()


@pytest.mark.parametrize("uri", ["../../../etc/passwd", "../../../in/x.ts", "%2e%2e/../../a.ts", "tab\there.ts"])
@pytest.mark.parametrize("prefix", ["out", "out/a/b/c", "in/here/deeper"])
def test_what_led_nowhere_leads_nowhere_from_another_place(ossrec: Ossrec, bucket: Path, uri: str, prefix: str) -> None:
    put_playlist(bucket, uris=(uri,))
    made = uploaded(ossrec, bucket, prefix)
    keys = [resolve(one.uri, f"{prefix}/x.m3u8", NOWHERE).key for one in read_playlist(made).segments]
    assert keys == [*(f"in/here/{name}" for name in SLICES), None]


@pytest.mark.parametrize("uri", ["//evil.example/x.ts", "https://evil.example/x.ts", "\\\\evil.example\\x.ts"])
def test_what_leads_to_another_host_stays_as_it_is(ossrec: Ossrec, bucket: Path, uri: str) -> None:
    put_playlist(bucket, uris=(uri,))
    assert read_playlist(uploaded(ossrec, bucket, "out")).segments[-1].uri == uri


@pytest.mark.parametrize(
    ("tag", "moved"),
    [
        pytest.param(
            '#EXT-X-KEY:METHOD=AES-128,X-URI="no",KEYFORMATVERSIONS=",URI=",URI="k.key"',
            '#EXT-X-KEY:METHOD=AES-128,X-URI="no",KEYFORMATVERSIONS=",URI=",URI="../in/here/k.key"',
            id="a key, behind what only looks like its URI",
        ),
        pytest.param("#EXT-X-MAP:URI=i.mp4", '#EXT-X-MAP:URI="../in/here/i.mp4"', id="a URI without quotes"),
        pytest.param('#EXT-X-PART:DURATION=1,URI="p.ts"', '#EXT-X-PART:DURATION=1,URI="../in/here/p.ts"', id="a part"),
        pytest.param(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="a.m3u8"',
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="../in/here/a.m3u8"',
            id="a rendition of a master playlist",
        ),
        pytest.param('#EXT-X-MINE:URI="x"', '#EXT-X-MINE:URI="x"', id="a private tag, which nobody understands"),
    ],
)
def test_every_uri_that_players_follow_moves_along(ossrec: Ossrec, bucket: Path, tag: str, moved: str) -> None:
    put_playlist(bucket, tag)
    assert moved in uploaded(ossrec, bucket, "out").decode().splitlines()


@pytest.mark.parametrize("tag", ['#EXT-X-DEFINE:NAME="a",VALUE="b"', "#EXT-X-SKIP:SKIPPED-SEGMENTS=3"])
def test_a_playlist_of_unknown_segments_is_refused(ossrec: Ossrec, bucket: Path, tag: str) -> None:
    put_playlist(bucket, tag)
    ossrec("scan", "bucket")
    ran = ossrec("rebuild", ROOM)
    assert (ran.code, ran.out) == (2, "")
    assert f"has {tag.partition(':')[0]}" in ran.err


def test_names_that_no_uri_can_mean_are_said_to_be_the_reason(ossrec: Ossrec, bucket: Path) -> None:
    home = bucket / "in" / "here"
    for name in SLICES:
        (home / name).rename(home / name.replace("algebra", "al\x1b[31m\ngebra"))
    ossrec("scan", "bucket")
    ran = ossrec("rebuild", "ba111120000075389640e12fe132f007ed54d")
    assert (ran.code, ran.out) == (2, "")
    assert "no URI can lead to" in ran.err.splitlines()[-1]


@pytest.mark.parametrize("way", ["the link", "a link to its folder", "what it leads to"])
def test_a_playlist_that_is_a_link_is_not_replaced(ossrec: Ossrec, bucket: Path, alone: Path, way: str) -> None:
    place = put_playlist(bucket)
    (bucket / "data").mkdir()
    place.rename(bucket / "data" / "blob")
    place.symlink_to("../../data/blob")
    (alone / "aside").symlink_to(bucket / "in")
    before = (bucket / "data" / "blob").read_bytes()
    ossrec("scan", "bucket")
    files = {"the link": place, "a link to its folder": alone / "aside" / "here" / place.name}
    ran = ossrec("rebuild", ROOM, "--force", "-o", str(files.get(way, bucket / "data" / "blob")))
    assert ran.code == 2
    assert "never overwritten" in ran.err
    assert place.is_symlink()
    assert (bucket / "data" / "blob").read_bytes() == before


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "by force"])
def test_only_a_file_is_replaced(ossrec: Ossrec, bucket: Path, alone: Path, force: list[str]) -> None:
    os.mkfifo(alone / "pipe")
    (alone / "folder").mkdir()
    ossrec("scan", "bucket")
    for name in ("pipe", "folder", "/dev/null"):
        ran = ossrec("rebuild", ROOM, "-o", name, *force)
        assert (ran.code, ran.err.splitlines()[-1].partition(" is ")[2]) == (
            2,
            "a folder or a device, which is never replaced: give a file",
        )
    assert stat.S_ISFIFO((alone / "pipe").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_backslash_makes_no_output_prefix(ossrec: Ossrec, bucket: Path) -> None:
    ossrec("scan", "bucket")
    ran = ossrec("rebuild", ROOM, "--upload", "out\\in")
    assert ran.code == 2
    assert "not an output prefix" in ran.err


@pytest.mark.parametrize("command", [["find"], ["find", "--count"], ["show"]], ids=" ".join)
@pytest.mark.parametrize("asked", [[], ["--since", "2026-01-01"]], ids=["", "in a time range"])
def test_a_bucket_that_was_never_scanned_is_refused(
    ossrec: Ossrec, bucket: Path, command: list[str], asked: list[str]
) -> None:
    ossrec("scan", "bucket")
    ran = ossrec(*command, "--room", "algebra-9b", "--bucket", "elsewhere", *asked)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "elsewhere was never scanned" in ran.err
