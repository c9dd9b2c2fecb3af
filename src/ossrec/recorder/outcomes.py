"""The outcome of a call to the recorder's service: done, refused, unsent or unanswered, each with a message."""

from ossrec.errors import RecorderDenied, RecorderError, RecorderRefused, RecorderUnanswered, RecorderUnreachable
from ossrec.model import RecorderOutcome, RecorderRequest
from ossrec.net.messages import brief
from ossrec.net.redaction import Redact
from ossrec.recorder.response import Response, read_response
from ossrec.recorder.transport import NoReply, Reply

_RETRY_LATER = (408, 425, 429)  # HTTP status codes that do not say whether the call was done
_OUTCOMES: dict[type[RecorderError], str] = {RecorderUnanswered: "unanswered", RecorderUnreachable: "unsent"}


def evaluate_reply(request: RecorderRequest, reply: Reply, expected: str, redact: Redact) -> Response:
    """Return the response in *reply* if its code is 0 and it has an id called *expected* ("" for none).

    Raises RecorderRefused and RecorderDenied; RecorderUnanswered if the call may have been done all the same: the
    server failed, or the reply cannot be read. *redact* removes secrets from the service's message.
    """
    call, trace = _describe(request), request.trace_id
    response = read_response(reply.body, trace)
    message = "" if response is None else brief(redact(response.message))
    if reply.status >= 500 or reply.status in _RETRY_LATER:
        detail = f"the service failed with status {reply.status}{f', {message}' if message else ''}"
        raise RecorderUnanswered(f"{call}: {detail}", trace_id=trace)
    if reply.status in (401, 403):
        advice = "check OSSREC_CERTIFICATE_ID, OSSREC_CERTIFICATE_KEY and the AppID"
        raise RecorderDenied(f"{call}: not allowed, status {reply.status} {message!r}: {advice}", trace_id=trace)
    if response is not None and response.code != 0:
        refused = f"{call}: refused with code {response.code}, {message!r}"
        raise RecorderRefused(refused, trace_id=trace, code=response.code, said=message)
    if response is None and reply.status // 100 != 2:
        refused = f"{call}: the reply is not from the recorder, status {reply.status}: check --recorder"
        raise RecorderRefused(refused, trace_id=trace, code=None, said=f"status {reply.status}")
    if response is None or reply.status // 100 != 2 or (expected and response.id(expected) is None):
        status = f"has status {reply.status}"
        problem = "cannot be read" if response is None else f"has no {expected}" if expected else status
        raise RecorderUnanswered(f"{call}: the service's response {problem}", trace_id=trace)
    return response._replace(message=message)


def no_reply_error(request: RecorderRequest, base: str, no_reply: NoReply) -> RecorderError:
    """Return the error for a request without a reply: unanswered if it may have arrived, else unreachable."""
    kind = RecorderUnanswered if no_reply.arrived else RecorderUnreachable
    return kind(f"{_describe(request)}: {base}: {no_reply}", trace_id=request.trace_id)


def outcome_of(failure: RecorderError, now_ms: int) -> RecorderOutcome:
    """Return the outcome to log for a call that ended with *failure*."""
    outcome = _OUTCOMES.get(type(failure), "refused")
    if isinstance(failure, RecorderRefused):
        return RecorderOutcome(outcome, now_ms, failure.code, failure.said)
    return RecorderOutcome(outcome, now_ms, None, str(failure))


def maybe_started(unanswered: RecorderUnanswered, refusal: RecorderError) -> RecorderUnanswered:
    """Return the error for a start that was refused after an unanswered start with the same resid."""
    error = RecorderUnanswered(
        f"{unanswered}; a retry with the same resid was refused, so the first start most likely arrived: {refusal}"
    )
    error.trace_id = unanswered.trace_id
    return error


def _describe(request: RecorderRequest) -> str:
    return f"{request.call} of room {brief(repr(request.room_id))}"
