"""The recorder's REST service: apply, start, change the layout, stop, each repeated only where that is safe.

What is safe to repeat, and how it is known whether a start arrived, stands in docs/recorder.md.
"""

import json
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from ossrec.errors import (
    RecorderDenied,
    RecorderError,
    RecorderRefused,
    RecorderUnanswered,
    RecorderUnreachable,
    ResidSpent,
    UsageProblem,
)
from ossrec.model import RecorderOutcome, RecorderRequest
from ossrec.net.messages import brief
from ossrec.net.redaction import redacting
from ossrec.recorder.authentication import Authentication, UnsignedRequest
from ossrec.recorder.calls import CallLog, NoCallLog, Resid, TaskHandle
from ossrec.recorder.endpoint import url_of
from ossrec.recorder.outcomes import evaluate_reply, maybe_started, no_reply_error, outcome_of
from ossrec.recorder.rate_limit import RateLimit, shared_rate_limit
from ossrec.recorder.response import Response
from ossrec.recorder.transport import NoReply, send

T = TypeVar("T")

MEDIA = {"both": 0, "video": 1, "audio": 2}  # recordtype
STREAMS = {"mixed": 1, "source": 2}  # streamtype
_CALLS = {"apply": "applyrecord", "start": "startrecord", "layout": "updatemixrecord", "stop": "stoprecord"}
_OURS = frozenset({"resid", "recordid", "appid", "roomid", "recordtype", "streamtype", "callbackurl"})


class RecordingRequest(NamedTuple):
    """What is to be recorded, and how."""

    room_id: str
    stream: str = "mixed"  # or "source"
    media: str = "both"  # "video" or "audio"
    callback: str = ""  # URL; "": nobody is told
    layout: Mapping[str, Any] = {}  # members that the request has besides


class RecordingStarted(NamedTuple):
    """A recording that has begun."""

    recordid: str
    resid: Resid
    trace_id: str


@dataclass(frozen=True, slots=True)
class RetryLimits:
    """How long to go on asking."""

    timeout: float = 30.0  # seconds without a byte
    attempts: int = 3  # requests in all
    base: float = 0.5  # seconds; the longest wait before the second, doubled for each after it


class RecorderClient:
    """The service for one AppID. Every request is noted before it is sent and when it has ended."""

    def __init__(
        self,
        base: str,
        app_id: int,
        authentication: Authentication,
        notes: CallLog | None = None,
        patience: RetryLimits = RetryLimits(),
        *,
        pace: RateLimit | None = None,
        clock: Callable[[], float] | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """*base* is what `address.base_of` gives; *clock* tells Unix seconds. Nothing is sent yet."""
        self._base, self._app_id, self._authentication = base, app_id, authentication
        self._notes = notes or NoCallLog()
        self._patience = patience
        self._pace = pace or shared_rate_limit(base, app_id)
        self._clock, self._wait = clock or time.time, wait
        self._hide = redacting(authentication.secrets)
        self._spent: set[str] = set()

    def __repr__(self) -> str:
        """Where it is, and nothing of the certificate."""
        return f"<Client of {self._base} for AppID {self._app_id}>"

    def apply(self, room_id: str) -> Resid:
        """A new resid, to record *room_id*; repeated when no answer comes, since one that is not used does no harm."""

        def ask() -> Resid:
            asked = self._asked("apply", room_id)
            answer = self._call(asked, {}, "resid")
            return Resid(str(answer.id("resid")), asked.asked_ms)

        return self._insist(ask)

    def start(self, resid: Resid, wish: RecordingRequest) -> RecordingStarted:
        """Start to record with *resid*, which is good for one recording.

        Where no answer comes, the same resid is sent again: it can start one recording only, so a refusal then
        means that the first request had arrived. Raises RecorderUnanswered in that case, and when no answer
        came at all: the recording may be running under a recordid that only its files and callbacks tell.
        Raises ResidSpent without sending anything for a resid that was used here, or is too old.
        """
        body = check_layout(wish.layout) | {
            "resid": resid.text,
            "appid": self._app_id,
            "roomid": wish.room_id,
            "recordtype": MEDIA[wish.media],
            "streamtype": STREAMS[wish.stream],
        }
        if wish.callback:
            body["callbackurl"] = wish.callback
        silent: list[RecorderUnanswered] = []

        def ask() -> RecordingStarted:
            self._check(resid)
            asked = self._asked("start", wish.room_id, stream=wish.stream, resid=resid.text)
            answer = self._call(asked, body, "recordid")
            return RecordingStarted(str(answer.id("recordid")), resid, asked.trace_id)

        try:
            started = self._insist(ask, silent)
        except (RecorderRefused, RecorderDenied) as refusal:
            self._spent.add(resid.text)
            raise maybe_started(silent[0], refusal) if silent else refusal from None
        except Exception:  # also that a repetition could not be noted
            if silent:  # one before it may have arrived
                raise silent[0] from None
            raise
        self._spent.add(resid.text)
        return started

    def change_layout(self, task: TaskHandle, layout: Mapping[str, Any]) -> None:
        """Change how the streams of a mixed recording are laid out; repeated when no answer comes."""
        body = check_layout(layout) | self._naming(task)
        self._insist(lambda: self._call(self._about("layout", task), body))

    def stop(self, task: TaskHandle) -> None:
        """Stop a recording; repeated when no answer comes, since what has stopped cannot be stopped again.

        A refusal after a request without an answer says so: that one may have stopped it.
        """
        silent: list[RecorderUnanswered] = []
        try:
            self._insist(lambda: self._call(self._about("stop", task), self._naming(task)), silent)
        except RecorderRefused as refusal:
            if not silent:
                raise
            said = f"{refusal}; a request before it got no answer, and may have stopped it: scan to see"
            raise RecorderRefused(said, trace_id="", code=refusal.code, said=refusal.said) from None

    def _check(self, resid: Resid) -> None:
        if resid.text in self._spent:
            raise ResidSpent(
                f"the resid {brief(resid.text)} was used already, and serves one recording: apply for another"
            )
        if not resid.is_valid(self._now()):
            raise ResidSpent(f"the resid {brief(resid.text)} is older than five minutes: apply for another")

    def _insist(self, ask: Callable[[], T], silent: list[RecorderUnanswered] | None = None) -> T:
        """What *ask* answers, asked again while nothing comes; what may have arrived is put into *silent*."""
        failed = 0
        while True:
            try:
                return ask()
            except (RecorderUnreachable, RecorderUnanswered) as error:
                failed += 1
                if silent is not None and isinstance(error, RecorderUnanswered):
                    silent.append(error)
                if failed >= self._patience.attempts:
                    raise
            self._wait(random.random() * self._patience.base * 2 ** (failed - 1))  # noqa: S311 - not for secrecy

    def _call(self, asked: RecorderRequest, body: Mapping[str, Any], wanted: str = "") -> Response:
        """The answer of code 0 to one request, with an id called *wanted*."""
        url = url_of(self._base, self._app_id, _CALLS[asked.call], asked.trace_id)
        request = UnsignedRequest("POST" if body else "GET", url, json.dumps(body).encode() if body else b"")
        self._pace.take()
        self._notes.asked(asked)
        try:
            answer = self._answer(asked, request, wanted)
        except RecorderError as failure:
            self._notes.ended(asked, outcome_of(failure, self._now()))
            raise
        resid, recordid = answer.id("resid"), answer.id("recordid")
        self._notes.ended(asked, RecorderOutcome("done", self._now(), 0, answer.message or None, resid, recordid))
        return answer

    def _answer(self, asked: RecorderRequest, request: UnsignedRequest, wanted: str) -> Response:
        try:
            reply = send(self._base, request, self._app_id, self._authentication, self._patience.timeout)
        except NoReply as silence:
            raise no_reply_error(asked, self._base, silence) from None
        return evaluate_reply(asked, reply, wanted, self._hide)

    def _asked(self, call: str, room_id: str, **known: str | None) -> RecorderRequest:
        return RecorderRequest(call, _trace_id(), self._app_id, room_id, self._now(), **known)

    def _about(self, call: str, task: TaskHandle) -> RecorderRequest:
        return self._asked(call, task.room_id, stream=task.stream, resid=task.resid, recordid=task.recordid)

    def _naming(self, task: TaskHandle) -> dict[str, Any]:
        resid = {"resid": task.resid} if task.resid else {}
        return {**resid, "recordid": task.recordid, "appid": self._app_id, "roomid": task.room_id}

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _trace_id() -> str:
    return uuid.uuid4().hex


def check_layout(given: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a layout; raises UsageProblem where it would replace what we say ourselves."""
    ours = sorted(_OURS & set(given))
    if ours:
        raise UsageProblem(f"the layout has {', '.join(ours)}, which ossrec sets itself: leave it out")
    return dict(given)
