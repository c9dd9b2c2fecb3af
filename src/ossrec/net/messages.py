"""Make text from a server printable, for one-line messages."""

_MAX_LENGTH = 300  # characters


def printable(raw: bytes | str) -> str:
    r"""Return *raw* as one line, with bytes that are not UTF-8 and unprintable characters escaped as ``\xNN``."""
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def brief(raw: bytes | str) -> str:
    """Return *raw* as `printable` does, cut to the length of a message."""
    text = printable(raw)
    return text if len(text) <= _MAX_LENGTH else text[:_MAX_LENGTH] + "…"
