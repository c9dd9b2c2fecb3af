"""The response of the recorder's service: a JSON object of limited size with a code."""

import json
from typing import Any, NamedTuple

MAX_BYTES = 1 << 20  # of a response
_MAX_ID = 256  # characters


class Response(NamedTuple):
    """A response that was parsed."""

    code: int
    message: str
    body: dict[str, Any]

    def id(self, name: str) -> str | None:
        """Return the id called *name*, or None if it is missing or not a valid id."""
        value = self.body.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _MAX_ID:
            return None
        return value if value.isascii() and value.isprintable() and " " not in value else None


def read_response(body: bytes, trace_id: str) -> Response | None:
    """Parse the response to the request *trace_id*; None if *body* is not one, or answers another request."""
    if len(body) > MAX_BYTES:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    code = _integer(found.get("code")) if isinstance(found, dict) else None
    if code is None or str(found.get("traceId") or trace_id) != trace_id:
        return None
    message = found.get("message")
    return Response(code, message if isinstance(message, str) else "", found)


def _integer(value: object) -> int | None:
    """Return an integer, also if it is written as a string."""
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None
