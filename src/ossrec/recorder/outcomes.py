"""What a reply of the recorder's service means: done, refused, or nobody knows; each as one line for people."""

from ossrec.errors import RecorderDenied, RecorderError, RecorderRefused, RecorderUnanswered, RecorderUnreachable
from ossrec.model import RecorderOutcome, RecorderRequest
from ossrec.net.messages import brief
from ossrec.net.redaction import Hide
from ossrec.recorder.response import Response, read_response
from ossrec.recorder.transport import NoReply, Reply

_LATER = (408, 425, 429)  # "ask again later", whether it was done or not
_OUTCOMES: dict[type[RecorderError], str] = {RecorderUnanswered: "unanswered", RecorderUnreachable: "unsent"}


def evaluate_reply(asked: RecorderRequest, reply: Reply, wanted: str, hide: Hide) -> Response:
    """The answer of code 0 in *reply*, with an id called *wanted* unless that is "".

    Raises RecorderRefused, RecorderDenied, and RecorderUnanswered for what may have been done all the same: a
    server that fails at its own side, or what is no answer at all. *hide* takes secrets out of what the service says.
    """
    where, trace = _where(asked), asked.trace_id
    answer = read_response(reply.body, trace)
    said = "" if answer is None else brief(hide(answer.message))
    if reply.status >= 500 or reply.status in _LATER:
        detail = f"the service failed with status {reply.status}{f', {said}' if said else ''}"
        raise RecorderUnanswered(f"{where}: {detail}", trace_id=trace)
    if reply.status in (401, 403):
        advice = "check OSSREC_CERTIFICATE_ID, OSSREC_CERTIFICATE_KEY and the AppID"
        raise RecorderDenied(f"{where}: not allowed, status {reply.status} {said!r}: {advice}", trace_id=trace)
    if answer is not None and answer.code != 0:
        refused = f"{where}: refused with code {answer.code}, {said!r}"
        raise RecorderRefused(refused, trace_id=trace, code=answer.code, said=said)
    if answer is None and reply.status // 100 != 2:
        refused = f"{where}: status {reply.status} came instead of an answer: check --recorder"
        raise RecorderRefused(refused, trace_id=trace, code=None, said=f"status {reply.status}")
    if answer is None or reply.status // 100 != 2 or (wanted and answer.id(wanted) is None):
        lacks = "is none" if answer is None else f"has no {wanted}" if wanted else f"has status {reply.status}"
        raise RecorderUnanswered(f"{where}: what the service answered {lacks}", trace_id=trace)
    return answer._replace(message=said)


def no_reply_error(asked: RecorderRequest, base: str, silence: NoReply) -> RecorderError:
    """What it means that no reply came."""
    kind = RecorderUnanswered if silence.arrived else RecorderUnreachable
    return kind(f"{_where(asked)}: {base}: {silence}", trace_id=asked.trace_id)


def outcome_of(failure: RecorderError, now_ms: int) -> RecorderOutcome:
    """How a call is noted that came to *failure*."""
    outcome = _OUTCOMES.get(type(failure), "refused")
    if isinstance(failure, RecorderRefused):
        return RecorderOutcome(outcome, now_ms, failure.code, failure.said)
    return RecorderOutcome(outcome, now_ms, None, str(failure))


def maybe_started(silent: RecorderUnanswered, refusal: RecorderError) -> RecorderUnanswered:
    """What it means that a start was refused after one that got no answer."""
    error = RecorderUnanswered(
        f"{silent}; sent again, its resid was refused, so the first had most likely arrived: {refusal}"
    )
    error.trace_id = silent.trace_id
    return error


def _where(asked: RecorderRequest) -> str:
    return f"{asked.call} of room {brief(repr(asked.room_id))}"
