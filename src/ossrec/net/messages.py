"""Text from a bucket, made fit to stand in one line for people."""

_LONGEST = 300


def printable(raw: bytes | str) -> str:
    r"""*raw* in one line: bytes that are not UTF-8, and characters that do not print, as ``\xNN``."""
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def brief(raw: bytes | str) -> str:
    """`printable`, cut to what a message can carry."""
    text = printable(raw)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
