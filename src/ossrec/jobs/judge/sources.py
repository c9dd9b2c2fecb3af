"""The sources of findings about a recording: each function reads the facts and yields the findings of one kind.

A source does not see the findings of another one. For a new kind of finding, add a function and its row in `SOURCES`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ossrec.catalog.times import iso
from ossrec.findings import JUST_STARTED, NO_ENDLIST, Finding
from ossrec.hls.listing.check import check_listing, check_segments_without_playlist
from ossrec.jobs.judge.facts import RecordingFacts
from ossrec.jobs.judge.inspectable import encrypted_and_external
from ossrec.tasks.matching import name_findings, read_name

PLAYLIST_TEXT = "playlist"  # the only findings that are stored when the playlist is read, not when it is evaluated

_ORPHANS = frozenset(("LST270", "LST271"))  # segments that no playlist names


def playlist_text(facts: RecordingFacts) -> Iterator[Finding]:
    """Yield the findings in the text of each playlist.

    The playlist of a recorder that another one replaced need not have an end, and a playlist that is still being
    written may be empty.
    """
    parts = facts.assembled.parts
    is_growing = not facts.is_idle and bool(parts) and not parts[-1].row.ended
    for part in facts.current_parts:
        for finding in part.findings:
            is_replaced = part is not parts[-1] and finding.code == NO_ENDLIST
            if not is_replaced and not (is_growing and finding.code in JUST_STARTED):
                yield finding


def recording_name(facts: RecordingFacts) -> Iterator[Finding]:
    """Yield the findings about the name of the recording, as its task lets it be read."""
    name = read_name(facts.recording.path, facts.playlist, facts.task.task)
    if name is not None:
        for code, detail in name_findings(name):
            yield Finding(code, facts.subject, detail)


def playlist_against_listing(facts: RecordingFacts) -> Iterator[Finding]:
    """Yield the differences between each playlist and the listing: missing, empty, cut and orphan segments.

    Segments are orphans only if all playlists could be read.
    """
    for part in facts.media_parts:
        for finding in check_listing(part.joined):
            if not facts.unreadable or finding.code not in _ORPHANS:
                yield finding


def segments_without_playlist(facts: RecordingFacts) -> Iterator[Finding]:
    """Yield the findings about segments of recorders that left no playlist, and whether one existed before."""
    recording = facts.recording
    before = max((row.segments for row in recording.playlists), default=0)
    is_deleted = bool(before) and not recording.playlist_objects
    lost = f"; a playlist of {before} segments was there before: restore it from bucket versioning"
    for stem, segments in facts.assembled.abandoned:
        for finding in check_segments_without_playlist(stem, segments):
            is_about_playlist = finding.code == "LST272"
            yield finding._replace(detail=finding.detail + lost) if is_deleted and is_about_playlist else finding


def stopped_without_playlist(facts: RecordingFacts) -> Iterator[Finding]:
    """Yield the finding that a task has stopped and no playlist arrived for its segments."""
    task, assembled = facts.task.task, facts.assembled
    if facts.is_idle and facts.task.has_stopped and task and not facts.playlist and assembled.orphans:
        yield Finding("TSK465", facts.subject, f"stopped at {iso(task.stopped_ms)}, says {task.state_from}")


def unreadable_objects(facts: RecordingFacts) -> Iterable[Finding]:
    """Return the findings about playlists that could not be read, and keys that could not be listed."""
    return facts.unreadable


def outside_listing(facts: RecordingFacts) -> Iterator[Finding]:
    """Yield the findings about objects that a playlist names outside the listed prefix."""
    for part in facts.media_parts:
        yield from part.outside


def failed_inspections(facts: RecordingFacts) -> Iterable[Finding]:
    """Return the findings about segments that could not be inspected."""
    return facts.measured.failures


def inspected_segments(facts: RecordingFacts) -> Iterable[Finding]:
    """Return the findings in the bytes of segments, and between neighbors."""
    return facts.measured.found


def skipped_segments(facts: RecordingFacts) -> Iterator[Finding]:
    """Yield how many segments an inspection skips: encrypted ones, and those of another format."""
    if facts.measured.measures.inspected is None:
        return
    for code, number in zip(("TS311", "TS312"), encrypted_and_external(facts.assembled), strict=True):
        if number:
            yield Finding(code, facts.subject, f"{number} segments")


class FindingSource(NamedTuple):
    """A source of findings, and the value of `findings.source` that its findings are stored with."""

    stored_as: str
    find: Callable[[RecordingFacts], Iterable[Finding]]


SOURCES = (  # in the order in which findings are stored; each scan evaluates recordings with "access" again
    FindingSource(PLAYLIST_TEXT, playlist_text),
    FindingSource("name", recording_name),
    FindingSource("listing", playlist_against_listing),
    FindingSource("listing", segments_without_playlist),
    FindingSource("listing", stopped_without_playlist),
    FindingSource("access", unreadable_objects),
    FindingSource("access", outside_listing),
    FindingSource("access", failed_inspections),
    FindingSource("segment", inspected_segments),
    FindingSource("segment", skipped_segments),
)
