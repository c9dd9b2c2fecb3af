"""Build small real catalogs for tests, without a scan."""

import json
import sqlite3
import weakref
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from ossrec.catalog.schema.migrations import migrations
from ossrec.catalog.schema.version import APPLICATION_ID
from ossrec.catalog.store.stems import Stems
from ossrec.naming import unix_ms

NOW = 1_793_534_400  # 2026-11-01T12:00:00Z
RID = "ba1107310000565164da34f816f842da94d"
FORMAT = {  # columns of a recording with inspected segments
    "video_codec": "h264",
    "width": 640,
    "height": 360,
    "audio_codec": "aac",
    "sample_rate": 48_000,
    "channels": 2,
    "bit_rate": 812_345,
}


class CatalogBuilder:
    """A catalog at *path* with one bucket; its methods add recordings, objects and scans."""

    def __init__(self, path: Path, bucket: str = "oss://recordings") -> None:
        self.path = path
        self.conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self.conn.close)  # on any thread that the garbage collector runs on
        self.conn.execute("PRAGMA journal_mode = WAL")
        migrations.apply(Database(self.conn))
        self.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.in_bucket(bucket)

    def in_bucket(self, name: str) -> "CatalogBuilder":
        """Add everything that follows to the bucket *name*."""
        self.conn.execute("INSERT OR IGNORE INTO buckets (name) VALUES (?)", (name,))
        (self.bucket,) = self.conn.execute("SELECT id FROM buckets WHERE name = ?", (name,)).fetchone()
        self.stems = Stems(self.conn, self.bucket, NOW)
        return self

    def object(self, key: str, size: int = 188_000, *, modified: int = NOW, gone: int | None = None) -> tuple[int, str]:
        """Add an object; return the number of its stem and its suffix."""
        stem, suffix, kind = self.stems.locate(key)
        values = (stem.id, suffix, kind, size, modified, b"e" * 16, gone)
        self.conn.execute(
            "INSERT INTO objects (stem_id, suffix, kind, size, modified, etag, gone) VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        return stem.id, suffix

    def recording(self, key: str, *, started: str | None = None, seconds: float = 30.0, **columns: Any) -> int:
        """Add the recording that *key* names, with these columns; *started* is a timestamp of 17 digits."""
        stem, _suffix, kind = self.stems.locate(key)
        if started is not None:
            columns["started_ms"] = unix_ms(started)
            columns["ended_ms"] = columns["started_ms"] + int(seconds * 1000)
        values = {
            "playlist": key if kind == 1 else None,
            "verdict": "complete",
            "duration": seconds,
            "due": 0,
            **columns,
        }
        values["reasons"] = json.dumps(values.get("reasons", []))
        sets = ", ".join(f"{name} = :{name}" for name in values)
        self.conn.execute(f"UPDATE recordings SET {sets} WHERE id = :id", values | {"id": stem.recording_id})
        assert stem.recording_id is not None
        return stem.recording_id

    def playlist(self, recording: int, key: str, segments: list[tuple[str | None, int | None]], **columns: Any) -> int:
        """Add a playlist of *recording* with segments of 10 s: (file name, size), a size of None if not in the bucket.

        A file name of None means a URI that leads out of the bucket.
        """
        folder = key[: key.rfind("/") + 1]
        stem_id, suffix = self.object(key, 1000)
        values = {
            "recording_id": recording,
            "stem_id": stem_id,
            "suffix": suffix,
            "etag": b"e" * 16,
            "size": 1000,
            "modified": NOW,
            "read": NOW,
            "kind": "media",
            "ended": 1,
            "segments": len(segments),
            "duration": 10.0 * len(segments),
            "target_duration": 10,
            **columns,
        }
        marks = ", ".join(f":{name}" for name in values)
        (number,) = self.conn.execute(
            f"INSERT INTO playlists ({', '.join(values)}) VALUES ({marks}) RETURNING id", values
        ).fetchone()
        self.conn.execute(
            "INSERT INTO playlist_versions VALUES (?, ?, 1000, ?, ?, ?, ?)",
            (number, b"e" * 16, NOW, NOW, len(segments), 10.0 * len(segments)),
        )
        for index, (name, size) in enumerate(segments):
            self._segment(number, index, folder, name, size)
        return number

    def _segment(self, playlist: int, index: int, folder: str, name: str | None, size: int | None) -> None:
        object_id: tuple[int | None, str | None] = (None, None)
        if name is not None and size is not None:
            object_id = self.object(folder + name, size)
        elif name is not None:
            stem, suffix, _kind = self.stems.locate(folder + name)
            object_id = (stem.id, suffix)
        uri = "https://elsewhere.example/x.ts" if name is None else None
        self.conn.execute(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, 10000, 0, 0, 0, 0, NULL, NULL)",
            (playlist, index, *object_id, uri, 2 * index + 5, index * 10_000),
        )

    def finding(self, recording: int, code: str, severity: int, subject: str, detail: str = "", **columns: Any) -> None:
        """Add a finding about *recording*."""
        values = {
            "recording_id": recording,
            "source": "listing",
            "code": code,
            "severity": severity,
            "subject": subject,
            "detail": detail,
            **columns,
        }
        marks = ", ".join(f":{name}" for name in values)
        self.conn.execute(f"INSERT INTO findings ({', '.join(values)}) VALUES ({marks})", values)

    def inspection(self, key: str, **columns: Any) -> None:
        """Add an inspection of the object *key*, which succeeded unless *columns* have a failure."""
        stem, suffix, _kind = self.stems.locate(key)
        values = {
            "stem_id": stem.id,
            "suffix": suffix,
            "etag": b"e" * 16,
            "depth": "full",
            "inspected": NOW,
            "bytes_read": 188_000,
            **columns,
        }
        marks = ", ".join(f":{name}" for name in values)
        self.conn.execute(f"INSERT INTO inspections ({', '.join(values)}) VALUES ({marks})", values)

    def media_format(self, kind: str, codec: str, **columns: int) -> int:
        """Add a format of a stream; return its number."""
        values = {"kind": kind, "codec": codec, **columns}
        marks = ", ".join(f":{name}" for name in values)
        row = self.conn.execute(
            f"INSERT INTO formats ({', '.join(values)}) VALUES ({marks}) RETURNING id", values
        ).fetchone()
        return int(row[0])

    def scan(self, *, state: str = "finished", started: int = NOW, prefix: str = "") -> int:
        """Add a scan of the bucket; return its number."""
        finished = started + 5 if state == "finished" else None
        row = self.conn.execute(
            "INSERT INTO scans (bucket_id, prefix, started, finished, state, objects, summary)"
            " VALUES (?, ?, ?, ?, ?, 7, '{}') RETURNING id",
            (self.bucket, prefix, started, finished, state),
        ).fetchone()
        return int(row[0])

    def change(self, scan: int, recording: int, was: str | None, became: str, lost: int = 0) -> None:
        """Add a change of the verdict of *recording* in a scan."""
        self.conn.execute("INSERT INTO changes VALUES (?, ?, ?, ?, ?)", (scan, recording, was, became, lost))


def mixed(room: str, recordid: str = RID, folder: str = "2026/") -> str:
    """Return the key of the playlist of a mixed recording."""
    return f"{folder}rid_{recordid}_{room}.m3u8"


def source(room: str, uid: str, recordid: str = RID, folder: str = "2026/") -> str:
    """Return the key of the playlist of one user's recording."""
    return f"{folder}rid_{recordid}_{room}__uid_s_{uid}__uid_e.m3u8"
