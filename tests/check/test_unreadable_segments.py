"""Segments that cannot be read: archived, denied, deleted or failing. The check continues if any can be read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ossrec.buckets.protocol import Bucket
from ossrec.errors import AccessDenied, BucketBusy, BucketMissing
from tests.buckets.sample_buckets import connect
from tests.check.run_check import ONCE, check, depths, put_recordings, recording, select, upload
from tests.oss_server import Fault, OssServer
from tests.oss_server.store import Bucket as Stored
from tests.scan.bucket_maker import DAY, segment, stem
from tests.scan.scanning import found, scan

KEY = segment(stem(1), 1)


@pytest.fixture
def stored(server: OssServer, catalog: Path) -> Stored:
    """A bucket with two whole recordings, scanned."""
    upload(server, recording(stem(1)) | recording(stem(2)))
    scan(connect(server), catalog)
    return server.bucket("recordings")


def fault(**named: object) -> Callable[[OssServer, Stored], None]:
    return lambda server, _: server.faults.add(Fault("GET", key=KEY, times=None, **named))  # type: ignore[arg-type]


def archive(_: OssServer, stored: Stored) -> None:
    stored.put(KEY, recording(stem(1))[KEY], DAY, storage="ColdArchive")


def change(_: OssServer, stored: Stored) -> None:
    stored.put(KEY, b"G" * 188, DAY)


def vanish(_: OssServer, stored: Stored) -> None:
    stored.delete(KEY)


TROUBLES = {
    "it was archived since": (archive, "LOOK001", f"ossutil restore oss://recordings/{KEY}"),
    "access is denied": (fault(status=403), "LOOK002", "AccessDenied"),
    "the bucket is throttled": (fault(code="QpsLimitExceeded"), "LOOK003", "QpsLimitExceeded"),
    "the connection is reset": (fault(reset=True), "LOOK003", ""),
    "the body is cut short": (fault(truncate_at=9), "LOOK003", ""),
    "it was changed since": (change, "LOOK005", "the object changed after the last scan: scan again"),
    "it vanished since": (vanish, "LOOK005", ""),
}


@pytest.mark.parametrize(("trouble", "code", "detail"), TROUBLES.values(), ids=TROUBLES)
def test_a_segment_that_cannot_be_read_is_unknown_and_the_rest_goes_on(
    server: OssServer,
    stored: Stored,
    catalog: Path,
    trouble: Callable[[OssServer, Stored], None],
    code: str,
    detail: str,
) -> None:
    trouble(server, stored)
    summary = check(catalog, lambda _: connect(server), retry=ONCE)
    rows = found(catalog)
    assert [(row["verdict"], row["reasons"]) for row in rows] == [("unknown", [code]), ("complete", [])]
    assert (summary.segments, summary.partly) == (5, code != "LOOK001")
    (told,) = select(catalog, "SELECT failure, detail FROM inspections WHERE failure IS NOT NULL")
    assert told[0] == code
    assert detail in told[1]


@pytest.mark.parametrize(("trouble", "code", "_"), TROUBLES.values(), ids=TROUBLES)
def test_it_is_looked_at_once_it_can_be_read(
    server: OssServer,
    stored: Stored,
    catalog: Path,
    trouble: Callable[[OssServer, Stored], None],
    code: str,
    _: str,
) -> None:
    trouble(server, stored)
    check(catalog, lambda _: connect(server), retry=ONCE)
    server.faults.clear()
    stored.put(KEY, recording(stem(1))[KEY], DAY)
    scan(connect(server), catalog)
    summary = check(catalog, lambda _: connect(server))
    assert (summary.segments, summary.partly) == (1, False)
    assert [verdict for verdict, _ in depths(catalog)] == ["complete", "complete"]


def test_no_request_is_made_for_what_the_listing_calls_archived(
    server: OssServer, stored: Stored, catalog: Path
) -> None:
    archive(server, stored)
    scan(connect(server), catalog)
    server.clear_requests()
    summary = check(catalog, lambda _: connect(server))
    assert KEY not in [request.key for request in server.requests]
    assert (summary.archived, summary.segments, summary.warnings) == (1, 5, [])
    (told,) = select(catalog, "SELECT failure, detail FROM inspections WHERE failure IS NOT NULL")
    assert told == ("LOOK001", f"ColdArchive: ossutil restore oss://recordings/{KEY}")
    again = check(catalog, lambda _: connect(server))
    assert (again.recordings, again.remaining["segments"]) == (0, 0)  # nothing is new until it is restored
    assert (again.archived, again.due["segments"]) == (1, 0)
    stored.ask_restore(KEY)
    stored.finish_restore(KEY)
    scan(connect(server), catalog)
    assert check(catalog, lambda _: connect(server)).segments == 1
    assert [verdict for verdict, _ in depths(catalog)] == ["complete", "complete"]


def test_what_was_looked_at_before_it_was_archived_stays_known(
    server: OssServer, stored: Stored, catalog: Path
) -> None:
    check(catalog, lambda _: connect(server), depth="full")
    archive(server, stored)
    scan(connect(server), catalog)
    assert check(catalog, lambda _: connect(server), depth="full", again=0.0).archived == 0
    assert depths(catalog)[0] == ("flawed", "full")


def many(server: OssServer, catalog: Path) -> None:
    """So many segments that nobody wants a request for each to fail."""
    for number in range(20):
        upload(server, recording(stem(number), 4))
    scan(connect(server), catalog)


def test_a_key_that_may_read_nothing_is_found_out_early_and_nothing_is_held_against_the_recordings(
    server: OssServer, catalog: Path
) -> None:
    many(server, catalog)
    server.add_key("LTAI-lists", "secret", denied=("GET",))
    variables = {"OSS_ACCESS_KEY_ID": "LTAI-lists", "OSS_ACCESS_KEY_SECRET": "secret"}
    server.clear_requests()
    with pytest.raises(AccessDenied) as told:
        check(catalog, lambda _: connect(server, variables=variables))
    assert told.value.exit_code == 12
    assert len(server.requests) < 40
    assert set(depths(catalog)) == {("complete", "listing")}


def test_a_bucket_that_fails_throughout_is_given_up(server: OssServer, catalog: Path) -> None:
    many(server, catalog)
    server.faults.add(Fault("GET", times=None, status=503))
    server.clear_requests()
    with pytest.raises(BucketBusy, match="20 segments in a row could not be read"):
        check(catalog, lambda _: connect(server), retry=ONCE)
    assert len(server.requests) < 40
    assert set(depths(catalog)) == {("complete", "listing")}


def test_a_bucket_that_is_not_there_any_more_is_told(server: OssServer, catalog: Path) -> None:
    many(server, catalog)
    with OssServer() as other, pytest.raises(BucketMissing):
        check(catalog, lambda _: _elsewhere(other))


def _elsewhere(server: OssServer) -> Bucket:
    from ossrec.buckets.open import open_bucket
    from ossrec.buckets.settings import BucketSettings
    from tests.buckets.sample_buckets import environment

    settings = BucketSettings(endpoint=server.endpoint, region=server.region)
    return open_bucket("oss://recordings", settings, environment(server))


def test_a_folder_that_is_not_there_any_more_is_told(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    folder.rename(folder.with_name("moved"))
    with pytest.raises(BucketMissing, match="bucket"):
        check(catalog)
    assert set(depths(catalog)) == {("complete", "listing")}


def test_one_bucket_of_two_that_is_not_there_leaves_the_other(
    folder: Path, catalog: Path, server: OssServer, stored: Stored
) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    folder.rename(folder.with_name("moved"))

    def opener(name: str) -> Bucket:
        from ossrec.buckets.local.bucket import LocalBucket

        return connect(server) if name.startswith("oss://") else LocalBucket(name)

    summary = check(catalog, opener)
    assert (summary.segments, summary.buckets) == (6, ["oss://recordings"])
    assert [str(folder) in line for line in summary.warnings] == [True]


def test_many_segments_that_were_deleted_are_each_told(server: OssServer, catalog: Path) -> None:
    many(server, catalog)
    bucket = server.bucket("recordings")
    for key in list(bucket.keys()):
        if key.endswith(".ts"):
            bucket.delete(key)
    summary = check(catalog, lambda _: connect(server))
    assert (summary.segments, len(summary.warnings)) == (0, 80)
    assert set(depths(catalog)) == {("unknown", "listing")}
