"""Rebuilt playlists play in a browser, from the first second to the last."""

import os
import queue
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.rebuild.rebuilding import Bench
from tests.rebuild.serving import Serving, served
from tests.running import PATIENCE

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)

# Says at once when the browser knows no HLS, else how playing ended.
PAGE = """<!doctype html><video muted></video><script>
const video = document.querySelector("video"), seen = [];
const tell = (how) => fetch("/told", {method: "POST", body: JSON.stringify({how, seen,
  duration: video.duration, at: video.currentTime, error: video.error && video.error.message})});
if (!video.canPlayType("application/vnd.apple.mpegurl")) tell("no HLS");
else {
  video.addEventListener("timeupdate", () => seen.push(video.currentTime));
  for (const how of ["ended", "error"]) video.addEventListener(how, () => tell(how));
  video.src = new URLSearchParams(location.search).get("play");
  video.playbackRate = 4;
  video.play().catch((problem) => tell("refused: " + problem));
}
</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@contextmanager
def browsing(url: str, profile: Path) -> Iterator[None]:
    """A browser without a window that shows *url*."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--mute-audio", "--no-first-run", "--disable-dev-shm-usage"]
    flags += ["--autoplay-policy=no-user-gesture-required", "--disable-background-networking"]
    process = subprocess.Popen(
        [str(CHROMIUM), *flags, f"--user-data-dir={profile}", "--remote-debugging-port=0", url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it and all the processes that it started
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def played(serving: Serving, path: str, profile: Path) -> dict[str, Any]:
    """What the page has to tell of playing *path*."""
    url = f"{serving.url}/play.html?play={quote('/' + quote(path), safe='')}"
    with browsing(url, profile):
        try:
            told = serving.told.get(timeout=PATIENCE)
        except queue.Empty:
            pytest.fail(f"the browser told nothing within {PATIENCE:.0f} s")
    if told["how"] == "no HLS":
        pytest.skip("this Chromium plays no HLS by itself, which it does from version 142 on")
    return told


@pytest.mark.parametrize(
    ("name", "room"),
    [
        pytest.param("no-playlist", "algebra-9b", id="from nothing"),
        pytest.param("orphan-segments", "rhetoric", id="with segments put in"),
        pytest.param("backup-and-reupload", "robotics", id="of two recorders"),
        pytest.param("segment-missing", "biology", id="with a gap"),
        pytest.param("odd-names", "100%_done", id="with names that must be escaped"),
    ],
)
def test_it_plays_to_the_end(name: str, room: str, tmp_path: Path) -> None:
    bench = Bench.of(name, tmp_path)
    made = bench.rebuild(room)
    (bench.bucket / made.key).write_bytes(made.data)
    (bench.bucket / "play.html").write_text(PAGE)
    with served(bench.bucket) as serving:
        told = played(serving, made.key, tmp_path / "profile")
    assert told["how"] == "ended", told
    seconds = sum(segment.duration for segment in made.playlist.segments if not segment.gap)
    assert told["duration"] == pytest.approx(seconds, abs=0.3)
    assert told["at"] == pytest.approx(seconds, abs=0.3)
    assert told["seen"] == sorted(told["seen"])
