"""A scan of any bucket content ends with an intact catalog and a verdict for each recording."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ossrec.errors import BucketError
from tests.buckets.sample_buckets import connect
from tests.hls.fuzz import mutants
from tests.oss_server import Fault, OssServer
from tests.scan.bucket_maker import DAY, PACKET, segment, stem
from tests.scan.memory_bucket import MemoryBucket, Stored
from tests.scan.scanning import ONCE, content, found, is_intact, scan

OF = stem(1)
KEY = f"{OF}.m3u8"
HEAD = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n"
END = "#EXT-X-ENDLIST\n"
ONE = f"#EXTINF:2.0,\n{segment(OF, 0).removeprefix('2026/')}\n"
BIG = str(2**64 - 1)

TEXTS = {
    "a target duration beyond any": f"#EXTM3U\n#EXT-X-TARGETDURATION:{BIG}\n{ONE}{END}",
    "a length beyond any": f"{HEAD}#EXTINF:{BIG},\na.ts\n{ONE}{END}",
    "a length in the form of science": f"{HEAD}#EXTINF:1e300,\na.ts\n{ONE}{END}",
    "a hundred digits": f"{HEAD}#EXTINF:{'9' * 400}.0,\na.ts\n{ONE}{END}",
    "lengths that add up beyond any": HEAD + f"#EXTINF:{'9' * 308},\na.ts\n" * 20 + END,
    "a byte range beyond any": f"{HEAD}#EXT-X-BYTERANGE:{BIG}@{BIG}\n{ONE}{END}",
    "a byte range at the end of all numbers": f"{HEAD}#EXT-X-BYTERANGE:{'9' * 19}@{'9' * 19}\n{ONE}{END}",
    "a map with a range beyond any": f'{HEAD}#EXT-X-MAP:URI="a.mp4",BYTERANGE="{BIG}@{BIG}"\n{ONE}{END}',
    "a date in the year 9999": f"{HEAD}#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59.999Z\n{ONE}{END}",
    "a date in the year 1": f"{HEAD}#EXT-X-PROGRAM-DATE-TIME:0001-01-01T00:00:00.000+14:00\n{ONE}{END}",
    "a date after all lengths": f"{HEAD}#EXTINF:{BIG},\na.ts\n#EXT-X-PROGRAM-DATE-TIME:2026-11-01T00:00:00Z\n{END}",
    "a media sequence beyond any": f"{HEAD}#EXT-X-MEDIA-SEQUENCE:{BIG}\n{ONE}{END}",
    "a NUL in a URI": f"{HEAD}#EXTINF:2.0,\na\0b.ts\n{ONE}{END}",
    "a NUL in an escape": f"{HEAD}#EXTINF:2.0,\na%00b.ts\n{ONE}{END}",
    "a lone surrogate in an escape": f"{HEAD}#EXTINF:2.0,\na%ED%A0%80.ts\n{ONE}{END}",
    "a URI that is longer than any key": f"{HEAD}#EXTINF:2.0,\n{'a' * 100_000}.ts\n{ONE}{END}",
    "itself for a segment": f"{HEAD}#EXTINF:2.0,\n{KEY.removeprefix('2026/')}\n{END}",
    "itself for a key": f'{HEAD}#EXT-X-KEY:METHOD=AES-128,URI="{KEY.removeprefix("2026/")}"\n{ONE}{END}',
    "the same segment a thousand times": HEAD + ONE * 1000 + END,
    "nothing": "",
    "only an end": END,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_playlist_is_judged(catalog: Path, text: str) -> None:
    bucket = MemoryBucket({segment(OF, 0): Stored(PACKET), KEY: Stored(text.encode())})
    summary = scan(bucket, catalog)
    assert summary.recordings == 1
    assert not summary.partly
    assert is_intact(catalog)
    assert found(catalog)[0]["playlist"] == KEY
    assert scan(bucket, catalog).changes == []


def test_five_hundred_broken_playlists_are_judged(catalog: Path) -> None:
    bucket = MemoryBucket({f"2026/s{number}.ts": Stored(PACKET) for number in range(0, 9, 2)})
    for number, text in enumerate(mutants(500, seed=7)):
        bucket.put({f"{stem(number)}.m3u8": text})
    summary = scan(bucket, catalog)
    assert (summary.playlists_read, summary.recordings, summary.partly) == (500, 500, False)
    assert is_intact(catalog)
    before = content(catalog)
    assert scan(bucket, catalog).changes == []
    assert content(catalog) == before


# Listings that lie.


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(old, new, 1)


LIES = {
    "a size beyond any": replaced(b"<Size>188<", b"<Size>99999999999999999999<"),
    "a size at the end of all numbers": replaced(b"<Size>188<", b"<Size>9223372036854775807<"),
    "a negative size": replaced(b"<Size>188<", b"<Size>-1<"),
    "no size": replaced(b"<Size>188</Size>", b""),
    "a date in the year 9999": replaced(b"<LastModified>20", b"<LastModified>99"),
    "a date in the year 0": replaced(b"<LastModified>20", b"<LastModified>00"),
    "an ETag of another kind": replaced(b"<ETag>", b"<ETag>W/"),
    "a storage class of its own": replaced(b">Standard<", b">Glacial &lt;cold&gt;<"),
    "a key with a NUL": replaced(b"<Key>2026", b"<Key>%00"),
    "a key that is nothing but NUL and a stamp": replaced(b"<Key>2026", b"<Key>%00_20261101120000123.ts</Key><Key>"),
    "a key with half a character": replaced(b"<Key>2026", b"<Key>%C3"),
    "a key with a surrogate": replaced(b"<Key>2026", b"<Key>%ED%A0%80"),
    "an empty key": replaced(b"<Key>2026%2F", b"<Key></Key><Key>2026%2F"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_listing_that_lies_is_refused_or_kept(
    server: OssServer, catalog: Path, lie: Callable[[bytes], bytes]
) -> None:
    for key in (segment(stem(1), 0), "2026/x.bin"):
        server.bucket("recordings").put(key, PACKET, DAY)
    server.faults.add(Fault("LIST", rewrite=lie))
    with suppress(BucketError):
        scan(connect(server), catalog, retry=ONCE)
    assert is_intact(catalog)
    summary = scan(connect(server), catalog)
    assert (summary.objects, summary.verdicts["unfinished"]) == (2, 1)


def test_keys_that_begin_with_nul_stay_apart(catalog: Path) -> None:
    keys = ["\0", "\0_20261101120000123.ts", "\0a", segment(stem(1), 0)]
    bucket = MemoryBucket(dict.fromkeys(keys, Stored(PACKET)), size=2)
    for _ in range(2):
        assert scan(bucket, catalog).objects == 4
        assert [row[0] for row in content(catalog)["objects"] if not row[-1]] == sorted(keys, key=repr)
    assert scan(MemoryBucket(), catalog).gone == 4
