"""The client of the recorder's REST service: apply, start, change the layout, stop; retries only where that is safe.

docs/recorder.md explains which calls are retried, and how an unanswered start is resolved.
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
from ossrec.net.redaction import make_redactor
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
_RESERVED = frozenset({"resid", "recordid", "appid", "roomid", "recordtype", "streamtype", "callbackurl"})


class RecordingRequest(NamedTuple):
    """The room to record, and how."""

    room_id: str
    stream: str = "mixed"  # or "source"
    media: str = "both"  # "video" or "audio"
    callback: str = ""  # URL that receives notifications; "" for none
    layout: Mapping[str, Any] = {}  # further members of the request


class RecordingStarted(NamedTuple):
    """A recording that was started."""

    recordid: str
    resid: Resid
    trace_id: str


@dataclass(frozen=True, slots=True)
class RetryLimits:
    """How often a request is retried, and how long each may take."""

    timeout: float = 30.0  # seconds without a byte
    attempts: int = 3  # requests in all
    base: float = 0.5  # seconds; the longest wait before the first retry, doubled for each further one


class RecorderClient:
    """The service for one AppID. Every request is logged before it is sent, and its outcome afterwards."""

    def __init__(
        self,
        base: str,
        app_id: int,
        authentication: Authentication,
        call_log: CallLog | None = None,
        retries: RetryLimits = RetryLimits(),
        *,
        rate_limit: RateLimit | None = None,
        clock: Callable[[], float] | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """Send nothing yet. *base* comes from `endpoint.base_of`; *clock* returns Unix seconds."""
        self._base, self._app_id, self._authentication = base, app_id, authentication
        self._call_log = call_log or NoCallLog()
        self._retries = retries
        self._rate_limit = rate_limit or shared_rate_limit(base, app_id)
        self._clock, self._wait = clock or time.time, wait
        self._redact = make_redactor(authentication.secrets)
        self._spent: set[str] = set()

    def __repr__(self) -> str:
        """Return the address and AppID, without the certificate."""
        return f"<RecorderClient of {self._base} for AppID {self._app_id}>"

    def apply(self, room_id: str) -> Resid:
        """Return a new resid for *room_id*. Retried if no reply comes: an unused resid does no harm."""

        def send_apply() -> Resid:
            call = self._new_call("apply", room_id)
            response = self._call(call, {}, "resid")
            return Resid(str(response.id("resid")), call.sent_ms)

        return self._retry(send_apply)

    def start(self, resid: Resid, request: RecordingRequest) -> RecordingStarted:
        """Start a recording with *resid*, which is valid for one recording.

        If no reply comes, the start is retried with the same resid. That can start only one recording, so a refusal
        of the retry means that the first request had arrived. Raises RecorderUnanswered in that case, and if no
        reply came at all: the recording may be running with a recordid that only its files and callbacks show.
        Raises ResidSpent, and sends nothing, for a resid that this client used or that is too old.
        """
        body = check_layout(request.layout) | {
            "resid": resid.text,
            "appid": self._app_id,
            "roomid": request.room_id,
            "recordtype": MEDIA[request.media],
            "streamtype": STREAMS[request.stream],
        }
        if request.callback:
            body["callbackurl"] = request.callback
        unanswered: list[RecorderUnanswered] = []

        def send_start() -> RecordingStarted:
            self._check_resid(resid)
            call = self._new_call("start", request.room_id, stream=request.stream, resid=resid.text)
            response = self._call(call, body, "recordid")
            return RecordingStarted(str(response.id("recordid")), resid, call.trace_id)

        try:
            started = self._retry(send_start, unanswered)
        except (RecorderRefused, RecorderDenied) as refusal:
            self._spent.add(resid.text)
            raise maybe_started(unanswered[0], refusal) if unanswered else refusal from None
        except Exception:  # also a retry that could not be logged
            if unanswered:  # an earlier request may have arrived
                raise unanswered[0] from None
            raise
        self._spent.add(resid.text)
        return started

    def change_layout(self, task: TaskHandle, layout: Mapping[str, Any]) -> None:
        """Change the layout of a mixed recording. Retried if no reply comes."""
        body = check_layout(layout) | self._task_members(task)
        self._retry(lambda: self._call(self._task_call("layout", task), body))

    def stop(self, task: TaskHandle) -> None:
        """Stop a recording. Retried if no reply comes: stopping twice does no harm.

        If a retry is refused, the message says that the unanswered request may have stopped the recording.
        """
        unanswered: list[RecorderUnanswered] = []
        try:
            self._retry(lambda: self._call(self._task_call("stop", task), self._task_members(task)), unanswered)
        except RecorderRefused as refusal:
            if not unanswered:
                raise
            message = f"{refusal}; an earlier request was not answered and may have stopped it: scan the bucket to see"
            raise RecorderRefused(message, trace_id="", code=refusal.code, said=refusal.said) from None

    def _check_resid(self, resid: Resid) -> None:
        if resid.text in self._spent:
            raise ResidSpent(f"the resid {brief(resid.text)} was used already: apply for another")
        if not resid.is_valid(self._now()):
            raise ResidSpent(f"the resid {brief(resid.text)} is older than five minutes: apply for another")

    def _retry(self, send_call: Callable[[], T], unanswered: list[RecorderUnanswered] | None = None) -> T:
        """Repeat *send_call* until a reply comes; errors of requests that may have arrived go into *unanswered*."""
        failed = 0
        while True:
            try:
                return send_call()
            except (RecorderUnreachable, RecorderUnanswered) as error:
                failed += 1
                if unanswered is not None and isinstance(error, RecorderUnanswered):
                    unanswered.append(error)
                if failed >= self._retries.attempts:
                    raise
            self._wait(random.random() * self._retries.base * 2 ** (failed - 1))  # noqa: S311 - not for secrecy

    def _call(self, call: RecorderRequest, body: Mapping[str, Any], expected: str = "") -> Response:
        """Send and log one call; return its response, which has code 0 and an id called *expected*."""
        url = url_of(self._base, self._app_id, _CALLS[call.call], call.trace_id)
        request = UnsignedRequest("POST" if body else "GET", url, json.dumps(body).encode() if body else b"")
        self._rate_limit.take()
        self._call_log.log_request(call)
        try:
            response = self._send(call, request, expected)
        except RecorderError as failure:
            self._call_log.log_outcome(call, outcome_of(failure, self._now()))
            raise
        resid, recordid = response.id("resid"), response.id("recordid")
        outcome = RecorderOutcome("done", self._now(), 0, response.message or None, resid, recordid)
        self._call_log.log_outcome(call, outcome)
        return response

    def _send(self, call: RecorderRequest, request: UnsignedRequest, expected: str) -> Response:
        try:
            reply = send(self._base, request, self._app_id, self._authentication, self._retries.timeout)
        except NoReply as no_reply:
            raise no_reply_error(call, self._base, no_reply) from None
        return evaluate_reply(call, reply, expected, self._redact)

    def _new_call(self, call: str, room_id: str, **known: str | None) -> RecorderRequest:
        return RecorderRequest(call, uuid.uuid4().hex, self._app_id, room_id, self._now(), **known)

    def _task_call(self, call: str, task: TaskHandle) -> RecorderRequest:
        return self._new_call(call, task.room_id, stream=task.stream, resid=task.resid, recordid=task.recordid)

    def _task_members(self, task: TaskHandle) -> dict[str, Any]:
        resid = {"resid": task.resid} if task.resid else {}
        return {**resid, "recordid": task.recordid, "appid": self._app_id, "roomid": task.room_id}

    def _now(self) -> int:
        return int(self._clock() * 1000)


def check_layout(layout: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of *layout*; raises UsageProblem if it has a member that ossrec sets itself."""
    reserved = sorted(_RESERVED & set(layout))
    if reserved:
        raise UsageProblem(f"the layout has {', '.join(reserved)}, which ossrec sets itself: remove it")
    return dict(layout)
