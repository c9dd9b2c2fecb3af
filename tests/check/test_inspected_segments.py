"""Which segments are inspected and which are skipped, in a folder and on OSS, and what the catalog stores."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.times import copy_bucket
from ossrec.buckets.local.bucket import LocalBucket
from ossrec.jobs.check.check import forecast_check
from ossrec.jobs.check.report import CheckCallbacks, CheckOptions, CheckState
from tests.buckets.sample_buckets import connect
from tests.check.run_check import (
    check,
    content,
    depths,
    put_all,
    put_recordings,
    recording,
    select,
    slice_of,
    upload,
    watched_bucket,
)
from tests.oss_server import OssServer
from tests.scan.bucket_maker import playlist, put, segment, stem
from tests.scan.scanning import found, is_intact, scan


def test_a_check_keeps_what_it_saw_and_judges(folder: Path, catalog: Path) -> None:
    put_all(folder, recording(stem(1), 4, "mix"))
    scan(folder, catalog)
    summary = check(catalog, depth="full")
    row = found(catalog)[0]
    assert (row["verdict"], row["depth"], row["reasons"]) == ("complete", "full", [])
    measured = (
        "SELECT segments_inspectable, video_codec, audio_codec, bit_rate > 0, round(measured_duration) FROM recordings"
    )
    assert select(catalog, measured) == [(4, "h264", "aac", 1, 9.0)]
    assert (summary.recordings, summary.segments, summary.requests["get"]) == (1, 4, 4)
    assert summary.bytes_read == sum(len(slice_of("mix", number)) for number in range(4))
    assert is_intact(catalog)


def test_a_bucket_on_oss_gives_the_same_as_a_folder(folder: Path, catalog: Path, server: OssServer) -> None:
    objects = recording(stem(1), 3) | recording(stem(2, "voices", "7"), 5, "voice")
    put_all(folder, objects)
    upload(server, objects)
    other = catalog.with_name("other.db")
    scan(folder, catalog)
    scan(connect(server), other)
    for depth in ("edges", "full"):
        check(catalog, depth=depth)
        check(other, lambda _: connect(server), depth=depth)
        here, there = content(catalog), content(other)
        for part in ("measured", "packets", "segments"):
            assert here[part] == there[part]
        assert [(row[0], *row[2:]) for row in here["looks"]] == [(row[0], *row[2:]) for row in there["looks"]]


def test_edges_reads_head_and_tail_of_long_segments_and_the_whole_of_short_ones(folder: Path, catalog: Path) -> None:
    from ossrec.jobs.workers.inspect_object import HEAD, TAIL

    long = slice_of("camera", 0) + (b"G\x1f\xff\x10" + b"\xff" * 184) * ((HEAD + TAIL) // 188)
    put_all(folder, recording(stem(1), 2) | {segment(stem(1), 0): long})
    scan(folder, catalog)
    bucket = watched_bucket(folder)
    check(catalog, lambda _: bucket)
    size, short = len(long), len(slice_of("camera", 1))
    assert sorted(bucket.ranges) == [
        (segment(stem(1), 0), 0, HEAD),
        (segment(stem(1), 0), size - TAIL, size),
        (segment(stem(1), 1), 0, short),
    ]
    looks = select(catalog, "SELECT suffix, depth, bytes_read FROM inspections ORDER BY suffix")
    assert [row[1:] for row in looks] == [("edges", HEAD + TAIL), ("full", short)]  # what was read to its end is known


def test_what_it_costs_is_what_was_told_before(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 3)
    scan(folder, catalog)
    told = forecast_check(catalog, CheckOptions(depth="full"))
    planned: list[object] = []
    states: list[CheckState] = []
    summary = check(catalog, depth="full", callbacks=CheckCallbacks(planned.append, states.append))
    assert planned == [told]
    assert (summary.recordings, summary.segments, summary.requests["get"], summary.bytes_read) == told.due
    assert (states[-1].segments, states[-1].bytes_read, states[-1].recordings) == (9, told.due.bytes, 3)
    assert forecast_check(catalog, CheckOptions(depth="full")).due == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["encrypted", "playlist-empty", "master-playlist", "hostile-uris", "odd-names"])
def test_odd_buckets_are_checked_to_the_end(name: str, tmp_path: Path, catalog: Path) -> None:
    bucket = LocalBucket(str(copy_bucket(name, tmp_path / "bucket")))
    scan(bucket, catalog)
    for depth in ("edges", "full"):
        summary = check(catalog, lambda _: bucket, depth=depth)
        assert (summary.warnings, summary.remaining["segments"]) == ([], 0)
    assert is_intact(catalog)


@pytest.mark.parametrize(
    ("tags", "ending"),
    [
        pytest.param('#EXT-X-KEY:METHOD=AES-128,URI="k.key"\n', ".ts", id="enciphered"),
        pytest.param('#EXT-X-MAP:URI="i.mp4"\n', ".m4s", id="fragments of MP4"),
        pytest.param("", ".aac", id="plain AAC"),
    ],
)
def test_what_is_no_plain_mpeg_ts_is_passed_over_and_not_due_again(
    folder: Path, catalog: Path, tags: str, ending: str
) -> None:
    keys = [segment(stem(1), number).removesuffix(".ts") + ending for number in range(2)]
    text = playlist(keys).replace("#EXTINF:2.0", f"{tags}#EXTINF:2.0", 1)
    put_all(folder, dict.fromkeys(keys, b"\x01" * 1600) | {f"{stem(1)}.m3u8": text.encode()})
    put_all(folder, {"2026/k.key": b"k" * 16, "2026/i.mp4": b"m" * 100})
    scan(folder, catalog)
    bucket = watched_bucket(folder)
    check(catalog, lambda _: bucket, depth="full")
    assert bucket.ranges == []
    assert select(catalog, "SELECT segments_inspectable, depth FROM recordings") == [(0, "listing")]
    assert check(catalog, depth="full").recordings == 0


def test_an_empty_segment_is_passed_over(folder: Path, catalog: Path) -> None:
    put_all(folder, recording(stem(1), 3) | {segment(stem(1), 1): b""})
    scan(folder, catalog)
    assert check(catalog).segments == 2
    assert depths(catalog)[0][0] == "incomplete"


def test_an_object_that_a_playlist_names_in_parts_is_looked_at_once(folder: Path, catalog: Path) -> None:
    whole = slice_of("camera", 0) + slice_of("camera", 1)
    cut = len(slice_of("camera", 0))
    text = (
        "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:3\n"
        f"#EXTINF:2.08,\n#EXT-X-BYTERANGE:{cut}@0\n{segment(stem(1), 0)[5:]}\n"
        f"#EXTINF:2.32,\n#EXT-X-BYTERANGE:{len(whole) - cut}@{cut}\n{segment(stem(1), 0)[5:]}\n#EXT-X-ENDLIST\n"
    )
    put_all(folder, {segment(stem(1), 0): whole, f"{stem(1)}.m3u8": text.encode()})
    scan(folder, catalog)
    bucket = watched_bucket(folder)
    check(catalog, lambda _: bucket, depth="full")
    assert len(bucket.ranges) == 1
    assert depths(catalog) == [("complete", "full")]


def test_segments_whose_names_follow_no_rule_are_looked_at_too(folder: Path, catalog: Path) -> None:
    text = playlist(["2026/plain-0.ts", "2026/plain-1.ts"])
    put_all(folder, {f"2026/plain-{number}.ts": slice_of("camera", number) for number in range(2)})
    put(folder, f"{stem(1)}.m3u8", text)
    scan(folder, catalog)
    assert forecast_check(catalog, CheckOptions()).due.segments == 2
    assert check(catalog).segments == 2
    assert forecast_check(catalog, CheckOptions()).due.segments == 0


def test_segments_without_a_playlist_are_looked_at(folder: Path, catalog: Path) -> None:
    put_all(folder, {key: data for key, data in recording(stem(1), 3).items() if key.endswith(".ts")})
    scan(folder, catalog)
    assert check(catalog).segments == 3
    assert depths(catalog) == [("unfinished", "full")]


def test_buckets_of_one_catalog_are_each_looked_into(folder: Path, catalog: Path, server: OssServer) -> None:
    put_all(folder, recording(stem(1), 2))
    upload(server, recording(stem(2, "far"), 2))
    upload(server, recording(stem(3, "other"), 1), "second")
    buckets = {str(folder): LocalBucket(str(folder))}
    buckets |= {f"oss://{name}": connect(server, name) for name in ("recordings", "second")}
    for bucket in buckets.values():
        scan(bucket, catalog)
    summary = check(catalog, buckets.__getitem__)
    assert (sorted(summary.buckets), summary.segments) == (sorted(buckets), 5)
    assert len(depths(catalog)) == 3
    assert select(catalog, "SELECT count(*), sum(state = 'finished') FROM scans WHERE kind = 'check'") == [(3, 3)]


def test_a_scan_with_a_depth_looks_at_what_is_due_under_its_prefix(folder: Path, catalog: Path) -> None:
    put_all(folder, recording(stem(1)) | recording("2027" + stem(2)[4:], folder="2027/"))
    put(folder, segment(stem(1), 1), b"\0" * 18_800)
    scan(folder, catalog)
    summary = scan(folder, catalog, prefix="2026/", depth="full")
    assert summary.check is not None
    assert (summary.check["segments"], summary.check["verdicts"]) == (3, {"damaged": 1})
    assert summary.verdicts == {"damaged": 1}
    assert [depth for _, depth in depths(catalog)] == ["full", "listing"]


HOSTILE = "x'; touch owned; '$(touch owned)`touch owned`\x1b[31m\u202e\nü"


@pytest.mark.parametrize("key", ["2026/plain.ts", f"2026/{HOSTILE}.ts"], ids=["plain", "hostile"])
@pytest.mark.parametrize("shell", ["bash"])
def test_the_command_that_restores_means_the_very_key(key: str, shell: str, tmp_path: Path) -> None:
    from ossrec.buckets.oss.restore_command import restore_command

    command = restore_command("oss://recordings", key)
    assert command.isprintable()
    run: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run
    shown = run(
        [shell, "-c", f"printf %s {command.removeprefix('ossutil restore ')}"], cwd=tmp_path, capture_output=True
    )
    assert shown.stdout.decode() == f"oss://recordings/{key}"
    assert list(tmp_path.iterdir()) == []
