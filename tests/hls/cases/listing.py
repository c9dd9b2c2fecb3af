"""For each rule of the listing: a playlist with objects that break it, and one that nearly breaks it."""

from dataclasses import replace
from typing import NamedTuple

from ossrec.hls.listing.joined import JoinedPlaylist, JoinedResource, JoinedSegment, Located, UnlistedSegment

T0 = 1_764_576_000  # seconds since 1970
SIZE = 188 * 1000
KEY = "a/rid_1f_room.m3u8"


class ListingCase(NamedTuple):
    """A sentence about a rule, with two playlists and their objects."""

    sentence: str
    code: str
    broken: JoinedPlaylist
    near_miss: JoinedPlaylist


def one(number: int = 0, **changes: object) -> JoinedSegment:
    """Return the intact segment of 15 s at that position of a recording."""
    start = number * 15.0
    name = f"s{number}.ts"
    segment = JoinedSegment(
        number, f"a/{name}", name, 5 + 2 * number, start, 15.0, False, False, False, False, None,
        SIZE, T0 + 15 * number + 16, (T0 + 15 * number) * 1000,
    )  # fmt: skip
    return segment._replace(**changes)  # type: ignore[arg-type]


def listed(*changed: JoinedSegment, count: int = 10, **changes: object) -> JoinedPlaylist:
    """Return an ended playlist of *count* intact segments, some of them replaced by *changed*."""
    by_number = {piece.number: piece for piece in changed}
    joined = [by_number.get(number) or one(number) for number in range(count)]
    return replace(JoinedPlaylist(KEY, T0 + 15 * count + 2, True, joined), **changes)  # type: ignore[arg-type]


def shifted(since: int, seconds: float, **changes: object) -> JoinedPlaylist:
    """Return a recording with names *seconds* later from segment *since* on."""
    late = [one(at, stamp_ms=int((T0 + 15 * at + seconds) * 1000)) for at in range(since, 10)]
    late[0] = late[0]._replace(**changes)  # type: ignore[arg-type]
    return listed(*late)


def drifting(seconds: float) -> JoinedPlaylist:
    """Return a recording with names that drift from EXTINF by *seconds* per segment."""
    return listed(*(one(at, stamp_ms=int((T0 + (15 + seconds) * at) * 1000)) for at in range(10)))


def contiguous(seconds: float) -> JoinedPlaylist:
    """Return a recording of contiguous media with names that are *seconds* further apart than its media."""
    late = (one(at, stamp_ms=int((T0 + (15 + seconds) * at) * 1000), is_contiguous=at > 0) for at in range(10))
    return listed(*late)


def unlisted(name: str, at: int | None, size: int = SIZE) -> UnlistedSegment:
    """Return an object that no playlist names, from *at* seconds after the start."""
    return UnlistedSegment(f"a/{name}", size, T0 + 500, None if at is None else (T0 + at) * 1000)


def need(role: str, size: int | None, end: int | None = None, key: str | None = "a/k") -> JoinedPlaylist:
    """Return a recording that requires a key or an initialization section."""
    return listed(resources=[JoinedResource(role, key, "k", 4, size, end)])  # type: ignore[arg-type]


INTACT = listed()

CASES = [
    ListingCase(
        "a byte range must be inside its object",
        "LST190",
        listed(one(3, byterange_end=SIZE + 1)),
        listed(one(3, byterange_end=SIZE)),
    ),
    ListingCase(
        "the byte range of a MAP must be inside its object", "LST190", need("map", 700, 701), need("map", 700, 700)
    ),
    ListingCase("a key must exist", "LST200", need("key", None), need("key", None, key=None)),
    ListingCase("a key is 16 bytes long", "LST201", need("key", 32), need("key", 16)),
    ListingCase("an empty key is too short", "LST201", need("key", 0), need("key", 16)),
    ListingCase(
        "ciphertext consists of blocks of 16 bytes",
        "LST202",
        listed(one(3, encrypted=True, size=SIZE + 8)),
        listed(one(3, encrypted=True, size=1600)),
    ),
    ListingCase(
        "packets under a key are not encrypted",
        "LST203",
        listed(one(3, encrypted=True, size=188 * 1001)),
        listed(one(3, encrypted=True, size=188 * 1000)),
    ),
    ListingCase(
        "three sizes of whole packets in a row are no chance",
        "LST203",
        listed(*(one(at, encrypted=True) for at in (3, 4, 5))),
        listed(*(one(at, encrypted=True, size=SIZE + 16 * (at == 4)) for at in (3, 4, 5))),
    ),
    ListingCase("an initialization section must exist", "LST210", need("map", None), need("map", None, key=None)),
    ListingCase("an initialization section must not be empty", "LST210", need("map", 0), need("map", 1)),
    ListingCase(
        "a listed segment must exist", "LST260", listed(one(3, size=None)), listed(one(3, size=None, key=None))
    ),
    ListingCase(
        "a segment that is declared missing may be missing",
        "LST260",
        listed(one(3, size=None)),
        listed(one(3, size=None, gap=True)),
    ),
    ListingCase("a segment must not be empty", "LST261", listed(one(3, size=0)), listed(one(3, size=188))),
    ListingCase(
        "the size of a segment must be a multiple of 188",
        "LST262",
        listed(one(3, size=SIZE - 1)),
        listed(one(3, size=SIZE - 188)),
    ),
    ListingCase(
        "fragmented MP4 has no packets of 188 bytes",
        "LST262",
        listed(one(3, size=1001)),
        listed(one(3, size=1001, fragment=True)),
    ),
    ListingCase(
        "packed audio has no packets of 188 bytes",
        "LST262",
        listed(one(3, size=1001)),
        listed(one(3, size=1001, key="a/s3.AAC")),
    ),
    ListingCase(
        "a truncated segment that fits packets of 192 bytes by chance",
        "LST262",
        listed(one(3, size=192 * 900)),
        listed(*(one(at, size=192 * (900 + at)) for at in range(10))),
    ),
    ListingCase(
        "packets of 204 bytes are not truncated",
        "LST262",
        listed(*(one(at, size=204 * (900 + at) - (at == 3)) for at in range(10))),
        listed(*(one(at, size=204 * (900 + at)) for at in range(10))),
    ),
    ListingCase(
        "two segments with one content",
        "LST266",
        listed(one(3, etag=bytes(16)), one(7, etag=bytes(16))),
        listed(one(3, etag=bytes(16)), one(7, etag=bytes(16), size=SIZE + 188)),
    ),
    ListingCase(
        "two segments with one content, uploaded in parts",
        "LST266",
        listed(one(3, etag=b"A" * 32 + b"-2"), one(7, etag=b"A" * 32 + b"-2")),
        listed(one(3, etag=b"184f-bc"), one(7, etag=b"184f-bc")),
    ),
    ListingCase(
        "two parts of one object have one ETag",
        "LST266",
        listed(one(3, etag=bytes(16)), one(4, etag=bytes(16))),
        listed(one(3, etag=bytes(16)), one(4, etag=bytes(16), key="a/s3.ts")),
    ),
    ListingCase(
        "objects of a few packets may be alike",
        "LST266",
        listed(one(3, etag=bytes(16), size=188 * 8), one(7, etag=bytes(16), size=188 * 8)),
        listed(one(3, etag=bytes(16), size=188 * 7), one(7, etag=bytes(16), size=188 * 7)),
    ),
    ListingCase("a name that was not escaped", "LST263", listed(one(3, literal=True)), listed(one(3))),
    ListingCase(
        "a path that is wrong",
        "LST267",
        listed(one(3, uri="a/s3.ts", located=Located.PATH)),
        listed(one(3, uri="a/s3.ts", located=Located.PATH, gap=True)),
    ),
    ListingCase(
        "a name in another spelling", "LST273", listed(one(3, uri="S3.ts", located=Located.SPELLING)), listed(one(3))
    ),
    ListingCase(
        "a host that is not known",
        "LST268",
        listed(one(3, uri="https://h/s3.ts", located=Located.HOST)),
        listed(one(3, uri="https://h/s3.ts", size=None, key=None)),
    ),
    ListingCase(
        "a path that may mean two objects",
        "LST269",
        listed(one(3, size=None, candidates=("a/s3.ts", "b/s3.ts"))),
        listed(one(3, candidates=("a/s3.ts", "b/s3.ts"), gap=True)),
    ),
    ListingCase("a segment in cold storage", "LST265", listed(one(3, archived=True)), listed(one(3))),
    ListingCase(
        "a declared gap with an existing segment", "LST264", listed(one(3, gap=True)), listed(one(3, gap=True, size=0))
    ),
    ListingCase(
        "an orphan in the middle",
        "LST270",
        listed(orphans=[unlisted("s3b.ts", 46)]),
        listed(orphans=[unlisted("s3b.ts", 150)]),
    ),
    ListingCase(
        "an orphan in the middle, by its name",
        "LST270",
        listed(orphans=[unlisted("s3b.ts", None)]),
        listed(orphans=[unlisted("s99.ts", None)]),
    ),
    ListingCase(
        "orphans at the end",
        "LST271",
        listed(orphans=[unlisted("s10.ts", 150)]),
        listed(orphans=[unlisted("s10.ts", 135)]),
    ),
    ListingCase(
        "a segment overwritten after the end",
        "LST280",
        listed(one(3, modified=T0 + 10_000)),
        listed(one(3, modified=T0 + 200)),
    ),
    ListingCase(
        "a playlist that has not ended may be old",
        "LST280",
        listed(one(9, modified=T0 + 10_000)),
        listed(one(9, modified=T0 + 10_000), ended=False),
    ),
    ListingCase(
        "times of a copied bucket are ignored",
        "LST280",
        listed(one(9, modified=T0 + 10_000)),
        listed(*(one(at, modified=T0 + 90_000 + at) for at in range(10))),
    ),
    ListingCase("a playlist lost segments", "LST281", listed(previous_segments=11), listed(previous_segments=10)),
    ListingCase(
        "the recorder reported another duration",
        "LST290",
        listed(reported_duration=158.0),
        listed(reported_duration=157.5),
    ),
    ListingCase(
        "thirteen hours in an object of the usual size",
        "LST292",
        listed(one(3, duration=15 + 2**32 / 90_000)),
        listed(one(3, duration=15 + 2**32 / 90_000, size=SIZE * 400)),
    ),
    ListingCase(
        "a segment as long as recorders make them is not a fault",
        "LST292",
        listed(one(3, duration=331.0)),
        listed(one(3, duration=330.0)),
    ),
    ListingCase(
        "two segments are enough to compare",
        "LST292",
        listed(one(1, duration=50_000.0), count=2),
        listed(one(1, duration=50_000.0), count=1),
    ),
    ListingCase("names and EXTINF drift apart", "LST291", drifting(0.9), drifting(0.7)),
    ListingCase("a timeline gap between two segments", "LST300", shifted(5, 2.1), shifted(5, 1.9)),
    ListingCase(
        "a discontinuity explains a timeline gap", "LST300", shifted(5, 600), shifted(5, 600, discontinuity=True)
    ),
    ListingCase(
        "a timeline gap at a discontinuity is reported",
        "LST302",
        shifted(5, 2.1, discontinuity=True),
        shifted(5, 1.9, discontinuity=True),
    ),
    ListingCase(
        "a timeline gap without a discontinuity has another rule",
        "LST302",
        shifted(5, 9, discontinuity=True),
        shifted(5, 9),
    ),
    ListingCase(
        "contiguous media explains a timeline gap", "LST300", shifted(5, 600), shifted(5, 600, is_contiguous=True)
    ),
    ListingCase(
        "the clock was set ahead between contiguous segments",
        "LST303",
        shifted(5, 2.1, is_contiguous=True),
        shifted(5, 1.9, is_contiguous=True),
    ),
    ListingCase(
        "the clock was set back between contiguous segments",
        "LST303",
        shifted(5, -16, is_contiguous=True),
        shifted(5, -16),
    ),
    ListingCase("the clock is fast by contiguous media", "LST304", contiguous(2.1), contiguous(1.9)),
    ListingCase("the times in names go backward", "LST301", shifted(5, -16), shifted(5, -15.1, discontinuity=True)),
]
