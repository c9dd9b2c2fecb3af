"""Rebuilt playlists play: with FFmpeg's libraries, every frame of every segment, and with ffmpeg itself."""

import shutil
import subprocess
from pathlib import Path

import av
import pytest

from tests.rebuild.rebuilding import Bench
from tests.rebuild.serving import served
from tests.running import PATIENCE

PLAYED = [
    pytest.param("no-playlist", "algebra-9b", 3, id="from nothing, sound and picture"),
    pytest.param("no-playlist", "10266667", 3, id="from nothing, sound only"),
    pytest.param("playlist-html", "music", 3, id="an error page instead of a playlist"),
    pytest.param("no-endlist", "poetry", 3, id="never ended"),
    pytest.param("playlist-cut", "greek", 3, id="cut off in the middle of a name"),
    pytest.param("playlist-cut", "latin", 3, id="cut off after EXTINF"),
    pytest.param("orphan-segments", "rhetoric", 5, id="older than its media"),
    pytest.param("head-missing", "ethics", 5, id="its head fell out of the window"),
    pytest.param("wall-gap", "geography", 4, id="an unmarked hole"),
    pytest.param("format-change", "field-trip", 2, id="the picture turns"),
    pytest.param("backup-and-reupload", "robotics", 4, id="of two recorders"),
    pytest.param("odd-names", "raw space", 2, id="a name with a space"),
    pytest.param("odd-names", "100%_done", 2, id="a name with a percent sign"),
    pytest.param("playlist-numbers", "sums-nan", 3, id="a length that is none"),
]


def frames_of(path: Path | str, form: str | None = None) -> dict[str, int]:
    """How many frames of each kind can be decoded."""
    options = {"allowed_extensions": "ALL"} if form == "hls" else {}
    counts: dict[str, int] = {}
    with av.open(str(path), format=form, options=options) as container:
        for frame in container.decode():
            kind = "video" if isinstance(frame, av.VideoFrame) else "audio"
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def saved(name: str, room: str, folder: Path) -> tuple[Path, list[Path], float]:
    """A rebuilt playlist beside its segments; these, and its length in seconds."""
    bench = Bench.of(name, folder)
    made = bench.rebuild(room)
    path = bench.bucket / Path(made.key).with_name("rebuilt.m3u8")
    path.write_bytes(made.data)
    listed = [line for line in made.data.decode().splitlines() if line and not line.startswith("#")]
    keys = [key for key in made.own if key.endswith(".ts") and (bench.bucket / key).stat().st_size]
    assert len(listed) == len(keys)
    return path, [bench.bucket / key for key in keys], made.playlist.duration


@pytest.mark.parametrize(("name", "room", "count"), PLAYED)
def test_every_frame_is_played(name: str, room: str, count: int, tmp_path: Path) -> None:
    path, segments, seconds = saved(name, room, tmp_path)
    assert len(segments) == count
    total: dict[str, int] = {}
    for segment in segments:
        for kind, number in frames_of(segment).items():
            total[kind] = total.get(kind, 0) + number
    # From a disk FFmpeg does not decode what is escaped in a URI, so over HTTP, as browsers play it too.
    with served(path.parent) as serving:
        url = f"{serving.url}/{path.name}"
        assert frames_of(url, "hls") == total
        with av.open(url, format="hls", options={"allowed_extensions": "ALL"}) as container:
            assert container.duration is not None
            assert container.duration / av.time_base == pytest.approx(seconds, abs=0.1)


def test_it_plays_from_a_disk_too(tmp_path: Path) -> None:
    path, segments, _ = saved("no-playlist", "10266667", tmp_path)
    assert frames_of(path, "hls") == {"audio": sum(frames_of(segment)["audio"] for segment in segments)}


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg is installed")
@pytest.mark.parametrize("name", ["no-playlist", "orphan-segments", "backup-and-reupload"])
def test_ffmpeg_says_nothing_against_it(name: str, tmp_path: Path) -> None:
    room = {"no-playlist": "algebra-9b", "orphan-segments": "rhetoric", "backup-and-reupload": "robotics"}[name]
    path, _, _ = saved(name, room, tmp_path)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", str(path), "-map", "0", "-f", "null", "-"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
