"""Locates the segments whose URI leads to no object, among the objects in the catalog: nothing is read or fetched.

The row of such a segment then refers to the object that was found, and `segments.located` says how. This is done each
time the recording is evaluated, so the result does not depend on which object arrived first.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ossrec.catalog.store.inspections import ObjectId
from ossrec.catalog.store.key_lookup import KeyLookup
from ossrec.catalog.store.ownership import add_ownership
from ossrec.catalog.store.playlists import (
    PlaylistRow,
    SegmentRow,
    has_unresolved_segments,
    replace_segments,
    segments_of,
)
from ossrec.catalog.store.recordings import StoredRecording
from ossrec.catalog.store.stems import PLAYLIST, Stems
from ossrec.hls.listing.joined import Located
from ossrec.hls.possible_keys import MisleadingUri, possible_keys, respelled_keys, take_apart
from ossrec.hls.uris import resolve
from ossrec.model import BucketAddress
from ossrec.naming.folding import folded

_MOST_UNNAMED = 10_000  # files of a folder that are compared without regard to case

Candidates = dict[tuple[int, int], tuple[str, ...]]  # by playlist and segment: the keys that an ambiguous URI may mean


class LocatedSegments(NamedTuple):
    """What was located in the playlists of a recording."""

    is_changed: bool  # rows refer to other objects than before: the recording must be loaded again
    ambiguous: Candidates


class ListedBucket(NamedTuple):
    """The bucket of a recording, as far as it was listed."""

    address: BucketAddress
    prefix: str


class _MisledSegment(NamedTuple):
    """A segment whose URI leads to no object."""

    stored: SegmentRow
    plain: SegmentRow  # with the object that its URI leads to, located or not
    candidates: list[ObjectId]
    located: Located


def locate_segments(
    conn: sqlite3.Connection, stems: Stems, recording: StoredRecording, bucket: ListedBucket
) -> LocatedSegments:
    """Let each segment that is missing refer to the one object that its URI may mean, if there is exactly one.

    Belongs in a transaction.
    """
    ambiguous: Candidates = {}
    is_changed = False
    for row in recording.playlists:
        is_current = row.kind == "media" and (row.stem_id, row.suffix) in recording.objects
        if is_current and has_unresolved_segments(conn, row.id):
            changes = _Locator(conn, stems, recording, row, bucket).locate(ambiguous)
            replace_segments(conn, row.id, changes)
            is_changed |= bool(changes)
    if is_changed and add_ownership(conn, recording.id):
        stems.clear_cache()
    return LocatedSegments(is_changed, ambiguous)


class _Locator:
    """Locates the segments of one playlist."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        stems: Stems,
        recording: StoredRecording,
        row: PlaylistRow,
        bucket: ListedBucket,
    ) -> None:
        self._stems = stems
        self._recording = recording
        self._id = row.id
        self._rows = segments_of(conn, row.id)
        self._bucket = bucket
        self._lookup = KeyLookup(conn, recording.id)
        self._playlist = recording.stems[row.stem_id] + row.suffix
        self._folder = self._playlist[: self._playlist.rfind("/") + 1]
        self._by_name: dict[str, list[ObjectId]] | None = None
        self._by_folded_name: dict[str, list[ObjectId]] | None = None

    def locate(self, ambiguous: Candidates) -> list[SegmentRow]:
        """Return the rows that must be replaced, and add to *ambiguous*."""
        changes, misled = self._misled_segments()
        meant: dict[ObjectId, set[str]] = {}  # by object: the paths that mean no other
        for one in misled:
            if len(one.candidates) == 1:
                meant.setdefault(one.candidates[0], set()).add(_path_of(self._uri(one.plain)))
        for one in misled:
            wanted = one.plain
            if len(one.candidates) == 1 and len(meant[one.candidates[0]]) == 1:
                stem_id, suffix = one.candidates[0]
                uri = self._uri(one.plain)
                wanted = one.plain._replace(stem_id=stem_id, suffix=suffix, uri=uri, located=str(one.located))
            elif one.candidates:
                ambiguous[self._id, one.plain.number] = tuple(map(self._lookup.key, one.candidates))
            if wanted != one.stored:
                changes.append(wanted)
        return changes

    def _misled_segments(self) -> tuple[list[SegmentRow], list[_MisledSegment]]:
        """Return the located rows whose URI now leads to an object, and the segments whose URI leads to none."""
        changes: list[SegmentRow] = []
        missing: list[tuple[SegmentRow, SegmentRow]] = []
        named: set[ObjectId] = set()
        for stored in self._rows:
            plain = self._undo(stored) if stored.located else stored
            number = _object_of(plain)
            if number is None or not self._exists(number):
                missing.append((stored, plain))
                continue
            named.add(number)
            if plain is not stored:
                changes.append(plain)
        misled = []
        for stored, plain in missing:
            found, located = self._candidates(plain)
            misled.append(_MisledSegment(stored, plain, [one for one in found if one not in named], located))
        return changes, misled

    def _undo(self, row: SegmentRow) -> SegmentRow:
        """Return a located row with the object that its URI leads to."""
        uri = row.uri or ""
        target = resolve(uri, self._playlist, self._bucket.address)
        if target.key is None:
            return row._replace(stem_id=None, suffix=None, located=None)
        is_literal = target.literal is not None and not self._lookup.media(target.key)
        key = target.literal if is_literal and target.literal and self._lookup.media(target.literal) else target.key
        stem, suffix = self._stems.locate_named(key)
        is_file_name = self._folder + uri == target.key
        return row._replace(stem_id=stem.id, suffix=suffix, uri=None if is_file_name else uri, located=None)

    def _candidates(self, row: SegmentRow) -> tuple[list[ObjectId], Located]:
        """Return the objects that the URI of a segment may mean; the same name counts more than a similar one.

        None outside the listed prefix: the object may exist there, and then its path is right.
        """
        number = _object_of(row)
        parts = take_apart(self._uri(row))
        located = Located.HOST if number is None and parts is not None and parts.host is not None else Located.PATH
        if parts is None:
            return [], located
        if number is not None and not self._is_listed(number):
            return [], located
        found = self._media(possible_keys(parts, self._folder)) or self._same_names(parts)
        if found:
            return found, located
        found = self._media(respelled_keys(parts, self._folder)) or self._similar_names(parts)
        return found, Located.HOST if located is Located.HOST else Located.SPELLING

    def _media(self, keys: Iterable[str]) -> list[ObjectId]:
        found = (self._lookup.media(key) for key in dict.fromkeys(keys) if key.startswith(self._bucket.prefix))
        return [number for number in found if number is not None]

    def _same_names(self, parts: MisleadingUri) -> list[ObjectId]:
        if self._by_name is None:
            self._by_name = self._group(str, self._of_task())
        return self._nearest([one for name in parts.names for one in self._by_name.get(name, ())])

    def _similar_names(self, parts: MisleadingUri) -> list[ObjectId]:
        if self._by_folded_name is None:
            beside = self._lookup.unnamed_in(self._folder, _MOST_UNNAMED)
            self._by_folded_name = self._group(folded, [*self._of_task(), *beside])
        return self._nearest([one for name in parts.names for one in self._by_folded_name.get(folded(name), ())])

    def _of_task(self) -> list[ObjectId]:
        own = [number for number, stored in self._recording.objects.items() if stored.kind != PLAYLIST]
        return [*own, *self._lookup.media_of_task()]

    def _group(self, form: Callable[[str], str], numbers: Iterable[ObjectId]) -> dict[str, list[ObjectId]]:
        groups: dict[str, list[ObjectId]] = {}
        for number in dict.fromkeys(numbers):
            if self._is_listed(number):
                groups.setdefault(form(self._lookup.key(number).rpartition("/")[2]), []).append(number)
        return groups

    def _nearest(self, numbers: Iterable[ObjectId]) -> list[ObjectId]:
        """Return those beside the playlist; all if none is."""
        found = list(dict.fromkeys(numbers))
        return [one for one in found if self._folder_of(one) == self._folder] or found

    def _folder_of(self, number: ObjectId) -> str:
        key = self._lookup.key(number)
        return key[: key.rfind("/") + 1]

    def _is_listed(self, number: ObjectId) -> bool:
        return self._lookup.key(number).startswith(self._bucket.prefix)

    def _exists(self, number: ObjectId) -> bool:
        return number in self._recording.objects or self._lookup.exists(number)

    def _uri(self, row: SegmentRow) -> str:
        """Return the URI of a segment; the row of a plain file name has none."""
        if row.uri is not None:
            return row.uri
        number = _object_of(row)
        return "" if number is None else self._lookup.key(number)[len(self._folder) :]


def _object_of(row: SegmentRow) -> ObjectId | None:
    return None if row.stem_id is None or row.suffix is None else (row.stem_id, row.suffix)


def _path_of(uri: str) -> str:
    """Return a URI without its query: several byte ranges of one object may have one of their own."""
    return uri.partition("#")[0].partition("?")[0]
