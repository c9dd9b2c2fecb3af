"""Make the bucket of a situation, scan it at depth full, rebuild its playlists, and compare these with ffmpeg."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import pytest

from fixtures.making.recorder import Clip, Recording, record, write_playlist
from fixtures.times import set_times
from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.protocol import Bucket
from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.findings import Finding
from ossrec.hls.uris import resolve
from ossrec.jobs.rebuild.rebuild import RebuildOptions, RebuiltPlaylist, rebuild
from tests.buckets.sample_buckets import connect
from tests.check.run_check import check
from tests.oss_server import OssServer
from tests.rebuild.serving import served
from tests.running import PATIENCE
from tests.scan.scanning import found, scan

QUIET = 330.0  # seconds without an upload after which a recording has ended
NAME = "recordings"  # of the bucket on the OSS server
_FRAMES = "frame=stream_index,media_type,nb_samples,best_effort_timestamp_time:stream=index,sample_rate"


def recording(
    media: Sequence[tuple[bytes, float]], room: str = "room", uid: str | None = None, folder: str = ""
) -> Recording:
    """Return a recording with the given segments: their bytes and their duration in seconds."""
    return record(room, uid, folder=folder, media=[Clip(data, seconds, "camera") for data, seconds in media])


def objects_of(some: Recording, playlist: str | bytes | None = None) -> dict[str, bytes]:
    """Return the objects of a recording by key; *playlist* replaces the text that the recorder would write."""
    text = write_playlist(some.segments) if playlist is None else playlist
    objects = {item.key: item.clip.data for item in some.segments}
    return objects | {some.playlist: text.encode() if isinstance(text, str) else text}


class Situation:
    """A bucket, in a folder or on the OSS *server*, that was scanned at depth full."""

    def __init__(
        self,
        folder: Path,
        objects: Mapping[str, bytes],
        server: OssServer | None = None,
        headers: Mapping[str, dict[str, str]] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        """Write *objects* below *folder*, with the times of the recorder, and scan them with *options*.

        *headers* are those of objects on the server, by key.
        """
        self.catalog = folder / "catalog.db"
        self.files = folder / "bucket"  # the objects as files, also if the bucket is on the server
        for key, data in objects.items():
            file = self.files / key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        set_times(self.files)
        self._server = server
        if server is not None:
            for key, data in objects.items():
                server.bucket(NAME).put(key, data, int((self.files / key).stat().st_mtime), headers=headers.get(key))
        self.bucket: Bucket = self.connect()
        self.scan(**options)

    def connect(self, **settings: Any) -> Bucket:
        """Open the bucket again with other settings, such as *cnames*."""
        if self._server is None:
            self.bucket = LocalBucket(str(self.files), **settings)
        else:
            self.bucket = connect(self._server, NAME, **settings)
        return self.bucket

    def scan(self, depth: str = "full", **options: Any) -> None:
        """Scan the bucket again at *depth*."""
        scan(self.bucket, self.catalog, **options)
        if depth != "listing":
            check(self.catalog, lambda _: self.bucket, depth=depth)

    def rows(self) -> list[Mapping[str, Any]]:
        """Return the recordings as `ossrec find` shows them, in order of path."""
        return found(self.catalog)

    def row(self, part: str = "") -> Mapping[str, Any]:
        """Return the one recording with *part* in its path."""
        (row,) = [row for row in self.rows() if part in row["path"]]
        return row

    def verdict(self, part: str = "") -> str:
        """Return the verdict of the one recording with *part* in its path."""
        return str(self.row(part)["verdict"])

    def findings(self, part: str = "") -> list[Finding]:
        """Return the findings about the recordings with *part* in their path."""
        names = ", ".join(f"f.{name}" for name in Finding._fields)
        sql = (
            f"SELECT {names} FROM findings f JOIN recordings r ON r.id = f.recording_id"
            " WHERE instr(r.path, ?) ORDER BY f.id"
        )
        with closing(sqlite3.connect(self.catalog)) as conn:
            return [Finding._make(row) for row in conn.execute(sql, (part,))]

    def codes(self, part: str = "") -> set[str]:
        """Return the codes of the findings about the recordings with *part* in their path."""
        return {finding.code for finding in self.findings(part)}

    def rebuild(self, part: str = "", **options: Any) -> RebuiltPlaylist:
        """Rebuild the playlist of the one recording with *part* in its path."""
        with closing(open_catalog(self.catalog)) as conn:
            ((number,),) = conn.execute("SELECT id FROM recordings WHERE instr(path, ?)", (part,)).fetchall()
            return rebuild(conn, self.bucket, number, RebuildOptions(QUIET, **options))


def assert_rebuilt_plays(
    situation: Situation, part: str = "", *, segments: int | None = None, max_extinf: float | None = None
) -> RebuiltPlaylist:
    """Rebuild the recording with *part* in its path, and compare its playlist with what ffmpeg decodes of it.

    No object is named twice; the playlist has *segments* that can be played, none longer than *max_extinf* seconds;
    they last as long as the decoded frames, within 5 %. Skips the test after the other checks if ffmpeg is missing.
    Frames that no decoder can start with are not counted: do not call this if nothing in the recording decodes.
    """
    made = situation.rebuild(part)
    named = Counter(_object_of(one.uri, made, situation) for one in made.playlist.segments if one.byterange is None)
    assert {key: times for key, times in named.items() if times > 1} == {}, "a segment is named twice"
    played = [one for one in made.playlist.segments if not one.gap]
    if segments is not None:
        assert len(played) == segments, f"{len(played)} segments can be played"
    if max_extinf is not None:
        longest = max(one.duration for one in played)
        assert longest <= max_extinf, f"the longest EXTINF is {longest} s"
    if shutil.which("ffprobe") is None:
        pytest.skip("ffmpeg is not installed: the rebuilt playlist was not decoded")
    seconds, decoded = sum(one.duration for one in played), _decoded_seconds(made, situation)
    assert abs(seconds - decoded) <= 0.05 * decoded, f"lasts {seconds:.3f} s, but {decoded:.3f} s are decoded"
    return made


def _object_of(uri: str, made: RebuiltPlaylist, situation: Situation) -> str:
    return resolve(uri, made.key, situation.bucket.address).key or uri


def _decoded_seconds(made: RebuiltPlaylist, situation: Situation) -> float:
    """Return how long the decoded frames last, of the stream with most of them; a wild time stamp adds nothing."""
    place = situation.files / made.key
    file = place.with_name("rebuilt-for-ffmpeg.m3u8")
    file.write_bytes(made.data)
    try:
        # From a disk ffmpeg does not decode escapes in URIs, so the folder is served.
        with served(situation.files) as serving:
            url = f"{serving.url}/{quote(os.fspath(file.relative_to(situation.files)))}"
            command = ["ffprobe", "-v", "quiet", "-allowed_extensions", "ALL", "-show_entries", _FRAMES]
            command += ["-of", "json", "-f", "hls", "-i", url]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    finally:
        file.unlink()
    told = json.loads(ran.stdout)
    rates = {stream["index"]: stream.get("sample_rate") for stream in told.get("streams", ())}
    frames: dict[int, list[dict[str, Any]]] = {}
    for frame in told.get("frames", ()):
        frames.setdefault(frame["stream_index"], []).append(frame)
    lasting = [_stream_seconds(some, rates[index]) for index, some in frames.items()]
    assert lasting, "ffmpeg decodes nothing of the rebuilt playlist"
    return max(lasting)


def _stream_seconds(frames: Sequence[Mapping[str, Any]], sample_rate: str | None) -> float:
    """Return the duration of the frames of one stream; a jump between two of them lasts as long as one frame."""
    if sample_rate is not None:
        return sum(int(frame.get("nb_samples", 0)) for frame in frames) / float(sample_rate)
    times = [float(frame["best_effort_timestamp_time"]) for frame in frames if "best_effort_timestamp_time" in frame]
    steps = [after - before for before, after in pairwise(times)]
    usual = sorted(step for step in steps if step > 0)
    assert usual, "ffmpeg decodes a single frame"
    frame = usual[len(usual) // 2]
    return frame + sum(step if 0 < step <= 10 * frame else frame for step in steps)
