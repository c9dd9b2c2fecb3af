"""One recording: the files that it writes, segment by segment, from real media."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fixtures.making.recorder import Clip, Segment, clips, opening, stamp, stem_of, write_playlist
from tests.oss_server.store import Bucket

MEDIA = ("camera", "screen", "voice")  # of users, in the order they join
MIX = "mix"


def _distinct(data: bytes, repeat: int) -> bytes:
    """Return the media of a segment; when they *repeat*, with a null packet, since real segments are never equal."""
    return data + bytes((0x47, 0x1F, 0xFF, 0x10)) + repeat.to_bytes(184) if repeat else data


@dataclass
class File:
    """One stream of a recording."""

    stem: str
    uid: str | None
    media: list[Clip]
    slices: list[Segment] = field(default_factory=list)
    begun_ms: int | None = None  # start of the current segment; None: no publisher
    is_discontinuous: bool = True

    @property
    def clip(self) -> Clip:
        """The media of the current segment; they repeat after their end."""
        return self.media[len(self.slices) % len(self.media)]

    @property
    def next_ms(self) -> int | None:
        """The end of the current segment, Unix ms."""
        return None if self.begun_ms is None else self.begun_ms + round(self.clip.seconds * 1000)

    @property
    def playlist(self) -> str:
        """The key of its playlist."""
        return f"{self.stem}.m3u8"

    def end_slice(self, bucket: Bucket, now_ms: int) -> None:
        """Upload the current segment, and start the next."""
        assert self.begun_ms is not None
        start = datetime.fromtimestamp(self.begun_ms / 1000, UTC)
        key = f"{self.stem}_{stamp(start)}.ts"
        is_first = self.is_discontinuous or len(self.slices) % len(self.media) == 0
        tags = opening(start, self.clip.source) if is_first else ()
        ended = Segment(key, self.clip, start, quote(key.rpartition("/")[2]), tags)
        bucket.put(key, _distinct(ended.clip.data, len(self.slices) // len(self.media)), modified=now_ms // 1000)
        self.begun_ms += round(ended.clip.seconds * 1000)
        self.is_discontinuous = False
        self.slices.append(ended)

    def pause(self, bucket: Bucket, now_ms: int) -> None:
        """End the current segment because the last publisher has left."""
        if self.begun_ms is not None:
            if self.begun_ms < now_ms or not self.slices:
                self.end_slice(bucket, now_ms)
            self.begun_ms, self.is_discontinuous = None, True


class Take:
    """A recording task and its files."""

    def __init__(self, recordid: str, request: dict[str, Any], folder: str, now_ms: int) -> None:
        """*request* is the body of startrecord."""
        self.recordid = recordid
        self.request = request
        self.room_id: str = request["roomid"]
        self.is_mixed = request["streamtype"] == 1
        self.callback: str = request.get("callbackurl", "")
        self.layouts: list[dict[str, Any]] = []
        self.started_ms = now_ms
        self.idle_since_ms: int | None = now_ms
        self.ended: str | None = None  # "stopped", "idle", "died"
        self.files: dict[str | None, File] = {}
        self._folder = folder

    def set_publishers(self, publishers: list[str], bucket: Bucket, now_ms: int) -> None:
        """Record these users from now on."""
        wanted: list[str | None] = [*publishers] if not self.is_mixed else [None] * bool(publishers)
        for uid, file in self.files.items():
            if uid not in wanted:
                file.pause(bucket, now_ms)
        for uid in wanted:
            file = self.files.setdefault(uid, self._file(uid))
            if file.begun_ms is None:
                file.begun_ms = now_ms
        if wanted:
            self.idle_since_ms = None
        elif self.idle_since_ms is None:
            self.idle_since_ms = now_ms

    def end(self, bucket: Bucket, how: str, now_ms: int) -> Iterator[File]:
        """End the recording as *how*; write the playlists and yield their files, unless the recorder died."""
        self.ended = how
        if how == "died":
            return
        for file in self.files.values():
            file.pause(bucket, now_ms)
            bucket.put(file.playlist, write_playlist(tuple(file.slices)).encode(), modified=now_ms // 1000)
            yield file

    def _file(self, uid: str | None) -> File:
        source = MIX if uid is None else MEDIA[len(self.files) % len(MEDIA)]
        return File(stem_of(self._folder, self.recordid, self.room_id, uid), uid, clips(source))
