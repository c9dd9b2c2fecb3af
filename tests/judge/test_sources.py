"""Each source of findings yields its own findings from the facts of a recording."""

import pytest

from ossrec.catalog.store.recordings import Measures, StoredObject, StoredRecording, StoredVerdict
from ossrec.catalog.store.stems import SEGMENT
from ossrec.findings import Finding
from ossrec.hls.listing.joined import UnlistedSegment
from ossrec.jobs.judge.assemble import Assembled
from ossrec.jobs.judge.evaluate import evaluate
from ossrec.jobs.judge.facts import RecordingFacts
from ossrec.jobs.judge.measure import Measurement
from ossrec.jobs.judge.sources import SOURCES, playlist_text, skipped_segments, stopped_without_playlist
from ossrec.jobs.judge.task_knowledge import TaskKnowledge
from ossrec.tasks.task import Task
from tests.judge.test_measure import KEY, assembled, piece

STOPPED = Task("a", None, None, None, None, 1_790_000_000_000, "stopped", "import", None)
ORPHAN = UnlistedSegment("day/x1.ts", 188, 0, 1_000_000)


def facts(
    joined: Assembled, *, task: Task | None = None, unreadable: tuple[Finding, ...] = (), is_idle: bool = True
) -> RecordingFacts:
    """Facts of an inspected recording with one object."""
    before = StoredVerdict(
        *(None, False, None, None, None, None, None, None), 188, None, 1, None, 0, "unknown", Measures(), ()
    )
    objects = {(1, "x1.ts"): StoredObject(SEGMENT, 188, 0, b"e", None)}
    recording = StoredRecording(1, "day/rid_a_b", None, before, {1: "day/"}, objects, [], {})
    measured = Measurement(Measures(depth="full", inspected=100), [], [], {})
    return RecordingFacts(recording, joined, unreadable, measured, TaskKnowledge(task), 0, is_idle)


def test_encrypted_segments_and_other_formats_are_reported_as_skipped() -> None:
    joined = assembled(piece(0), piece(1, encrypted=True), piece(2, fragment=True))

    found = list(skipped_segments(facts(joined)))

    assert [(f.code, f.subject, f.detail) for f in found] == [
        ("TS311", KEY, "1 segments"),
        ("TS312", KEY, "1 segments"),
    ]


@pytest.mark.parametrize(
    ("is_idle", "task", "unreadable", "codes"),
    [
        pytest.param(True, STOPPED, (), ["TSK465"], id="its task stopped long ago"),
        pytest.param(False, STOPPED, (), [], id="its task has just stopped"),
        pytest.param(True, STOPPED._replace(state="started"), (), [], id="its task is still running"),
        pytest.param(True, None, (), [], id="its task is not known"),
        pytest.param(True, STOPPED, (Finding("LOOK002", KEY),), [], id="its playlist cannot be read"),
    ],
)
def test_segments_without_a_playlist(
    is_idle: bool, task: Task | None, unreadable: tuple[Finding, ...], codes: list[str]
) -> None:
    joined = assembled(orphans=(ORPHAN,))

    found = stopped_without_playlist(facts(joined, task=task, unreadable=unreadable, is_idle=is_idle))

    assert [f.code for f in found] == codes


@pytest.mark.parametrize(("is_idle", "codes"), [(True, ["HLS130", "HLS250"]), (False, ["HLS130"])])
def test_a_playlist_may_be_empty_while_it_is_written(is_idle: bool, codes: list[str]) -> None:
    (part,) = assembled(piece(0)).parts
    part = part._replace(row=part.row._replace(ended=False), findings=[Finding("HLS130", KEY), Finding("HLS250", KEY)])

    found = playlist_text(facts(assembled()._replace(parts=[part]), is_idle=is_idle))

    assert [f.code for f in found] == codes


def test_the_playlist_of_a_replaced_recorder_need_not_have_an_end() -> None:
    (part,) = assembled(piece(0)).parts
    replaced = part._replace(findings=[Finding("HLS130", KEY)])

    assert list(playlist_text(facts(assembled()._replace(parts=[replaced, part])))) == []
    assert [f.code for f in playlist_text(facts(assembled()._replace(parts=[part, replaced])))] == ["HLS130"]


def test_findings_are_stored_by_source_without_those_of_the_text() -> None:
    names = list(dict.fromkeys(source.stored_as for source in SOURCES))

    evaluation = evaluate(facts(assembled(orphans=(ORPHAN,)), task=STOPPED))

    assert list(evaluation.found) == names[1:] == ["name", "listing", "access", "segment"]
    assert [f.code for f in evaluation.found["listing"]] == ["TSK465"]
    assert evaluation.verdict.reasons == ("TSK465",)
