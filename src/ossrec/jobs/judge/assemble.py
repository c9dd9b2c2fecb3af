"""Puts together what the catalog holds of one recording: its playlists, their segments, what no playlist names.

A recording may have several playlists. Of those that one recorder uploaded again, the fullest
counts. A recorder that took over for another (``bak{n}_``) lists only what came after, so its
playlist is the next part of the recording.
"""

import sqlite3
from collections.abc import Container, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from ossrec.catalog.store.inspections import ObjectId, StoredInspection, stored_inspection
from ossrec.catalog.store.playlists import (
    PlaylistRow,
    ResourceRow,
    SegmentRow,
    findings_of_playlist,
    most_segments_before,
    resources_of,
    segments_of,
)
from ossrec.catalog.store.recordings import StoredObject, StoredRecording, find_object
from ossrec.catalog.store.stems import SEGMENT, recorder
from ossrec.findings import Finding
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedResource, JoinedSegment, UnlistedSegment
from ossrec.hls.playlist import Role
from ossrec.model import COLD
from ossrec.naming import parse_name, unix_ms

_Rank = tuple[bool, bool, int, int, str]


class AssembledPart(NamedTuple):
    """A playlist that counts, joined with the listing."""

    row: PlaylistRow
    key: str
    is_stale: bool  # the object is another version by now, which could not be read
    findings: list[Finding]  # of its text
    beyond: list[Finding]  # what it names outside the prefix that was listed
    listed: JoinedPlaylist


class Assembled(NamedTuple):
    """What there is to judge. The last part has the orphans too, but for those that were abandoned."""

    parts: list[AssembledPart]
    superseded: list[int]  # numbers of the playlists that do not count
    orphans: list[UnlistedSegment]  # segments that no playlist names, in order of key
    abandoned: list[tuple[str, list[UnlistedSegment]]]  # stem and those segments of a recorder that left no playlist
    looks: dict[str, StoredInspection]  # by key: at the bytes of segments as they are now
    stored: Mapping[str, tuple[ObjectId, StoredObject]] = MappingProxyType({})  # by key: its segments that are there

    def doubting(self, keys: Container[str]) -> "Assembled":
        """The same, but nothing is known of the objects *keys*."""
        parts = []
        for part in self.parts:
            slices = tuple(one._replace(key=None) if one.key in keys else one for one in part.listed.segments)
            parts.append(part._replace(listed=replace(part.listed, segments=slices)))
        return self._replace(parts=parts)


def assemble(conn: sqlite3.Connection, holding: StoredRecording, prefix: str) -> Assembled:
    """Join the playlists of a recording with its objects. What lies outside *prefix* was not listed."""
    chosen, superseded = choose(holding)
    desk = _ObjectResolver(conn, holding, prefix)
    parts: list[AssembledPart] = []
    offset = 0.0
    for row in chosen:
        parts.append(desk.part(row, offset))
        offset += row.duration
    orphans: dict[ObjectId, UnlistedSegment] = {
        number: UnlistedSegment(
            desk.key(number), stored.size, stored.modified, _stamp(number[1]), stored.storage in COLD
        )
        for number, stored in holding.objects.items()
        if stored.kind == SEGMENT and number not in desk.named
    }
    for number in orphans:
        desk.note(number, holding.objects[number])
        look = desk.looks.get(desk.key(number))
        if look is not None:
            seconds = None if look.duration_ms is None else look.duration_ms / 1000
            orphans[number] = orphans[number]._replace(duration=seconds, packet_size=look.packet_size)
    abandoned = _abandoned(holding, orphans)
    if parts and parts[-1].row.kind == "media":
        left = {loose.key for _, segments in abandoned for loose in segments}
        some = sorted(loose for loose in orphans.values() if loose.key not in left)
        parts[-1] = parts[-1]._replace(listed=replace(parts[-1].listed, orphans=some))
    return Assembled(parts, superseded, sorted(orphans.values()), abandoned, desk.looks, desk.stored)


def _abandoned(
    holding: StoredRecording, orphans: Mapping[ObjectId, UnlistedSegment]
) -> list[tuple[str, list[UnlistedSegment]]]:
    """Orphans of recorders that left no playlist, by the stem of each recorder."""
    recorders = {stem_id: recorder(parse_name(f"{stem}.m3u8")) for stem_id, stem in holding.stems.items()}
    wrote = {recorders[stem_id] for stem_id, _ in holding.playlist_objects}
    left: dict[int, list[UnlistedSegment]] = {}
    for (stem_id, _), loose in orphans.items():
        if recorders[stem_id] not in wrote:
            left.setdefault(recorders[stem_id], []).append(loose)
    folder, _, name = holding.path.rpartition("/")
    subjects = {number: holding.path if number < 0 else f"{folder}/bak{number}_{name}".lstrip("/") for number in left}
    return [(subjects[number], sorted(left[number])) for number in sorted(left)]


def choose(holding: StoredRecording) -> tuple[list[PlaylistRow], list[int]]:
    """The playlists that count, one for each recorder in the order they took over, and the numbers of the others."""
    best: dict[int, tuple[_Rank, PlaylistRow]] = {}
    superseded = []
    for row in holding.playlists:
        if (row.stem_id, row.suffix) not in holding.objects:
            continue
        name = parse_name(holding.stems[row.stem_id] + row.suffix)
        backup = recorder(name)
        again = -1 if name is None or name.again is None else name.again
        rank = (row.kind == "media", bool(row.ended), row.segments, again, row.suffix)
        if backup not in best:
            best[backup] = (rank, row)
        elif rank > best[backup][0]:
            superseded.append(best[backup][1].id)
            best[backup] = (rank, row)
        else:
            superseded.append(row.id)
    return [best[backup][1] for backup in sorted(best)], superseded


class _ObjectResolver:
    """Looks up objects and keys for the parts of one recording."""

    def __init__(self, conn: sqlite3.Connection, holding: StoredRecording, prefix: str) -> None:
        self._conn = conn
        self._holding = holding
        self._prefix = prefix
        self._stems = dict(holding.stems)
        self._playlist = ""  # the one at hand
        self._beyond: list[Finding] = []  # found in it
        self.named: set[ObjectId] = set()  # what some playlist names
        self.looks: dict[str, StoredInspection] = {}
        self.stored: dict[str, tuple[ObjectId, StoredObject]] = {}

    def note(self, number: ObjectId, stored: StoredObject) -> None:
        """Take an object, and what was seen in its bytes if they still are the same."""
        self.stored[self.key(number)] = number, stored
        look = self._holding.looks.get(number)
        if look is None and number[0] not in self._holding.stems:
            look = stored_inspection(self._conn, *number)
        if look is not None and look.etag == stored.etag:
            self.looks[self.key(number)] = look

    def key(self, number: ObjectId) -> str:
        stem_id, suffix = number
        stem = self._stems.get(stem_id)
        if stem is None:
            (stem,) = self._conn.execute("SELECT stem FROM stems WHERE id = ?", (stem_id,)).fetchone()
            self._stems[stem_id] = stem
        return stem + suffix

    def part(self, row: PlaylistRow, offset: float) -> AssembledPart:
        key = self.key((row.stem_id, row.suffix))
        self._playlist, self._beyond = key, []
        listed = JoinedPlaylist(
            key=key,
            modified=row.modified,
            ended=bool(row.ended),
            segments=tuple(self._slice(segment, offset) for segment in segments_of(self._conn, row.id)),
            resources=tuple(self._need(resource) for resource in resources_of(self._conn, row.id)),
            previous_segments=most_segments_before(self._conn, row),
        )
        is_stale = self._holding.objects[row.stem_id, row.suffix].etag != row.etag
        return AssembledPart(row, key, is_stale, findings_of_playlist(self._conn, row.id), self._beyond, listed)

    def _slice(self, segment: SegmentRow, offset: float) -> JoinedSegment:
        stored, key = self._object(segment)
        folder = self._playlist[: self._playlist.rfind("/") + 1]
        uri = segment.uri if segment.uri is not None else (key or "")[len(folder) :]
        look = self.looks.get(key or "")
        return JoinedSegment(
            number=segment.number,
            key=key,
            uri=uri,
            line=segment.line,
            start=offset + segment.start_ms / 1000,
            duration=segment.duration_ms / 1000,
            discontinuity=bool(segment.discontinuity),
            gap=bool(segment.gap),
            encrypted=bool(segment.encrypted),
            fragment=bool(segment.fragment),
            byterange_end=segment.byterange_end,
            size=None if stored is None else stored.size,
            modified=None if stored is None else stored.modified,
            stamp_ms=_stamp(segment.suffix) if segment.suffix else None,
            archived=stored is not None and stored.storage in COLD,
            literal=segment.uri is not None and folder + segment.uri == key,  # else its URI were not kept
            packet_size=None if look is None else look.packet_size,
        )

    def _need(self, resource: ResourceRow) -> JoinedResource:
        stored, key = self._object(resource)
        size = None if stored is None else stored.size
        role: Role = "key" if resource.role == "key" else "map"
        return JoinedResource(role, key, resource.uri, resource.line, size, resource.byterange_end)

    def _object(self, row: SegmentRow | ResourceRow) -> tuple[StoredObject | None, str | None]:
        """The object that a row names, if it is there, and its key unless nothing can be known of it."""
        if row.stem_id is None or row.suffix is None:
            return None, None
        stored = self._holding.objects.get((row.stem_id, row.suffix))
        if stored is None and row.stem_id not in self._holding.stems:
            stored = find_object(self._conn, row.stem_id, row.suffix)
        key = self.key((row.stem_id, row.suffix))
        if stored is None and not key.startswith(self._prefix):
            self._beyond.append(Finding("HLS174", self._playlist, key, row.line))
            return None, None
        self.named.add((row.stem_id, row.suffix))
        if stored is not None:
            self.note((row.stem_id, row.suffix), stored)
        return stored, key


def _stamp(suffix: str) -> int | None:
    """The UTC stamp at the end of a segment's name, in Unix ms."""
    return unix_ms(suffix[-20:-3]) if suffix[-3:] == ".ts" and suffix[-21:-20] == "_" else None
