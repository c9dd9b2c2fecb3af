"""A start that is repeated until it is answered records the room once, whatever errors occur."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ossrec.errors import OssrecError
from ossrec.jobs.session.short_writes import short_write_connection
from ossrec.jobs.tasks.call_log import CatalogCallLog
from ossrec.jobs.tasks.start_recording import start_recording
from ossrec.model import RecorderOutcome, RecorderRequest
from ossrec.recorder.authentication import Basic
from ossrec.recorder.client import RecorderClient, RecordingRequest
from ossrec.recorder.rate_limit import RateLimit
from tests.recorder import Recorder, Trouble

CATALOG = Path("once.db")
_NUMBERS = count()


class Crash(Exception):
    """The process is gone."""


class Forgetful(CatalogCallLog):
    """Notes of a process that dies when it is to note how some calls ended."""

    dies: Iterator[bool] = iter(())

    def log_outcome(self, call: RecorderRequest, end: RecorderOutcome) -> None:
        if next(self.dies, False):
            raise Crash
        super().log_outcome(call, end)


TROUBLES = st.builds(
    Trouble,
    call=st.sampled_from(["apply", "start", "*"]),
    skip=st.integers(0, 2),
    times=st.integers(1, 4),
    done=st.booleans(),
    status=st.sampled_from([0, 0, 429, 500, 502]),
    reset=st.booleans(),
    body=st.sampled_from([None, b"", b'{"code": 0}']),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    troubles=st.lists(TROUBLES, max_size=4),
    dies=st.lists(st.booleans(), max_size=8),
    pauses=st.lists(st.sampled_from([0, 5, 100, 290, 400]), min_size=5, max_size=5),
)
def test_a_room_is_recorded_once(
    recorder: Recorder, troubles: list[Trouble], dies: list[bool], pauses: list[int]
) -> None:
    room = f"room-{next(_NUMBERS)}"
    recorder.troubles.clear()
    recorder.troubles.add(*troubles)
    crashes = iter(dies)
    told = None
    with short_write_connection(CATALOG) as conn:
        for pause in pauses:
            notes = Forgetful(conn, clock=recorder.clock, wait=recorder.advance)
            notes.dies = crashes
            basic = Basic(recorder.certificate_id, recorder.certificate_key)
            options = {"clock": recorder.clock, "wait": recorder.advance}
            client = RecorderClient(
                recorder.address, recorder.app_id, basic, notes, rate_limit=RateLimit(10_000), **options
            )  # type: ignore[arg-type]
            try:
                begun = start_recording(
                    conn, client, RecordingRequest(room), recorder.app_id, recorder.clock.now_ms, force_new=False
                )
            except (OssrecError, Crash):
                recorder.advance(pause)
            else:
                told = begun.started.recordid
                break
    takes = [take.recordid for take in recorder.takes if take.room_id == room]
    assert len(takes) <= 1
    assert told is None or takes == [told]


@pytest.mark.parametrize("status", [201, 408, 425, 429, 503])
def test_a_code_of_0_is_believed_and_a_status_of_later_is_not(recorder: Recorder, status: int) -> None:
    recorder.troubles.add(Trouble("start", status=status, body=b'{"code": 0, "recordid": "ba00"}'))
    with short_write_connection(CATALOG) as conn:
        basic = Basic(recorder.certificate_id, recorder.certificate_key)
        notes = CatalogCallLog(conn, clock=recorder.clock, wait=recorder.advance)
        client = RecorderClient(
            recorder.address, recorder.app_id, basic, notes, clock=recorder.clock, wait=recorder.advance
        )
        try:
            begun = start_recording(
                conn, client, RecordingRequest("lobby"), recorder.app_id, recorder.clock.now_ms, force_new=False
            )
        except OssrecError:
            assert status != 201
        else:
            assert (status, begun.started.recordid) == (201, "ba00")
    assert len(recorder.takes) == 1
