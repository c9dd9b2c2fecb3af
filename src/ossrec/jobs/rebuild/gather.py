"""What a recording's playlist can be rebuilt of: its playlists as they were written, and its segments in order."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.encoding import pack_etag
from ossrec.catalog.store.objects import listed_prefix
from ossrec.catalog.store.playlists import PlaylistRow
from ossrec.catalog.store.recordings import StoredRecording
from ossrec.catalog.store.stems import recorder_number
from ossrec.errors import OssrecError, UsageProblem
from ossrec.hls.listing.joined import JoinedSegment, UnlistedSegment
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import MAX_PLAYLIST, Playlist
from ossrec.jobs.judge.assemble import Assembled, AssembledPart, assemble
from ossrec.jobs.judge.inspectable import is_inspectable
from ossrec.mpegts.sequence.order import natural_key
from ossrec.naming import parse_name

_MIXED, _TOO_LONG = "HLS061", "LOOK006"
_DECIDING = frozenset(("#EXT-X-DEFINE", "#EXT-X-SKIP"))  # tags that are not read, and say what the segments are


class SegmentEntry(NamedTuple):
    """A segment that the rebuilt playlist may have."""

    key: str | None  # None: its URI leads out of the bucket, and no segment of the recording has its name
    size: int | None  # bytes; None: it is not there
    stamp_ms: int | None  # UTC from its name
    archived: bool
    slice: JoinedSegment | None = None  # as the playlist has it; None when no playlist names it

    @property
    def is_lookable(self) -> bool:
        """Its bytes can be looked at, and are those of the segment alone: it is a whole object."""
        is_whole = self.slice is None or self.slice.byterange_end is None
        return is_whole and is_inspectable(self.key, self.size, self.slice)


class OriginalPlaylist(NamedTuple):
    """A playlist as it was written."""

    data: bytes
    playlist: Playlist


class RecorderPart(NamedTuple):
    """One recorder's part of the recording."""

    at: str  # key of its playlist, whether there is one or not
    original: OriginalPlaylist | None  # None: no playlist of it can be read
    entries: list[SegmentEntry]  # without a playlist still to be ordered
    left_out: list[UnlistedSegment]  # segments that no playlist names, and that were not put in
    is_ended: bool  # its playlist has EXT-X-ENDLIST


class GatheredRecording(NamedTuple):
    """All parts of a recording, in the order in which their recorders took over."""

    sources: list[RecorderPart]
    assembled: Assembled
    prefix: str  # that was listed


def gather(
    conn: sqlite3.Connection, bucket: Bucket, holding: StoredRecording, *, listed_only: bool
) -> GatheredRecording:
    """Read the playlists of a recording, and put the segments that no playlist names in their places.

    *listed_only* leaves those out, as far as there is a playlist. Raises UsageProblem when there is nothing to
    rebuild, OssrecError when the catalog is not up to date, BucketError.
    """
    name = holding.before.playlist or holding.path
    if not holding.objects:
        raise UsageProblem(f"{name} is gone: nothing of it is in the bucket any more")
    prefix = listed_prefix(conn, holding.id, holding.path)
    assembled = assemble(conn, holding, prefix)
    _check_all_read(holding, assembled)
    loose: dict[int, list[UnlistedSegment]] = {}
    for one in assembled.orphans:
        loose.setdefault(recorder_number(parse_name(one.key)), []).append(one)
    parts = {recorder_number(parse_name(part.key)): part for part in assembled.parts}
    sources = []
    for number in sorted(parts.keys() | loose.keys()):
        part, some = parts.get(number), sorted(loose.get(number, []), key=_by_time_and_name)
        if part is not None and part.row.kind == "master":
            raise UsageProblem(f"{part.key} is a master playlist: rebuild the recordings of the playlists it names")
        if part is not None and part.row.kind == "media" and part.row.segments:
            sources.append(_recorder_part(bucket, part, [] if listed_only else some, some))
        elif some:
            entries = [SegmentEntry(one.key, one.size, one.stamp_ms, one.archived) for one in some]
            sources.append(RecorderPart(_playlist_key(holding, number), None, entries, [], is_ended=False))
    if not any(source.entries for source in sources):
        raise UsageProblem(f"{name} has no segments in the bucket, and names none: there is nothing to rebuild")
    return GatheredRecording(sources, assembled, prefix)


def _by_time_and_name(one: UnlistedSegment) -> tuple[bool, int, tuple[tuple[int, str], ...]]:
    return one.stamp_ms is None, one.stamp_ms or 0, natural_key(one.key)


def _playlist_key(holding: StoredRecording, number: int) -> str:
    """Where the playlist of a recorder would be that left none."""
    folder, _, name = holding.path.rpartition("/")
    file = f"{name}.m3u8" if number < 0 else f"bak{number}_{name}.m3u8"
    return f"{folder}/{file}" if folder else file


def _check_all_read(holding: StoredRecording, assembled: Assembled) -> None:
    """Every recorder's playlist must have been read, if there is one: segments alone say less than it does."""
    read = {(row.stem_id, row.suffix) for row in holding.playlists}
    known = {recorder_number(parse_name(part.key)) for part in assembled.parts}
    for stem_id, suffix in holding.playlist_objects:
        key = holding.stems[stem_id] + suffix
        if (stem_id, suffix) not in read and recorder_number(parse_name(key)) not in known:
            raise OssrecError(f"{key} was not read by the last scan, `ossrec show` says why: scan again")


def _recorder_part(
    bucket: Bucket, part: AssembledPart, wanted: Sequence[UnlistedSegment], loose: Sequence[UnlistedSegment]
) -> RecorderPart:
    original = _read(bucket, part.key, part.row)
    if any(finding.code == _TOO_LONG for finding in original.playlist.findings):
        raise OssrecError(f"{part.key} has more lines than ossrec reads: it cannot be rebuilt")
    for tag in _DECIDING & original.playlist.unknown_tags.keys():
        raise UsageProblem(f"{part.key} has {tag}, without which nobody knows its segments: it cannot be rebuilt")
    slices = list(part.joined.segments)
    entries, wanted, loose = _resolve_by_file_name(slices, original.playlist, wanted, loose)
    if any(one.encrypted or one.fragment or one.byterange_end is not None for one in slices):
        wanted = []  # nobody knows how those were made
    if any(finding.code == _MIXED for finding in original.playlist.findings):
        wanted = []  # it may take the next URI for that of another playlist
    put_in = set(wanted)
    left_out = [one for one in loose if one not in put_in]
    return RecorderPart(part.key, original, _insert_in_order(entries, wanted), left_out, original.playlist.ended)


def _resolve_by_file_name(
    slices: Sequence[JoinedSegment],
    playlist: Playlist,
    wanted: Sequence[UnlistedSegment],
    loose: Sequence[UnlistedSegment],
) -> tuple[list[SegmentEntry], Sequence[UnlistedSegment], Sequence[UnlistedSegment]]:
    """The segments of a playlist; and *wanted* and *loose* without those that turned out to be among them.

    A URI may lead to another host, a CDN's perhaps, and mean a segment of this recording: one of that file name.
    """
    by_name: dict[str, list[UnlistedSegment]] = {}
    for candidate in loose:
        by_name.setdefault(candidate.key.rpartition("/")[2], []).append(candidate)
    entries: list[SegmentEntry] = []
    meant: set[str] = set()
    for one in slices:
        path = playlist.segments[one.number].uri.partition("#")[0].partition("?")[0]
        same = by_name.get(unquote(path.rpartition("/")[2]), []) if one.key is None else []
        if len(same) == 1 and same[0].key not in meant:
            meant.add(same[0].key)
            entries.append(SegmentEntry(same[0].key, same[0].size, same[0].stamp_ms, same[0].archived, one))
        else:
            entries.append(SegmentEntry(one.key, one.size, one.stamp_ms, one.archived, one))
    return entries, [one for one in wanted if one.key not in meant], [one for one in loose if one.key not in meant]


def _read(bucket: Bucket, key: str, row: PlaylistRow) -> OriginalPlaylist:
    body = bucket.read(key, limit=MAX_PLAYLIST)
    if pack_etag(body.etag) != row.etag:
        raise OssrecError(f"{key} has changed since the last scan: scan again, then rebuild")
    return OriginalPlaylist(body.data, read_playlist(body.data, key))


def _insert_in_order(entries: list[SegmentEntry], loose: Iterable[UnlistedSegment]) -> list[SegmentEntry]:
    """Each segment that the playlist does not name behind the last of its segments that is not later.

    Later is told by the stamps in the names, or else by the names, if those of the playlist are in order.
    What cannot be told so comes at the end.
    """
    by_stamp = _InsertionPoints(
        [(entry.stamp_ms, number) for number, entry in enumerate(entries) if entry.stamp_ms is not None]
    )
    names = [(natural_key(entry.key), number) for number, entry in enumerate(entries) if entry.key is not None]
    by_name = _InsertionPoints(names if names == sorted(names) else [])
    behind: list[list[SegmentEntry]] = [[] for _ in range(len(entries) + 1)]
    for one in loose:
        if one.stamp_ms is not None and by_stamp.lowest:
            place = by_stamp.place(one.stamp_ms)
        else:
            place = by_name.place(natural_key(one.key)) if by_name.lowest else len(entries)
        behind[place].append(SegmentEntry(one.key, one.size, one.stamp_ms, one.archived))
    found = list(behind[0])
    for number, entry in enumerate(entries, 1):
        found += [entry, *behind[number]]
    return found


class _InsertionPoints:
    """Values at places, not always in order, and behind which of them another one belongs."""

    def __init__(self, values: Sequence[tuple[Any, int]]) -> None:
        self._places = [place for _, place in values]
        self.lowest: list[Any] = []  # of each value and all behind it: these never go down
        for value, _ in reversed(values):
            self.lowest.append(value if not self.lowest else min(value, self.lowest[-1]))
        self.lowest.reverse()

    def place(self, value: Any) -> int:
        """Behind the last one that is not greater; 0 when all are."""
        number = bisect_right(self.lowest, value)
        return self._places[number - 1] + 1 if number else 0
