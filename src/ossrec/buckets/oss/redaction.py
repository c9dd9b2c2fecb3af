"""Redact the access key and the signature in text from OSS, which may echo anything that it received."""

import re
from collections.abc import Mapping

from ossrec.buckets.oss.credentials import Credentials
from ossrec.net.redaction import MASK, Redact, make_redactor, redact_nothing

_SIGNATURE = re.compile(r"(?:Signature=|OSS [^:]*:)([!-~]+)")  # V4's and V1's Authorization header

__all__ = ["Redact", "redact_nothing", "redact_typed_name", "request_redactor"]


def request_redactor(credentials: Credentials | None, headers: Mapping[str, str]) -> Redact:
    """Return a function that replaces the secrets of a request, its *credentials* and its signature, with ``***``.

    *headers* are those of the request. Call the function before a text is truncated: a truncated secret is not
    recognized.
    """
    secrets = [] if credentials is None else [credentials.key_id, credentials.key_secret, credentials.token]
    secrets += _SIGNATURE.findall(headers.get("Authorization", ""))
    return make_redactor(secrets)


def redact_typed_name(typed: str) -> str:
    """Return a name that a user *typed*, without a possible key and secret: ``***@demo`` for ``AK:SK@demo``."""
    _, at, rest = typed.rpartition("@")
    if at:
        return f"{MASK}@{rest}"
    return MASK if ":" in typed else typed
