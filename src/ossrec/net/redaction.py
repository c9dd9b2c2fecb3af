"""What must never be told, taken out of what a server says: it may echo all that it was sent."""

from collections.abc import Callable, Iterable
from urllib.parse import quote

HIDDEN = "***"
_SHORTEST = 4  # characters; hiding less would garble messages, and no key is so short

Hide = Callable[[str], str]


def redact_nothing(text: str) -> str:
    """*text* as it is: nothing secret was sent."""
    return text


def redacting(secrets: Iterable[str]) -> Hide:
    """What replaces each of *secrets* by ``***``, as it is and percent-encoded.

    It is to see a text before that is cut: half of a secret is not known for one.
    """
    known = {form for secret in secrets for form in (secret, quote(secret, safe="")) if len(secret) >= _SHORTEST}
    ordered = sorted(known, key=len, reverse=True)  # one may be the beginning of another

    def hide(text: str) -> str:
        for secret in ordered:
            text = text.replace(secret, HIDDEN)
        return text

    return hide
