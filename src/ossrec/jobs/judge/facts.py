"""The facts that a recording is evaluated by: its catalog rows, inspections and task, and whether it is idle."""

from collections.abc import Sequence
from typing import NamedTuple

from ossrec.catalog.store.inspections import FormatTable
from ossrec.catalog.store.recordings import StoredRecording
from ossrec.findings import Finding
from ossrec.jobs.judge.assemble import Assembled, AssembledPart
from ossrec.jobs.judge.measure import Measurement, measure
from ossrec.jobs.judge.task_knowledge import TaskKnowledge

_CLOCK_ERROR = 900  # seconds by which clocks may differ


class IdlePeriod(NamedTuple):
    """The time without a new object after which a recording is idle: the idle time and the upload lag."""

    now: int  # epoch seconds, by this machine's clock
    after: float  # seconds
    clock_ahead: int = 0  # seconds that this machine's clock is ahead of the bucket's
    lag: float = 0.0  # seconds an upload may take to arrive, included in `after`

    def last_arrival(self, recording: StoredRecording) -> int:
        """Return the epoch second at which the last object arrived; times in the future are ignored."""
        latest = self.now - self.clock_ahead + _CLOCK_ERROR
        arrivals = (stored.modified for stored in recording.objects.values() if stored.modified <= latest)
        return max(arrivals, default=0)

    def has_passed(self, last_arrival: int) -> bool:
        """Return whether the idle period after *last_arrival* is over."""
        return last_arrival + self.after < self.now - self.clock_ahead


class RecordingFacts(NamedTuple):
    """Everything known of a recording; sources of findings read it and change nothing."""

    recording: StoredRecording
    assembled: Assembled
    unreadable: Sequence[Finding]  # playlists that could not be read, and keys that could not be listed
    measured: Measurement
    task: TaskKnowledge
    last_arrival: int  # epoch seconds
    is_idle: bool  # no more objects are expected

    @property
    def playlist(self) -> str | None:
        """The key of the first playlist, readable or not; None without one."""
        return _playlist(self.assembled, self.unreadable)

    @property
    def subject(self) -> str:
        """The key or path that findings about the whole recording name."""
        return _subject(self.recording, self.assembled, self.unreadable)

    @property
    def current_parts(self) -> list[AssembledPart]:
        """The playlists whose stored text is the version that is in the bucket."""
        return [part for part in self.assembled.parts if not part.is_stale]

    @property
    def media_parts(self) -> list[AssembledPart]:
        """The media playlists among the current ones."""
        return [part for part in self.current_parts if part.row.kind == "media"]


def collect_facts(
    recording: StoredRecording,
    assembled: Assembled,
    unreadable: Sequence[Finding],
    idle: IdlePeriod,
    formats: FormatTable,
    task: TaskKnowledge,
) -> RecordingFacts:
    """Measure the inspections of a recording, and decide whether it is idle."""
    last_arrival = idle.last_arrival(recording)
    measured = measure(assembled, _subject(recording, assembled, unreadable), formats)
    if measured.contiguous:
        assembled = assembled.with_contiguous(measured.contiguous)
    return RecordingFacts(
        recording=recording,
        assembled=assembled,
        unreadable=unreadable,
        measured=measured,
        task=task,
        last_arrival=last_arrival,
        is_idle=task.is_over(idle.now) or idle.has_passed(last_arrival),
    )


def _playlist(assembled: Assembled, unreadable: Sequence[Finding]) -> str | None:
    if assembled.parts:
        return assembled.parts[0].key
    return unreadable[0].subject if unreadable else None


def _subject(recording: StoredRecording, assembled: Assembled, unreadable: Sequence[Finding]) -> str:
    return _playlist(assembled, unreadable) or recording.path
