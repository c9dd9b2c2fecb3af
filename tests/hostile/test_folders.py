"""Folders with links, loops and odd files: a scan ends, and reports what it could not read."""

import os
import time
from pathlib import Path

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.protocol import START
from ossrec.errors import AccessDenied
from ossrec.model import Cursor, Page
from tests.running import Ossrec
from tests.scan.bucket_maker import playlist, put, put_recording, segment, stem
from tests.scan.scanning import scan


def _verdicts(ossrec: Ossrec) -> dict[str, str]:
    return {row["path"]: row["verdict"] for row in ossrec("find", "--format", "json").json}


def test_links_pipes_devices_and_depth_do_no_harm(alone: Path, ossrec: Ossrec) -> None:
    bucket, deep = alone / "bucket", "d/" * 400
    put_recording(bucket, stem(1, folder=""), 2)
    put_recording(bucket, stem(2, folder=deep), 2)
    for name, target in {"loop": ".", "up": "..", "etc": "/etc", "dead": "nowhere", "self": "self"}.items():
        (bucket / name).symlink_to(target)
    (bucket / "rid_x_zero.m3u8").symlink_to("/dev/zero")
    os.mkfifo(bucket / "rid_x_pipe.m3u8")
    (bucket / "rid_x_folder.m3u8").mkdir()
    ran = ossrec("scan", str(bucket), "--format", "json")
    assert (ran.code, ran.json["skipped"]) == (0, 7)
    assert _verdicts(ossrec) == {stem(1, folder=""): "complete", stem(2, folder=deep): "complete"}


def test_a_playlist_that_becomes_a_folder_is_gone(alone: Path, ossrec: Ossrec) -> None:
    put_recording(alone / "bucket", stem(1), 2)
    ossrec("scan", "bucket")
    (alone / "bucket" / f"{stem(1)}.m3u8").unlink()
    (alone / "bucket" / f"{stem(1)}.m3u8").mkdir()
    assert ossrec("scan", "bucket").code == 1
    assert _verdicts(ossrec) == {stem(1): "unfinished"}


def test_what_is_left_out_for_its_name_is_told_by_name(alone: Path, ossrec: Ossrec) -> None:
    put_recording(alone / "bucket", stem(1), 2)
    (alone / "bucket" / os.fsdecode(b"lost-\xff")).mkdir()
    ran = ossrec("scan", "bucket")
    assert r"lost-\xff" in ran.out + ran.err


class _Locked(LocalBucket):
    """A folder with a subfolder that cannot be read, even by root."""

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        if prefix.startswith("locked/"):
            raise AccessDenied("locked: the folder may not be read: run as a user who may")
        return super().page(prefix, cursor, until=until)


def test_a_young_playlist_that_names_an_unreadable_folder_stops_nothing(alone: Path, ossrec: Ossrec) -> None:
    locked, young = stem(1, folder="locked/"), stem(2, folder="")
    put_recording(alone / "bucket", stem(3), 2)
    put(alone / "bucket", f"{young}.m3u8", playlist([segment(locked, 0)], folder=""), modified=int(time.time()))
    assert scan(_Locked(str(alone / "bucket")), alone / "ossrec.db").partly
    assert _verdicts(ossrec).keys() == {young, stem(3)}
