"""A recording whose playlist cannot be read is `unknown`, with the reason, and is read again by the next scan."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ossrec.buckets.oss.bucket import OssBucket
from ossrec.errors import AccessDenied
from tests.buckets.sample_buckets import connect
from tests.oss_server import Fault, OssServer
from tests.oss_server.store import Bucket
from tests.scan.bucket_maker import DAY, playlist, recording, segment, stem
from tests.scan.scanning import ONCE, found, scan

KEY = f"{stem(1)}.m3u8"


@pytest.fixture
def stored(server: OssServer) -> Bucket:
    """A bucket with two complete recordings."""
    bucket = server.bucket("recordings")
    for number in (1, 2):
        for key, data in recording(stem(number), 3).items():
            bucket.put(key, data, DAY)
    return bucket


def archive(server: OssServer, stored: Bucket) -> None:
    stored.put(KEY, recording(stem(1), 3)[KEY], DAY, storage="ColdArchive")


def archive_meanwhile(server: OssServer, stored: Bucket) -> None:
    server.faults.add(Fault("LIST", after=lambda: archive(server, stored)))


def vanish_meanwhile(server: OssServer, stored: Bucket) -> None:
    server.faults.add(Fault("LIST", after=lambda: stored.delete(KEY)))


def grow_beyond_bounds(server: OssServer, stored: Bucket) -> None:
    stored.put(KEY, b"#EXTM3U\n" + bytes(16 * 1024 * 1024), DAY)


def fault(**named: object) -> Callable[[OssServer, Bucket], None]:
    def add(server: OssServer, stored: Bucket) -> None:
        server.faults.add(Fault("GET", key=KEY, times=None, **named))  # type: ignore[arg-type]

    return add


TROUBLES = {
    "it is archived": (archive, "LOOK001", "ColdArchive"),
    "it is archived after it was listed": (archive_meanwhile, "LOOK001", "InvalidObjectState"),
    "access is denied": (fault(status=403), "LOOK002", "AccessDenied"),
    "the bucket is throttled": (fault(code="QpsLimitExceeded"), "LOOK003", "QpsLimitExceeded"),
    "the bucket fails": (fault(status=500), "LOOK003", "InternalError"),
    "the connection is reset": (fault(reset=True), "LOOK003", ""),
    "the body is cut short": (fault(truncate_at=9), "LOOK003", ""),
    "the body does not match its checksum": (fault(bad_crc=True), "LOOK003", ""),
    "it is larger than any playlist": (grow_beyond_bounds, "LOOK004", "16777224 bytes"),
    "it vanishes after it was listed": (vanish_meanwhile, "LOOK005", "it is no longer in the bucket"),
}


@pytest.mark.parametrize(("trouble", "code", "detail"), TROUBLES.values(), ids=TROUBLES)
def test_a_playlist_that_cannot_be_read_is_unknown(
    server: OssServer,
    stored: Bucket,
    catalog: Path,
    trouble: Callable[[OssServer, Bucket], None],
    code: str,
    detail: str,
) -> None:
    trouble(server, stored)
    summary = scan(connect(server), catalog, retry=ONCE)
    rows = found(catalog)
    assert [(row["verdict"], row["reasons"]) for row in rows] == [("unknown", [code]), ("complete", [])]
    assert rows[0]["playlist"] == KEY
    assert summary.partly == (code != "LOOK001")  # to archive a recording is no failure to look at it
    if code == "LOOK001":
        return
    (warning,) = summary.warnings
    assert warning.startswith(f"{code} {KEY}: ")
    assert detail in warning
    assert "\n" not in warning


@pytest.mark.parametrize(("trouble", "code", "_"), TROUBLES.values(), ids=TROUBLES)
def test_it_is_looked_at_again_by_the_next_scan(
    server: OssServer,
    stored: Bucket,
    catalog: Path,
    trouble: Callable[[OssServer, Bucket], None],
    code: str,
    _: str,
) -> None:
    trouble(server, stored)
    scan(connect(server), catalog, retry=ONCE)
    server.faults.clear()
    stored.put(KEY, recording(stem(1), 3)[KEY], DAY)
    server.clear_requests()
    summary = scan(connect(server), catalog, retry=ONCE)
    assert [request.key for request in server.requests if request.kind == "GET"] == [KEY]
    assert not summary.partly
    assert summary.changes == ["1 became complete"]
    assert [row["verdict"] for row in found(catalog)] == ["complete"] * 2


def test_a_playlist_that_stays_unreadable_is_asked_for_by_every_scan(
    server: OssServer, stored: Bucket, catalog: Path
) -> None:
    fault(status=403)(server, stored)
    for _ in range(3):
        summary = scan(connect(server), catalog, retry=ONCE)
        assert (summary.requests["get"], summary.verdicts["unknown"]) == (2 if summary.new else 1, 1)
    assert summary.changes == []


def test_what_could_not_be_read_is_looked_at_again_though_something_worse_is_known(
    server: OssServer, stored: Bucket, catalog: Path
) -> None:
    other = f"2026/bak0_{stem(1).removeprefix('2026/')}"
    stored.put(f"{other}.m3u8", playlist([segment(other, 0)]).encode(), DAY)
    fault(status=403)(server, stored)
    scan(connect(server), catalog, retry=ONCE)
    row = found(catalog)[0]
    assert (row["verdict"], row["reasons"]) == ("incomplete", ["LST260", "LOOK002"])
    server.faults.clear()
    assert scan(connect(server), catalog).requests["get"] == 1
    assert found(catalog)[0]["segments_expected"] == 4


def test_a_restored_playlist_is_read(server: OssServer, stored: Bucket, catalog: Path) -> None:
    archive(server, stored)
    scan(connect(server), catalog)
    stored.ask_restore(KEY)
    assert scan(connect(server), catalog).verdicts["unknown"] == 1
    stored.finish_restore(KEY)
    assert scan(connect(server), catalog).changes == ["1 became complete"]


def test_archived_segments_are_there_but_must_be_restored_to_play(
    server: OssServer, stored: Bucket, catalog: Path
) -> None:
    for number in range(3):
        stored.put(segment(stem(1), number), b"G" * 188, DAY, storage="Archive")
    assert scan(connect(server), catalog).verdicts == {"complete": 1, "flawed": 1}
    row = found(catalog)[0]
    assert (row["segments_missing"], row["reasons"]) == (0, ["LST265"])


def lose_a_segment(stored: Bucket) -> None:
    """The playlist is replaced by one without its last segment, which is deleted."""
    stored.delete(segment(stem(1), 2))
    stored.put(KEY, playlist([segment(stem(1), 0), segment(stem(1), 1)]).encode(), DAY)


def test_what_an_earlier_version_said_is_not_held_against_one_that_cannot_be_read(
    server: OssServer, stored: Bucket, catalog: Path
) -> None:
    scan(connect(server), catalog)
    lose_a_segment(stored)
    fault(status=403)(server, stored)
    for _ in range(2):
        scan(connect(server), catalog, retry=ONCE)
        row = found(catalog)[0]
        assert (row["verdict"], row["reasons"]) == ("unknown", ["LOOK002"])
    assert (row["playlist"], row["duration"]) == (KEY, 6.0)


def test_what_was_known_before_stays_known_when_the_same_version_is_archived(
    server: OssServer, stored: Bucket, catalog: Path
) -> None:
    scan(connect(server), catalog)
    archive(server, stored)
    assert scan(connect(server), catalog).verdicts == {"complete": 2}


def test_a_playlist_that_only_names_what_cannot_be_seen_is_still_read_after_access_was_given(
    server: OssServer, stored: Bucket, catalog: Path
) -> None:
    server.add_key("LTAI-lists", "secret", denied=("GET",))
    variables = {"OSS_ACCESS_KEY_ID": "LTAI-lists", "OSS_ACCESS_KEY_SECRET": "secret"}
    summary = scan(_as(server, variables), catalog)
    assert (summary.verdicts, len(summary.warnings)) == ({"unknown": 2}, 2)
    assert scan(connect(server), catalog).changes == ["2 became complete"]


def test_a_key_that_may_not_list_is_refused(server: OssServer, stored: Bucket, catalog: Path) -> None:
    server.add_key("LTAI-blind", "secret", denied=("LIST",))
    variables = {"OSS_ACCESS_KEY_ID": "LTAI-blind", "OSS_ACCESS_KEY_SECRET": "secret"}
    with pytest.raises(AccessDenied):
        scan(_as(server, variables), catalog)


def _as(server: OssServer, variables: dict[str, str]) -> OssBucket:
    return connect(server, variables=variables)
