"""The server of the benchmarks lists and replays its keys from any position."""

import hashlib
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import m3u8
import oss2
import pytest
from fastcrc import crc64

from benchmarks.listing_server import Served, start

KEYS = 3_500


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with start(keys=KEYS) as running:
        yield running


@pytest.fixture(scope="module")
def oss(served: Served) -> Iterator[oss2.Bucket]:
    auth = oss2.AuthV4("any", "key")
    bucket = oss2.Bucket(auth, served.endpoint, served.bucket, region="cn-hangzhou")
    yield bucket
    bucket.session.session.close()


@pytest.fixture(scope="module")
def listed(oss: oss2.Bucket) -> list[oss2.models.SimplifiedObjectInfo]:
    return list(oss2.ObjectIteratorV2(oss, max_keys=1000))


@pytest.fixture(scope="module")
def keys(listed: list[oss2.models.SimplifiedObjectInfo]) -> list[str]:
    return [one.key for one in listed]


def test_it_has_as_many_keys_as_asked_for_in_byte_order(keys: list[str]) -> None:
    assert len(keys) == len(set(keys)) == KEYS
    assert keys == sorted(keys, key=str.encode)


@pytest.mark.parametrize("max_keys", [100, 999])
def test_both_versions_and_all_page_sizes_list_the_same(oss: oss2.Bucket, keys: list[str], max_keys: int) -> None:
    assert [one.key for one in oss2.ObjectIterator(oss, max_keys=max_keys)] == keys
    assert [one.key for one in oss2.ObjectIteratorV2(oss, max_keys=max_keys)] == keys


def test_a_listing_may_begin_anywhere_and_keep_to_a_prefix(oss: oss2.Bucket, keys: list[str]) -> None:
    draw = random.Random(1)
    for number in [0, 1, 999, 1000, 1001, KEYS - 1, *draw.choices(range(KEYS), k=10)]:
        for after in (keys[number], keys[number][:-1], keys[number] + "x"):
            page = oss.list_objects_v2(start_after=after, max_keys=5)
            begin = bisect_right(keys, after)
            assert [one.key for one in page.object_list] == keys[begin : begin + 5]
        prefix = keys[number][: draw.randint(12, 60)]
        stop = bisect_left(keys, prefix + "\U0010ffff")
        found = [one.key for one in oss2.ObjectIteratorV2(oss, prefix=prefix, max_keys=1000)]
        assert found == keys[bisect_left(keys, prefix) : stop]


def test_a_playlist_names_its_segments_and_is_what_the_listing_says(
    oss: oss2.Bucket, listed: list[oss2.models.SimplifiedObjectInfo], keys: list[str]
) -> None:
    playlists = [one for one in listed if one.key.endswith(".m3u8")]
    assert len(playlists) > 3
    named = 0
    for one in playlists:
        reply = oss.get_object(one.key)
        text = reply.read()
        assert (len(text), hashlib.md5(text).hexdigest().upper()) == (one.size, one.etag)
        assert reply.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(text))
        assert reply.last_modified == one.last_modified
        playlist = m3u8.loads(text.decode())
        assert playlist.is_endlist
        folder = one.key.rpartition("/")[0]
        segments = [f"{folder}/{segment.uri}" for segment in playlist.segments]
        assert set(segments) <= set(keys)
        named += len(segments)
    assert named + len(playlists) == KEYS
    with pytest.raises(oss2.exceptions.NoSuchKey):
        oss.get_object("none")


def test_without_url_encoding_keys_come_as_they_are(oss: oss2.Bucket, keys: list[str]) -> None:
    page = oss.list_objects_v2(encoding_type="", max_keys=3)
    assert [one.key for one in page.object_list] == keys[:3]


def test_latency_comes_before_every_reply() -> None:
    with start(keys=10, latency=0.05) as slow:
        bucket = oss2.Bucket(oss2.AnonymousAuth(), slow.endpoint, slow.bucket)
        assert bucket.list_objects_v2().resp.response.elapsed.total_seconds() >= 0.05
        bucket.session.session.close()
