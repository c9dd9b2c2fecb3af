"""What must never be told, taken out of what a server says: it may echo all that it was sent."""

import re
from collections.abc import Mapping

from ossrec.buckets.oss.credentials import Credentials
from ossrec.net.redaction import HIDDEN, Hide, redact_nothing, redacting

_SIGNATURE = re.compile(r"(?:Signature=|OSS [^:]*:)([!-~]+)")  # V4's and V1's Authorization header

__all__ = ["Hide", "redact_nothing", "redacted", "redactor"]


def redactor(credentials: Credentials | None, headers: Mapping[str, str]) -> Hide:
    """What replaces by ``***`` all that is secret in a request: its *credentials*, and the signature in its *headers*.

    It is to see a text before that is cut: half of a secret is not known for one.
    """
    secrets = [] if credentials is None else [credentials.key_id, credentials.key_secret, credentials.token]
    secrets += _SIGNATURE.findall(headers.get("Authorization", ""))
    return redacting(secrets)


def redacted(typed: str) -> str:
    """What somebody *typed* for a name, without what may be a key and its secret: ``AK:SK@demo`` is ``***@demo``."""
    _, at, rest = typed.rpartition("@")
    if at:
        return f"{HIDDEN}@{rest}"
    return HIDDEN if ":" in typed else typed
