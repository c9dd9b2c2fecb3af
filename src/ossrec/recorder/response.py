"""What the recorder's service answers, read with care: a bounded JSON object with a code, or nothing to go by."""

import json
from typing import Any, NamedTuple

MOST_BYTES = 1 << 20  # of an answer
_LONGEST = 256  # characters of an id


class Response(NamedTuple):
    """An answer that could be read."""

    code: int
    message: str
    body: dict[str, Any]

    def id(self, name: str) -> str | None:
        """The id called *name*, None if there is none that can be one."""
        value = self.body.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
            return None
        return value if value.isascii() and value.isprintable() and " " not in value else None


def read_response(body: bytes, trace_id: str) -> Response | None:
    """The answer to the request *trace_id* in *body*; None when it is none, or that to another request."""
    if len(body) > MOST_BYTES:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    code = _whole(found.get("code")) if isinstance(found, dict) else None
    if code is None or str(found.get("traceId") or trace_id) != trace_id:
        return None
    message = found.get("message")
    return Response(code, message if isinstance(message, str) else "", found)


def _whole(value: object) -> int | None:
    """A whole number, also one that was written as a text."""
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None
