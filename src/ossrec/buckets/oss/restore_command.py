"""The command that restores an archived object, safe to paste into a shell whatever the key holds."""

import shlex


def restore_command(bucket: str, key: str) -> str:
    """How to have an object restored; *bucket* is as the catalog names it. The command is printable."""
    url = f"{bucket}/{key}"
    return f"ossutil restore {shlex.quote(url) if url.isprintable() else _escaped(url)}"


def _escaped(text: str) -> str:
    """The text as $'…', which bash, zsh and ksh know, with each byte that is not plain ASCII escaped."""
    inside = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in text.encode()
    )
    return f"$'{inside}'"
