"""Durations of recordings by the timestamps in their segments, with few or large frames, and after a rebuild."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.jobs.rebuild.rebuild import RebuildOptions, RebuiltPlaylist, rebuild
from ossrec.jobs.workers.inspect_object import HEAD, TAIL
from ossrec.naming import unix_ms
from tests.check.run_check import Objects, check, put_all, recording
from tests.mpegts.material.media import Recipe, cut_and_listed
from tests.scan.bucket_maker import playlist, segment, stem
from tests.scan.scanning import found, scan

SECONDS = 4  # of a segment, and so far apart are its names
FINE = (("qp", "24"), ("x264-params", "scenecut=0:b-adapt=0"))


def recipe(rate: int, b_frames: int, size: tuple[int, int]) -> Recipe:
    """So many pictures a second, each of 80 KB and more at 640x360."""
    noise = 48 if size[0] > 160 else 0
    plain = Recipe(size=size, rate=Fraction(rate), seconds=4 * SECONDS, group=rate * SECONDS)
    return plain._replace(b_frames=b_frames, extra=FINE, noise=noise)


def objects_of(made: Recipe, *, listed: bool = True) -> Objects:
    """A recording with EXTINF as the muxer wrote it."""
    parts = cut_and_listed(made, seconds=SECONDS)
    assert len(parts) == 4
    of = stem(1)
    keys = [segment(of, number * SECONDS // 2) for number in range(len(parts))]
    text = playlist(keys).replace("#EXT-X-TARGETDURATION:2", f"#EXT-X-TARGETDURATION:{SECONDS}")
    for length, _ in parts:
        text = text.replace("#EXTINF:2.0\n", f"#EXTINF:{length:.6f},\n", 1)
    objects = {key: data for key, (_, data) in zip(keys, parts, strict=True)}
    return objects | {f"{of}.m3u8": text.encode()} if listed else objects


def looked_at(folder: Path, catalog: Path, depth: str) -> Mapping[str, Any]:
    """The recording's row once it was looked at."""
    scan(folder, catalog)
    check(catalog, depth=depth)
    (row,) = found(catalog)
    return row


def rebuilt(folder: Path, catalog: Path) -> RebuiltPlaylist:
    with closing(open_catalog(catalog)) as conn:
        (number,) = conn.execute("SELECT id FROM recordings").fetchone()
        return rebuild(conn, LocalBucket(str(folder)), number, RebuildOptions(330))


@pytest.mark.parametrize("b_frames", [0, 2], ids=["no B-frames", "B-frames"])
@pytest.mark.parametrize("rate", [3, 5, 10, 15])
def test_large_pictures_measure_the_same_at_both_depths(rate: int, b_frames: int, folder: Path, tmp_path: Path) -> None:
    objects = objects_of(recipe(rate, b_frames, (432, 240) if b_frames else (640, 360)))
    put_all(folder, objects)
    assert min(len(data) for key, data in objects.items() if key.endswith(".ts")) > HEAD + TAIL

    edges = looked_at(folder, tmp_path / "edges.db", "edges")
    full = looked_at(folder, tmp_path / "full.db", "full")

    assert (edges["depth"], full["depth"]) == ("edges", "full")
    assert (edges["verdict"], edges["reasons"]) == (full["verdict"], full["reasons"]) == ("complete", [])
    assert full["measured_duration"] == pytest.approx(4 * SECONDS, abs=0.1)
    assert edges["measured_duration"] == pytest.approx(full["measured_duration"], abs=2 / rate)
    assert edges["bit_rate"] == pytest.approx(full["bit_rate"], rel=3 / rate / (4 * SECONDS))
    assert edges["start_pts"] in (full["start_pts"], None)


def test_what_edges_tell_of_large_pictures_changes_no_playlist(folder: Path, catalog: Path) -> None:
    objects = objects_of(recipe(5, 0, (640, 360)))
    put_all(folder, objects)
    looked_at(folder, catalog, "edges")

    made = rebuilt(folder, catalog)

    assert (made.changes, made.remaining) == ({}, [])
    assert made.data == objects[f"{stem(1)}.m3u8"]


@pytest.mark.parametrize(("depth", "changed"), [("edges", 1), ("full", 4)])
def test_a_length_that_the_next_segment_contradicts_corrects_nothing_by_edges_alone(
    depth: str, changed: int, folder: Path, catalog: Path
) -> None:
    put_all(folder, objects_of(recipe(5, 0, (640, 360))))
    looked_at(folder, catalog, "edges")
    with closing(sqlite3.connect(catalog)) as conn, conn:
        for suffix, text in conn.execute("SELECT suffix, streams FROM inspections").fetchall():
            streams = [[*one[:4], one[4] and 4 * one[4], *one[5:]] for one in json.loads(text)]
            conn.execute(
                "UPDATE inspections SET streams = ?, depth = ? WHERE suffix = ?", (json.dumps(streams), depth, suffix)
            )

    made = rebuilt(folder, catalog)

    assert made.changes["EXTINF set to the measured duration"] == changed  # behind the last one comes none


@pytest.mark.parametrize("depth", ["edges", "full"])
@pytest.mark.parametrize("b_frames", [0, 2], ids=["no B-frames", "B-frames"])
def test_without_a_playlist_a_recording_is_as_long_as_with_one(
    b_frames: int, depth: str, folder: Path, catalog: Path
) -> None:
    put_all(folder, objects_of(recipe(3, b_frames, (160, 120)), listed=False))

    row = looked_at(folder, catalog, depth)
    made = rebuilt(folder, catalog)

    assert row["measured_duration"] == pytest.approx(4 * SECONDS, abs=0.1)
    assert sum(one.duration for one in made.playlist.segments) == pytest.approx(row["measured_duration"], abs=0.01)


def test_without_a_playlist_it_ends_when_its_last_segment_does(folder: Path, catalog: Path) -> None:
    objects = recording(stem(1), 3)
    put_all(folder, {key: data for key, data in objects.items() if key.endswith(".ts")})
    last = unix_ms(max(objects)[-20:-3])
    scan(folder, catalog)
    (row,) = found(catalog)
    assert unix_ms("".join(c for c in row["ended_at"] if c.isdigit())) == last

    row = looked_at(folder, catalog, "full")

    seconds = float(objects[f"{stem(1)}.m3u8"].decode().split("#EXTINF:")[-1].partition(",")[0])
    ended = unix_ms("".join(c for c in row["ended_at"] if c.isdigit()))
    assert last is not None
    assert ended == pytest.approx(last + 1000 * seconds, abs=100)
