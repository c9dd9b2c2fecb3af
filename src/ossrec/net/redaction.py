"""Redact secrets in text from a server, which may echo anything that it received."""

from collections.abc import Callable, Iterable
from urllib.parse import quote

MASK = "***"
_MIN_LENGTH = 4  # characters; shorter matches would garble messages, and no key is that short

Redact = Callable[[str], str]


def redact_nothing(text: str) -> str:
    """Return *text* unchanged, for requests that contain no secret."""
    return text


def make_redactor(secrets: Iterable[str]) -> Redact:
    """Return a function that replaces each of *secrets*, plain or percent-encoded, with ``***``.

    Call it before a text is truncated: a truncated secret is not recognized.
    """
    known = {form for secret in secrets for form in (secret, quote(secret, safe="")) if len(secret) >= _MIN_LENGTH}
    ordered = sorted(known, key=len, reverse=True)  # a secret may start with another

    def redact(text: str) -> str:
        for secret in ordered:
            text = text.replace(secret, MASK)
        return text

    return redact
