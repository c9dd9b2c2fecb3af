"""Writes the URI by which a playlist names an object of its bucket: the inverse of `uris.resolve`."""

import re
from collections.abc import Sequence
from urllib.parse import quote

# Characters that a path may have unescaped (RFC 3986 3.3), without the colon, which could end a scheme.
_SAFE = "!$&'()*+,;=@~"
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # `resolve` refuses these, even escaped


def relative_uri(key: str, playlist_key: str) -> str | None:
    """Return the URI of the object *key* in a playlist at *playlist_key*, relative and percent-encoded.

    ``resolve(relative_uri(key, at), at, …).key == key`` unless it is None: no URI can lead to a key with control
    characters or dot segments.
    """
    path = relative_path(playlist_key.split("/")[:-1], key.split("/"))
    if _REFUSED.search(path) or {".", ".."} & set(key.split("/")) or not key.strip("/"):
        return None
    return quoted_path(path)


def relative_path(folder: Sequence[str], target: Sequence[str]) -> str:
    """Return the path from *folder* to the file *target*, both as parts of a path from the same root."""
    shared = 0
    while shared < min(len(folder), len(target) - 1) and folder[shared] == target[shared]:
        shared += 1
    path = "/".join([*[".."] * (len(folder) - shared), *target[shared:]])
    return f"./{path}" if path.startswith("/") or not path else path  # otherwise it would begin at the root


def relative_folder(folder: Sequence[str], target: Sequence[str]) -> str:
    """Return the prefix that a URI relative to *target* needs in *folder*; empty if both are the same folder."""
    path = relative_path(folder, [*target, ""])
    return "" if path == "./" else quoted_path(path)


def quoted_path(path: str) -> str:
    """Return *path* percent-encoded, including bytes of a file system that are not UTF-8."""
    return "/".join(quote(step.encode("utf-8", "surrogateescape"), safe=_SAFE) for step in path.split("/"))
