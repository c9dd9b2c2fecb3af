"""XML as OSS writes it: no namespace, an indentation of two spaces, quotation marks unescaped."""

import re
from collections.abc import Iterable
from urllib.parse import quote

_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str) -> str:
    """Character data. Control characters become references, which XML 1.0 forbids: so does OSS, which
    is why its documents tell clients to ask for ``encoding-type=url``."""
    return _SPECIAL.sub(lambda found: _NAMED.get(found[0]) or f"&#x{ord(found[0]):x};", text)


def encode(text: str) -> str:
    """The form of ``encoding-type=url``: ``/`` is %2F, a space is %20, ``+`` is %2B.

    The parts between slashes are quoted one by one, since `quote` is quick only where nothing changes.
    """
    return "%2F".join([quote(part, safe="") for part in text.split("/")])


def element(name: str, text: str, indent: str = "  ") -> str:
    """One element of text, on its own line."""
    return f"{indent}<{name}>{escape(text)}</{name}>\n"


def document(root: str, elements: Iterable[str]) -> bytes:
    """A whole document around elements that are already written."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{"".join(elements)}</{root}>\n'.encode()
