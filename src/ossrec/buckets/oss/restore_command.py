"""The ossutil command that restores an archived object, quoted for a shell."""

import shlex


def restore_command(bucket: str, key: str) -> str:
    """Return the printable command that restores an object; *bucket* is the bucket's name in the catalog."""
    url = f"{bucket}/{key}"
    return f"ossutil restore {shlex.quote(url) if url.isprintable() else _escaped(url)}"


def _escaped(text: str) -> str:
    """Return the text as $'…' for bash, zsh and ksh, with every byte outside printable ASCII escaped."""
    inside = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in text.encode()
    )
    return f"$'{inside}'"
