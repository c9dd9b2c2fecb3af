"""What must never be told, taken out of what a server says: it may echo all that it was sent."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from ossrec.buckets.credentials import Credentials

HIDDEN = "***"
_SHORTEST = 4  # characters; hiding less would garble messages, and no access key is so short
_SIGNATURE = re.compile(r"(?:Signature=|OSS [^:]*:)([!-~]+)")  # V4's and V1's Authorization header

Hide = Callable[[str], str]


def hide_nothing(text: str) -> str:
    """*text* as it is: nothing secret was sent."""
    return text


def hider(credentials: Credentials | None, headers: Mapping[str, str]) -> Hide:
    """What replaces by ``***`` all that is secret in a request: its *credentials*, and the signature in its *headers*.

    It is to see a text before that is cut: half of a secret is not known for one.
    """
    secrets = [] if credentials is None else [credentials.key_id, credentials.key_secret, credentials.token]
    secrets += _SIGNATURE.findall(headers.get("Authorization", ""))
    known = {form for secret in secrets for form in (secret, quote(secret, safe="")) if len(secret) >= _SHORTEST}
    ordered = sorted(known, key=len, reverse=True)  # one may be the beginning of another

    def hide(text: str) -> str:
        for secret in ordered:
            text = text.replace(secret, HIDDEN)
        return text

    return hide


def discreet(typed: str) -> str:
    """What somebody *typed* for a name, without what may be a key and its secret: ``AK:SK@demo`` is ``***@demo``."""
    _, at, rest = typed.rpartition("@")
    if at:
        return f"{HIDDEN}@{rest}"
    return HIDDEN if ":" in typed else typed
