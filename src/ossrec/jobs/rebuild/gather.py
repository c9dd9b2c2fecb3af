"""Gathers the input of a rebuild: the playlists of a recording as they were written, and its segments in order."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.encoding import pack_etag
from ossrec.catalog.store.objects import listed_prefix
from ossrec.catalog.store.playlists import PlaylistRow
from ossrec.catalog.store.recordings import StoredRecording
from ossrec.catalog.store.stems import recorder_number
from ossrec.errors import OssrecError, UsageProblem
from ossrec.hls.listing.joined import JoinedSegment, UnlistedSegment
from ossrec.hls.parser.decompress import TooLong, decompress
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import MAX_PLAYLIST, Playlist
from ossrec.hls.possible_keys import take_apart
from ossrec.jobs.judge.assemble import Assembled, AssembledPart, assemble
from ossrec.jobs.judge.inspectable import is_inspectable
from ossrec.mpegts.sequence.order import natural_key
from ossrec.naming import parse_name
from ossrec.naming.folding import folded

_MIXED, _TOO_LONG = "HLS061", "LOOK006"
_DECIDING = frozenset(("#EXT-X-DEFINE", "#EXT-X-SKIP"))  # tags that determine the segments and are not interpreted


class SegmentEntry(NamedTuple):
    """A segment that the rebuilt playlist may have."""

    key: str | None  # None: its URI leads out of the bucket, and no object can be the one that it means
    size: int | None  # bytes; None: not in the bucket
    stamp_ms: int | None  # UTC from its name
    archived: bool
    listed: JoinedSegment | None = None  # from the playlist; None for an orphan segment

    @property
    def is_inspectable_alone(self) -> bool:
        """Whether it can be inspected, and is a complete object."""
        is_whole = self.listed is None or self.listed.byterange_end is None
        return is_whole and is_inspectable(self.key, self.size, self.listed)


class OriginalPlaylist(NamedTuple):
    """A playlist as it was written by its recorder."""

    data: bytes
    playlist: Playlist


class RecorderPart(NamedTuple):
    """One recorder's part of the recording."""

    playlist_key: str  # even if there is no playlist
    original: OriginalPlaylist | None  # None: it has no readable playlist
    entries: list[SegmentEntry]  # not in order yet if there is no playlist
    omitted: list[UnlistedSegment]  # orphan segments that were not inserted
    is_ended: bool  # its playlist has EXT-X-ENDLIST


class GatheredRecording(NamedTuple):
    """All parts of a recording, in the order in which their recorders took over."""

    sources: list[RecorderPart]
    assembled: Assembled
    prefix: str  # that was scanned


def gather(
    conn: sqlite3.Connection, bucket: Bucket, holding: StoredRecording, *, listed_only: bool
) -> GatheredRecording:
    """Read the playlists of a recording, and insert the orphan segments in order.

    *listed_only* omits orphan segments if there is a playlist. Raises UsageProblem if there is nothing to rebuild,
    OssrecError if the catalog is not up to date, and BucketError.
    """
    name = holding.before.playlist or holding.path
    if not holding.objects:
        raise UsageProblem(f"{name} is gone: none of its objects are in the bucket any more")
    prefix = listed_prefix(conn, holding.id, holding.path)
    assembled = assemble(conn, holding, prefix)
    _check_all_read(holding, assembled)
    orphans: dict[int, list[UnlistedSegment]] = {}
    for one in assembled.orphans:
        orphans.setdefault(recorder_number(parse_name(one.key)), []).append(one)
    parts = {recorder_number(parse_name(part.key)): part for part in assembled.parts}
    sources = []
    for number in sorted(parts.keys() | orphans.keys()):
        part, unlisted = parts.get(number), sorted(orphans.get(number, []), key=_by_time_and_name)
        if part is not None and part.row.kind == "master":
            raise UsageProblem(f"{part.key} is a master playlist: rebuild the recordings of its media playlists")
        if part is not None and part.row.kind == "media" and part.row.segments:
            sources.append(_recorder_part(bucket, part, [] if listed_only else unlisted, unlisted))
        elif unlisted:
            entries = [SegmentEntry(one.key, one.size, one.stamp_ms, one.archived) for one in unlisted]
            sources.append(RecorderPart(_playlist_key(holding, number), None, entries, [], is_ended=False))
    if not any(source.entries for source in sources):
        raise UsageProblem(f"{name} has no segments in the bucket and no playlist that names any: nothing to rebuild")
    return GatheredRecording(sources, assembled, prefix)


def _by_time_and_name(one: UnlistedSegment) -> tuple[bool, int, tuple[tuple[int, str], ...]]:
    return one.stamp_ms is None, one.stamp_ms or 0, natural_key(one.key)


def _playlist_key(holding: StoredRecording, number: int) -> str:
    """Return the key that the playlist of a recorder would have."""
    folder, _, name = holding.path.rpartition("/")
    file = f"{name}.m3u8" if number < 0 else f"bak{number}_{name}.m3u8"
    return f"{folder}/{file}" if folder else file


def _check_all_read(holding: StoredRecording, assembled: Assembled) -> None:
    """Raise OssrecError if the playlist of a recorder was not read: without it, information would be lost."""
    read = {(row.stem_id, row.suffix) for row in holding.playlists}
    known = {recorder_number(parse_name(part.key)) for part in assembled.parts}
    for stem_id, suffix in holding.playlist_objects:
        key = holding.stems[stem_id] + suffix
        if (stem_id, suffix) not in read and recorder_number(parse_name(key)) not in known:
            raise OssrecError(f"{key} could not be read by the last scan (see `ossrec show`): scan again")


def _recorder_part(
    bucket: Bucket, part: AssembledPart, wanted: Sequence[UnlistedSegment], orphans: Sequence[UnlistedSegment]
) -> RecorderPart:
    original = _read(bucket, part.key, part.row)
    if any(finding.code == _TOO_LONG for finding in original.playlist.findings):
        raise OssrecError(f"{part.key} has more lines than ossrec reads, so it cannot be rebuilt")
    for tag in _DECIDING & original.playlist.unknown_tags.keys():
        raise UsageProblem(f"{part.key} has {tag}, which ossrec does not interpret, so it cannot be rebuilt")
    segments = list(part.joined.segments)
    entries = [SegmentEntry(one.key, one.size, one.stamp_ms, one.archived, one) for one in segments]
    wanted = _without_namesakes(segments, original.playlist, wanted)
    if any(one.encrypted or one.fragment or one.byterange_end is not None for one in segments):
        wanted = []  # it is not known how those were made
    if any(finding.code == _MIXED for finding in original.playlist.findings):
        wanted = []  # an inserted URI could be read as that of another playlist
    inserted = set(wanted)
    omitted = [one for one in orphans if one not in inserted]
    return RecorderPart(part.key, original, _insert_in_order(entries, wanted), omitted, original.playlist.ended)


def _without_namesakes(
    segments: Sequence[JoinedSegment], playlist: Playlist, wanted: Sequence[UnlistedSegment]
) -> list[UnlistedSegment]:
    """Return *wanted* without segments of the name of one that the playlist misses: they may be the same segment.

    If it were certain, the segment would be located by now.
    """
    missing = [take_apart(playlist.segments[one.number].uri) for one in segments if one.size is None]
    names = {folded(name) for uri in missing if uri is not None for name in uri.names}
    return [one for one in wanted if folded(one.key.rpartition("/")[2]) not in names]


def _read(bucket: Bucket, key: str, row: PlaylistRow) -> OriginalPlaylist:
    body = bucket.read(key, limit=MAX_PLAYLIST)
    if pack_etag(body.etag) != row.etag:
        raise OssrecError(f"{key} has changed since the last scan: scan again, then rebuild")
    try:
        text = decompress(body.data, body.encoding, MAX_PLAYLIST)
    except TooLong:
        raise OssrecError(
            f"{key} has more than {MAX_PLAYLIST} bytes when decompressed, so it cannot be rebuilt"
        ) from None
    return OriginalPlaylist(text, read_playlist(text, key))


def _insert_in_order(entries: list[SegmentEntry], orphans: Iterable[UnlistedSegment]) -> list[SegmentEntry]:
    """Insert each orphan segment after the last segment of the playlist that is not later.

    The order is that of the times in the names, or else of the names if those of the playlist are in order; otherwise
    orphan segments are appended.
    """
    by_stamp = _InsertionPoints(
        [(entry.stamp_ms, number) for number, entry in enumerate(entries) if entry.stamp_ms is not None]
    )
    names = [(natural_key(entry.key), number) for number, entry in enumerate(entries) if entry.key is not None]
    by_name = _InsertionPoints(names if names == sorted(names) else [])
    after: list[list[SegmentEntry]] = [[] for _ in range(len(entries) + 1)]
    for one in orphans:
        if one.stamp_ms is not None and by_stamp.lowest:
            place = by_stamp.place(one.stamp_ms)
        else:
            place = by_name.place(natural_key(one.key)) if by_name.lowest else len(entries)
        after[place].append(SegmentEntry(one.key, one.size, one.stamp_ms, one.archived))
    found = list(after[0])
    for number, entry in enumerate(entries, 1):
        found += [entry, *after[number]]
    return found


class _InsertionPoints:
    """Finds the insertion point of a value among values that are not always in order."""

    def __init__(self, values: Sequence[tuple[Any, int]]) -> None:
        self._positions = [place for _, place in values]
        self.lowest: list[Any] = []  # minimum of each value and all after it: in ascending order
        for value, _ in reversed(values):
            self.lowest.append(value if not self.lowest else min(value, self.lowest[-1]))
        self.lowest.reverse()

    def place(self, value: Any) -> int:
        """Return the position after the last value that is not greater; 0 if all are."""
        number = bisect_right(self.lowest, value)
        return self._positions[number - 1] + 1 if number else 0
