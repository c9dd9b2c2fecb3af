"""The segments of a rebuilt playlist, their order, and recordings that cannot be rebuilt."""

from pathlib import Path

import pytest

from ossrec.errors import OssrecError, UsageProblem
from ossrec.hls.edit import header_and_end as settling
from ossrec.hls.edit import segments as done
from tests.check.run_check import put_all, recording
from tests.rebuild.rebuilding import Bench
from tests.scan.bucket_maker import segment, stem

PLAYLIST = "rid_ba1111200000fc84bf176466bd21130b10000_rhetoric"


def stamps(data: bytes) -> list[str]:
    """The second and millisecond of each segment that is named."""
    return [line[-8:-3] for line in data.decode().splitlines() if line.endswith(".ts")]


def test_segments_alone_make_a_playlist(tmp_path: Path) -> None:
    made = Bench.of("no-playlist", tmp_path).rebuild("algebra-9b")
    stem = "rid_ba111120000075389640e12fe132f007ed54d_algebra-9b"
    assert made.key == f"{stem}.m3u8"
    assert made.data.decode().splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-20T08:00:00.120Z",
        "#EXTINF:2.080,",
        f"{stem}_20261120080000120.ts",
        "#EXTINF:2.320,",
        f"{stem}_20261120080002200.ts",
        "#EXTINF:2.000,",
        f"{stem}_20261120080004520.ts",
        "#EXT-X-ENDLIST",
    ]
    assert (made.changes, made.originals, made.remaining) == ({}, 0, [])


def test_what_still_records_is_not_ended(tmp_path: Path) -> None:
    bench = Bench.of("no-playlist", tmp_path)
    made = bench.rebuild("algebra-9b", quiet_after=1e9)
    assert not made.is_over
    assert made.remaining == []
    assert b"ENDLIST" not in made.data
    assert b"VOD" not in made.data


def test_a_playlist_in_which_nothing_is_wrong_comes_out_as_it_was(tmp_path: Path) -> None:
    bench = Bench.of("complete", tmp_path)
    made = bench.rebuild("listening_b2")
    assert made.changes == {}
    assert made.data == (bench.bucket / made.key).read_bytes()


def test_segments_that_no_playlist_names_are_put_where_they_belong(tmp_path: Path) -> None:
    bench = Bench.of("orphan-segments", tmp_path)
    assert stamps(bench.rebuild().data) == ["00120", "02168", "04152", "06136", "08120"]
    only = bench.rebuild(listed_only=True)
    assert stamps(only.data) == ["00120", "02168", "04152"]
    assert len(only.omitted) == 2
    assert {finding.code for finding in only.remaining} == {"LST271"}


def test_a_segment_that_fell_out_of_the_middle_comes_back_there(tmp_path: Path) -> None:
    bench = Bench.of("orphan-segments", tmp_path)
    playlist = bench.bucket / f"{PLAYLIST}.m3u8"
    lines = playlist.read_text().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.endswith("02168.ts\n"))
    playlist.write_text("".join(lines[: at - 1] + lines[at + 1 :]))
    bench.scan()
    made = bench.rebuild()
    assert stamps(made.data) == ["00120", "02168", "04152", "06136", "08120"]
    assert made.changes == {done.COMMA_ADDED: 2, done.SEGMENT_INSERTED: 3}


def test_names_without_stamps_sort_by_their_numbers(tmp_path: Path) -> None:
    bench = Bench.of("orphan-segments", tmp_path)
    (bench.bucket / f"{PLAYLIST}.m3u8").unlink()
    for number, file in enumerate(sorted(bench.bucket.glob("*.ts")), 8):
        file.rename(file.with_name(f"{PLAYLIST}_{number}.ts"))
    bench.scan()
    made = bench.rebuild()
    assert [segment.uri[-7:] for segment in made.playlist.segments] == [f"ic_{n}.ts"[-7:] for n in (8, 9, 10, 11, 12)]
    assert b"PROGRAM-DATE-TIME" not in made.data


def test_names_that_tell_no_order_leave_it_to_the_times_in_the_segments(tmp_path: Path) -> None:
    bench = Bench.of("orphan-segments", tmp_path)
    (bench.bucket / f"{PLAYLIST}.m3u8").unlink()
    files = sorted(bench.bucket.glob("*.ts"))
    (bench.bucket / PLAYLIST).mkdir()
    for name, file in zip("caebd", files, strict=True):
        file.rename(bench.bucket / PLAYLIST / f"{name}.ts")
    bench.scan()
    made = bench.rebuild()
    assert [segment.uri[-4] for segment in made.playlist.segments] == list("caebd")
    assert not any(segment.discontinuity for segment in made.playlist.segments)


def test_an_empty_segment_without_a_playlist_lasts_until_the_next_one(tmp_path: Path) -> None:
    bench = Bench.of("no-playlist", tmp_path)
    files = sorted(bench.bucket.glob("*9b_2*.ts"))
    files[1].write_bytes(b"")
    files[2].write_bytes(b"<html>" * 50)
    bench.scan()
    made = bench.rebuild("algebra-9b")
    first, empty = made.playlist.segments
    assert (first.gap, empty.gap) == (False, True)
    assert first.duration == pytest.approx(2.08, abs=0.1)  # of its own frames: no other segment tells where it ends
    assert empty.duration == pytest.approx(2.32)
    assert made.omitted == [files[2].name]


def test_a_timeline_gap_becomes_a_discontinuity_with_the_time_after_it(tmp_path: Path) -> None:
    bench = Bench.of("orphan-segments", tmp_path)
    (bench.bucket / f"{PLAYLIST}.m3u8").unlink()
    sorted(bench.bucket.glob("*.ts"))[2].unlink()
    bench.scan()
    made = bench.rebuild()
    assert [segment.discontinuity for segment in made.playlist.segments] == [False, False, True, False]
    assert b"#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-11-20T08:00:06.136Z\n" in made.data
    assert made.remaining == []


def test_swapped_segments_are_reported_because_no_playlist_repairs_them(tmp_path: Path) -> None:
    of = stem(1, "room", None, "")
    objects = recording(of, 6, folder="")
    one, other = segment(of, 2), segment(of, 3)
    objects[one], objects[other] = objects[other], objects[one]
    put_all(tmp_path / "bucket", objects)
    made = Bench(tmp_path, tmp_path / "bucket").rebuild()
    assert made.data.count(b"#EXT-X-DISCONTINUITY") == 3
    told = [(finding.code, finding.segment) for finding in made.remaining]
    assert told == [("TS382", 2), ("TS382", 3)]


def test_the_parts_of_two_recorders_are_one_playlist(tmp_path: Path) -> None:
    bench = Bench.of("backup-and-reupload", tmp_path)
    made = bench.rebuild("robotics")
    assert [segment.discontinuity for segment in made.playlist.segments] == [True, False, True, False]
    assert made.data.count(b"#EXTM3U") == made.data.count(b"#EXT-X-ENDLIST") == 1
    (bench.bucket / f"bak0_{made.key}").unlink()
    bench.scan()
    again = bench.rebuild("robotics")
    assert [segment.uri for segment in again.playlist.segments] == [segment.uri for segment in made.playlist.segments]
    assert again.playlist.segments[2].discontinuity


def test_a_uri_on_another_host_leads_to_the_segment_of_that_name(tmp_path: Path) -> None:
    made = Bench.of("absolute-uris", tmp_path).rebuild("acoustics-signed")
    assert made.changes == {done.COMMA_ADDED: 3, done.URI_CORRECTED: 3}
    assert all(segment.uri.startswith("rid_") for segment in made.playlist.segments)
    assert made.remaining == []


def test_a_uri_out_of_the_bucket_is_kept_and_reported(tmp_path: Path) -> None:
    bench = Bench.of("hostile-uris", tmp_path)
    made = bench.rebuild()
    assert b"\nhttp://169.254.169.254/latest/meta-data/\n" in made.data
    assert {"HLS171", "HLS172", "HLS173"} <= {finding.code for finding in made.remaining}


def test_keys_and_ranges_stay_as_they_are(tmp_path: Path) -> None:
    bench = Bench.of("encrypted", tmp_path)
    made = bench.rebuild("c628fff1")
    original = (bench.bucket / made.key).read_bytes()
    assert made.changes == {done.COMMA_ADDED: 3}
    assert [line for line in made.data.split(b"\n") if b"KEY" in line] == [
        line for line in original.split(b"\n") if b"KEY" in line
    ]


@pytest.mark.parametrize(
    ("name", "room", "said"),
    [
        pytest.param("master-playlist", "astronomy", "master playlist", id="a master playlist"),
        pytest.param("playlist-empty", "silence", "nothing to rebuild", id="no segments"),
        pytest.param("segment-missing", "physics", "can be played", id="no segment is there"),
    ],
)
def test_what_cannot_be_rebuilt_is_refused(name: str, room: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=said) as caught:
        Bench.of(name, tmp_path).rebuild(room)
    assert "\n" not in str(caught.value)


def test_what_is_gone_is_refused(tmp_path: Path) -> None:
    bench = Bench.of("no-endlist", tmp_path)
    for file in bench.bucket.iterdir():
        file.unlink()
    bench.scan()
    with pytest.raises(UsageProblem, match="is gone"):
        bench.rebuild()


def test_a_playlist_that_changed_since_the_scan_is_refused(tmp_path: Path) -> None:
    bench = Bench.of("no-endlist", tmp_path)
    file = next(bench.bucket.glob("*.m3u8"))
    file.write_text(file.read_text() + "# more\n")
    with pytest.raises(OssrecError, match="has changed since the last scan"):
        bench.rebuild()


def test_a_segment_that_changed_since_the_scan_keeps_its_duration_and_is_reported(tmp_path: Path) -> None:
    bench = Bench.of("no-endlist", tmp_path)
    next(bench.bucket.glob("*04520.ts")).write_bytes(b"\0" * 188)
    made = bench.rebuild()
    assert [failure.code for failure in made.failures] == ["LOOK005"]
    assert made.changes == {done.COMMA_ADDED: 3, settling.ENDLIST_ADDED: 1}
