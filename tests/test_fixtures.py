"""The fixtures are made by their script, small, consistent, and contain real media."""

import hashlib
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from fixtures import make
from fixtures.making.recorder import POOL, clips, format_of
from fixtures.times import HOME, copy_bucket, set_times
from ossrec.findings import Verdict

FILES = sorted((HOME / "expected").iterdir())
EXPECTED = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FILES}
RECORDINGS = [(name, row) for name, bucket in EXPECTED.items() for row in bucket["recordings"]]
WITH_LENGTH = [(name, row) for name, row in RECORDINGS if row.get("duration") is not None]


def ids_of(rows: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [f"{name}: {row['stem']}" for name, row in rows]


every_bucket = pytest.mark.parametrize("bucket", EXPECTED.values(), ids=EXPECTED)
every_recording = pytest.mark.parametrize(("name", "row"), RECORDINGS, ids=ids_of(RECORDINGS))

DEPTHS = ("edges", "full")

# Segments that are not a multiple of TS packets with sync bytes: truncated, empty, encrypted, overwritten.
ODD_SEGMENTS = {
    "segment-cut": 1,
    "segment-empty": 1,
    "encrypted": 6,
    "class-day": 1,
    "bytes-zeroed": 1,
    "segment-not-ts": 3,
    "long-packets": 2,
}
SOURCES = ("camera", "screen", "mix", "voice", "phone", "music")


def tree(folder: Path) -> dict[str, str]:
    """Return the digest of every file below *folder*, by its path."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def keys_of(name: str, row: dict[str, Any]) -> list[Path]:
    """Return the playlists and segments of a recording by their names alone, and the objects in ``also``."""
    folder = HOME / EXPECTED[name]["path"] / row["folder"]
    stem = row["stem"].rpartition("/")[2]
    own = re.compile(rf"(bak\d+_)?{re.escape(stem)}(_\d+_\d+)?\.m3u8|(bak\d+_)?{re.escape(stem)}_\d{{17}}\.ts")
    inside = (folder / stem).glob("*.ts") if (folder / stem).is_dir() else ()
    also = [folder / key for key in row.get("also", ())]
    return [file for file in folder.iterdir() if own.fullmatch(file.name)] + list(inside) + also


def test_all_fixtures_are_below_four_megabytes() -> None:
    files = [file for file in HOME.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    assert sum(file.stat().st_size for file in files) < 4_000_000


def test_each_bucket_has_an_expectation_and_vice_versa() -> None:
    folders = {f"buckets/{folder.name}" for folder in (HOME / "buckets").iterdir()} | {"class-day"}
    assert {bucket["path"] for bucket in EXPECTED.values()} == folders
    assert all(bucket["bucket"] == name for name, bucket in EXPECTED.items())


def test_the_script_makes_the_committed_files(tmp_path: Path) -> None:
    make.write(tmp_path)
    for part in ("buckets", "class-day", "expected"):
        assert tree(tmp_path / part) == tree(HOME / part)


def test_the_script_makes_the_table_in_the_readme() -> None:
    assert (HOME / "README.md").read_text(encoding="utf-8").split(make.TABLE)[1] == make.table()


def test_the_encoder_makes_the_committed_media(tmp_path: Path) -> None:
    pytest.importorskip("av")
    from fixtures.making import encode

    committed = json.loads((POOL / "clips.json").read_text())["made_with"]
    if encode.made_with() != committed:
        pytest.skip(f"the media was made with {committed}, here is {encode.made_with()}")
    encode.encode_all(tmp_path)
    assert tree(tmp_path) == tree(POOL)


@every_bucket
def test_the_sums_of_a_bucket_are_those_of_its_files(bucket: dict[str, Any]) -> None:
    files = [file for file in (HOME / bucket["path"]).rglob("*") if file.is_file()]
    assert len(files) == bucket["objects"]
    assert sum(file.stat().st_size for file in files) == bucket["bytes"]
    assert set(bucket["modified"]) <= {file.relative_to(HOME / bucket["path"]).as_posix() for file in files}


@every_bucket
def test_every_object_belongs_to_one_recording_or_counts_as_unnamed(bucket: dict[str, Any]) -> None:
    files = [file for file in (HOME / bucket["path"]).rglob("*") if file.is_file()]
    named = [file for row in bucket["recordings"] for file in keys_of(bucket["bucket"], row)]
    assert len(named) == len(set(named))
    assert len(files) - len(named) == bucket["unnamed"]


@every_bucket
def test_names_can_be_checked_out_on_any_system(bucket: dict[str, Any]) -> None:
    names = [file.relative_to(HOME).as_posix() for file in (HOME / bucket["path"]).rglob("*")]
    assert not [name for name in names if re.search(r'[\x00-\x1f<>:"\\|?*]|[. ](/|$)', name)]
    assert all(unicodedata.is_normalized("NFC", name) and len(name) < 200 for name in names)
    assert len({name.casefold() for name in names}) == len(names)


@every_recording
def test_the_numbers_of_a_recording_are_those_of_its_files(name: str, row: dict[str, Any]) -> None:
    own = keys_of(name, row)
    playlists = [file for file in own if file.suffix == ".m3u8"]
    segments = [file for file in own if file.suffix == ".ts" and file.stat().st_size]
    assert sum(file.stat().st_size for file in own) == row["bytes"]
    assert bool(playlists) == (row["playlist"] is not None)
    assert row.get("segments_present", 0) <= max(len(segments), 3 * (name == "byterange"))
    if row.get("segments_missing") is not None and "segments_expected" in row:
        assert row["segments_expected"] == row["segments_present"] + row["segments_missing"]


@every_recording
def test_a_recording_has_a_valid_verdict_and_a_reason(name: str, row: dict[str, Any]) -> None:
    words = {Verdict(row[field]) for field in row if field.startswith("verdict")}
    assert row["verdict"] == "complete" or row["rules"] or "utf16" in row["stem"]
    assert all(1 <= rule <= 45 for rule in row["rules"])
    assert len(words) == sum(field.startswith("verdict") for field in row), "only a different verdict is given again"


@every_recording
def test_a_check_has_the_results_of_a_scan_and_others_only_with_a_reason(name: str, row: dict[str, Any]) -> None:
    for checked in (row[depth] for depth in DEPTHS):
        in_bytes = {rule for rule in checked["rules"] if 31 <= rule <= 43}
        is_cleared = checked["verdict"] == "complete" and row["rules"] == [30]  # contiguous media: the clock was set
        assert checked["verdict"] == Verdict(row["verdict"]) or in_bytes or is_cleared
        assert set(row["rules"]) <= set(checked["rules"])
    assert row["edges"].items() <= row["full"].items() or name == "damage-in-the-middle"


@pytest.mark.parametrize(("name", "row"), WITH_LENGTH, ids=ids_of(WITH_LENGTH))
def test_the_duration_is_the_sum_of_the_durations_in_playlists(name: str, row: dict[str, Any]) -> None:
    backup = f"{row['folder']}bak0_{row['stem'].rpartition('/')[2]}.m3u8"
    folder = HOME / EXPECTED[name]["path"]
    texts = [(folder / key).read_text() for key in (row["playlist"], backup) if (folder / key).exists()]
    lengths = [length for text in texts for length in re.findall(r"#EXTINF:([0-9.]+),?\n[^#\n].*\n", text)]
    assert sum(map(float, lengths)) == pytest.approx(row["duration"], abs=0.01)


@every_bucket
def test_segments_are_whole_packets_except_intended_ones(bucket: dict[str, Any]) -> None:
    odd = 0
    for file in (HOME / bucket["path"]).rglob("*.ts"):
        data = file.read_bytes()
        odd += not data or len(data) % 188 != 0 or set(data[::188]) != {0x47}
    assert odd == ODD_SEGMENTS.get(bucket["bucket"], 0)


@pytest.mark.parametrize("source", SOURCES)
def test_counters_continue_from_clip_to_clip(source: str) -> None:
    last: dict[int, int] = {}
    for clip in clips(source):
        for start in range(0, len(clip.data), 188):
            pid = int.from_bytes(clip.data[start + 1 : start + 3]) & 0x1FFF
            if clip.data[start + 3] & 0x10:  # it has a payload
                counter = clip.data[start + 3] & 0x0F
                assert counter == (last.get(pid, counter - 1) + 1) & 0x0F
                last[pid] = counter


@pytest.mark.parametrize("source", SOURCES)
def test_clips_have_their_duration_and_format_and_start_with_a_key_frame(source: str) -> None:
    av = pytest.importorskip("av")
    form = format_of(source)
    for number, clip in enumerate(clips(source)):
        with av.open(str(POOL / source / f"{number}.ts")) as media:
            stream = media.streams.video[0] if media.streams.video else media.streams.audio[0]
            frames = list(media.decode(stream))
            sound = media.streams.audio[0]
            assert (sound.name, sound.rate, sound.channels) == ("aac", form["sample_rate"], form["channels"])
        if form["video_codec"]:
            assert frames[0].key_frame
            assert (stream.name, stream.width, stream.height) == ("h264", form["width"], form["height"])
        seconds = len(frames) / 12.5 if form["video_codec"] else len(frames) * 1024 / stream.rate
        assert seconds == pytest.approx(clip.seconds, abs=0.001)


def test_in_a_copy_with_the_recorders_times_a_playlist_is_newer_than_its_segments(tmp_path: Path) -> None:
    folder = copy_bucket("class-day", tmp_path / "copy")
    for playlist in folder.rglob("*.m3u8"):
        segments = list(playlist.parent.glob(f"{playlist.stem}_2*.ts"))
        assert segments
        assert playlist.stat().st_mtime > max(file.stat().st_mtime for file in segments)


def test_times_in_an_expectation_override_those_in_names(tmp_path: Path) -> None:
    folder = copy_bucket("rewritten", tmp_path / "copy")
    (playlist,) = folder.glob("*.m3u8")
    assert playlist.stat().st_mtime < max(file.stat().st_mtime for file in folder.glob("*.ts"))
    set_times(folder)
    assert playlist.stat().st_mtime > max(file.stat().st_mtime for file in folder.glob("*.ts"))
