"""Assemble a recording from the catalog: its playlists, their segments, and the segments that no playlist names.

A recording may have several playlists. If a recorder uploaded its playlist again, the fullest version
counts. A recorder that replaced another one (``bak{n}_``) lists only later segments, so its playlist is
the next part of the recording.
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
from ossrec.catalog.store.stems import SEGMENT, recorder_number
from ossrec.findings import Finding
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedResource, JoinedSegment, Located, UnlistedSegment
from ossrec.hls.playlist import Role
from ossrec.model import COLD
from ossrec.naming import parse_name, unix_ms

_Rank = tuple[bool, bool, int, int, str]


class AssembledPart(NamedTuple):
    """A playlist that is part of the recording, joined with the listing."""

    row: PlaylistRow
    key: str
    is_stale: bool  # the object has changed since, and the new version could not be read
    findings: list[Finding]  # of its text
    outside: list[Finding]  # objects that it names outside the listed prefix
    joined: JoinedPlaylist


class Assembled(NamedTuple):
    """The parts and segments of a recording. The last part also has the orphans, except for the abandoned ones."""

    parts: list[AssembledPart]
    superseded: list[int]  # numbers of the playlists that are not part of the recording
    orphans: list[UnlistedSegment]  # segments that no playlist names, in order of key
    abandoned: list[tuple[str, list[UnlistedSegment]]]  # subject and orphans of each recorder that left no playlist
    inspections: dict[str, StoredInspection]  # of the present version of segments, by key
    stored: Mapping[str, tuple[ObjectId, StoredObject]] = MappingProxyType({})  # segments in the bucket, by key

    def with_unknown(self, keys: Container[str]) -> "Assembled":
        """Return a copy in which it is not known whether the objects *keys* exist."""
        parts = []
        for part in self.parts:
            slices = tuple(one._replace(key=None) if one.key in keys else one for one in part.joined.segments)
            parts.append(part._replace(joined=replace(part.joined, segments=slices)))
        return self._replace(parts=parts)

    def with_contiguous(self, keys: Container[str]) -> "Assembled":
        """Return a copy in which the media of the segments *keys* continues that of the segment before each."""
        parts = []
        for part in self.parts:
            segments = tuple(one._replace(is_contiguous=one.key in keys) for one in part.joined.segments)
            parts.append(part._replace(joined=replace(part.joined, segments=segments)))
        abandoned = [
            (subject, [one._replace(is_contiguous=one.key in keys) for one in some]) for subject, some in self.abandoned
        ]
        return self._replace(parts=parts, abandoned=abandoned)


def assemble(
    conn: sqlite3.Connection,
    recording: StoredRecording,
    prefix: str,
    ambiguous: Mapping[tuple[int, int], tuple[str, ...]] = MappingProxyType({}),
) -> Assembled:
    """Join the playlists of a recording with its objects; objects outside *prefix* were not listed.

    *ambiguous* has the keys that a URI may mean, by the number of its playlist and of its segment.
    """
    chosen, superseded = choose_playlists(recording)
    resolver = _ObjectResolver(conn, recording, prefix, ambiguous)
    parts: list[AssembledPart] = []
    offset = 0.0
    for row in chosen:
        parts.append(resolver.part(row, offset))
        offset += row.duration
    orphans: dict[ObjectId, UnlistedSegment] = {
        number: UnlistedSegment(
            resolver.key(number), stored.size, stored.modified, _stamp(number[1]), stored.storage in COLD
        )
        for number, stored in recording.objects.items()
        if stored.kind == SEGMENT and number not in resolver.named
    }
    for number in orphans:
        resolver.add_object(number, recording.objects[number])
        inspection = resolver.inspections.get(resolver.key(number))
        if inspection is not None:
            seconds = None if inspection.duration_ms is None else inspection.duration_ms / 1000
            orphans[number] = orphans[number]._replace(duration=seconds, packet_size=inspection.packet_size)
    abandoned = _abandoned(recording, orphans)
    if parts and parts[-1].row.kind == "media":
        keys = {orphan.key for _, segments in abandoned for orphan in segments}
        others = sorted(orphan for orphan in orphans.values() if orphan.key not in keys)
        parts[-1] = parts[-1]._replace(joined=replace(parts[-1].joined, orphans=others))
    return Assembled(parts, superseded, sorted(orphans.values()), abandoned, resolver.inspections, resolver.stored)


def _abandoned(
    recording: StoredRecording, orphans: Mapping[ObjectId, UnlistedSegment]
) -> list[tuple[str, list[UnlistedSegment]]]:
    """Return the orphans of recorders that left no playlist, with the stem of each recorder."""
    recorders = {stem_id: recorder_number(parse_name(f"{stem}.m3u8")) for stem_id, stem in recording.stems.items()}
    with_playlist = {recorders[stem_id] for stem_id, _ in recording.playlist_objects}
    abandoned: dict[int, list[UnlistedSegment]] = {}
    for (stem_id, _), orphan in orphans.items():
        if recorders[stem_id] not in with_playlist:
            abandoned.setdefault(recorders[stem_id], []).append(orphan)
    folder, _, name = recording.path.rpartition("/")
    subjects = {
        number: recording.path if number < 0 else f"{folder}/bak{number}_{name}".lstrip("/") for number in abandoned
    }
    return [(subjects[number], sorted(abandoned[number])) for number in sorted(abandoned)]


def choose_playlists(recording: StoredRecording) -> tuple[list[PlaylistRow], list[int]]:
    """Return one playlist for each recorder, in the order of the recorders, and the numbers of the other playlists."""
    best: dict[int, tuple[_Rank, PlaylistRow]] = {}
    superseded = []
    for row in recording.playlists:
        if (row.stem_id, row.suffix) not in recording.objects:
            continue
        name = parse_name(recording.stems[row.stem_id] + row.suffix)
        backup = recorder_number(name)
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
    """Find the objects and keys that the playlists of one recording name."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        recording: StoredRecording,
        prefix: str,
        ambiguous: Mapping[tuple[int, int], tuple[str, ...]],
    ) -> None:
        self._conn = conn
        self._recording = recording
        self._prefix = prefix
        self._ambiguous = ambiguous
        self._stems = dict(recording.stems)
        self._playlist = ""  # key of the current playlist
        self._outside: list[Finding] = []  # of the current playlist
        self.named: set[ObjectId] = set()  # by any playlist
        self.inspections: dict[str, StoredInspection] = {}
        self.stored: dict[str, tuple[ObjectId, StoredObject]] = {}

    def add_object(self, number: ObjectId, stored: StoredObject) -> None:
        """Add an object, with its inspection if that is of the same version."""
        self.stored[self.key(number)] = number, stored
        inspection = self._recording.inspections.get(number)
        if inspection is None and number[0] not in self._recording.stems:
            inspection = stored_inspection(self._conn, *number)
        if inspection is not None and inspection.etag == stored.etag:
            self.inspections[self.key(number)] = inspection

    def key(self, number: ObjectId) -> str:
        stem_id, suffix = number
        stem = self._stems.get(stem_id)
        if stem is None:
            (stem,) = self._conn.execute("SELECT stem FROM stems WHERE id = ?", (stem_id,)).fetchone()
            self._stems[stem_id] = stem
        return stem + suffix

    def part(self, row: PlaylistRow, offset: float) -> AssembledPart:
        key = self.key((row.stem_id, row.suffix))
        self._playlist, self._outside = key, []
        joined = JoinedPlaylist(
            key=key,
            modified=row.modified,
            ended=bool(row.ended),
            segments=tuple(self._segment(segment, row.id, offset) for segment in segments_of(self._conn, row.id)),
            resources=tuple(self._resource(resource) for resource in resources_of(self._conn, row.id)),
            previous_segments=most_segments_before(self._conn, row),
        )
        is_stale = self._recording.objects[row.stem_id, row.suffix].etag != row.etag
        return AssembledPart(row, key, is_stale, findings_of_playlist(self._conn, row.id), self._outside, joined)

    def _segment(self, segment: SegmentRow, playlist_id: int, offset: float) -> JoinedSegment:
        stored, key = self._object(segment)
        folder = self._playlist[: self._playlist.rfind("/") + 1]
        uri = segment.uri if segment.uri is not None else (key or "")[len(folder) :]
        inspection = self.inspections.get(key or "")
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
            # A URI that equals the name is not stored.
            literal=segment.uri is not None and not segment.located and folder + segment.uri == key,
            packet_size=None if inspection is None else inspection.packet_size,
            etag=b"" if stored is None else stored.etag,
            located=None if segment.located is None else Located(segment.located),
            candidates=self._ambiguous.get((playlist_id, segment.number), ()),
        )

    def _resource(self, resource: ResourceRow) -> JoinedResource:
        stored, key = self._object(resource)
        size = None if stored is None else stored.size
        role: Role = "key" if resource.role == "key" else "map"
        return JoinedResource(role, key, resource.uri, resource.line, size, resource.byterange_end)

    def _object(self, row: SegmentRow | ResourceRow) -> tuple[StoredObject | None, str | None]:
        """Return the object that a row names, None if it is missing, and its key, None outside the listed prefix."""
        if row.stem_id is None or row.suffix is None:
            return None, None
        stored = self._recording.objects.get((row.stem_id, row.suffix))
        if stored is None and row.stem_id not in self._recording.stems:
            stored = find_object(self._conn, row.stem_id, row.suffix)
        key = self.key((row.stem_id, row.suffix))
        if stored is None and not key.startswith(self._prefix):
            self._outside.append(Finding("HLS174", self._playlist, key, row.line))
            return None, None
        self.named.add((row.stem_id, row.suffix))
        if stored is not None:
            self.add_object((row.stem_id, row.suffix), stored)
        return stored, key


def _stamp(suffix: str) -> int | None:
    """Return the UTC timestamp at the end of a segment's name, in Unix ms."""
    return unix_ms(suffix[-20:-3]) if suffix[-3:] == ".ts" and suffix[-21:-20] == "_" else None
