"""The URI by which a playlist names an object of its bucket: the way back from `uris.resolve`."""

import re
from collections.abc import Sequence
from urllib.parse import quote

# What a path may hold unescaped (RFC 3986 3.3) but for the colon, which could be taken for that of a scheme.
_SAFE = "!$&'()*+,;=@~"
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # `resolve` refuses these, escaped too


def relative_uri(key: str, playlist_key: str) -> str | None:
    """The URI of the object *key* in a playlist at *playlist_key*, relative and percent-encoded.

    ``resolve(relative_uri(key, at), at, …).key == key`` for every key that has one; None for a key
    that no URI of a playlist can mean: it has control characters or dot segments on the way.
    """
    path = relative_path(playlist_key.split("/")[:-1], key.split("/"))
    if _UNSPEAKABLE.search(path) or {".", ".."} & set(key.split("/")) or not key.strip("/"):
        return None
    return quoted_path(path)


def relative_path(folder: Sequence[str], target: Sequence[str]) -> str:
    """The way from *folder* to *target*, both in steps from the same root; the last step is a file."""
    shared = 0
    while shared < min(len(folder), len(target) - 1) and folder[shared] == target[shared]:
        shared += 1
    path = "/".join([*[".."] * (len(folder) - shared), *target[shared:]])
    return f"./{path}" if path.startswith("/") or not path else path  # else it would begin at the root


def relative_folder(folder: Sequence[str], target: Sequence[str]) -> str:
    """What a URI relative to the folder *target* needs before it in the folder *folder*; nothing when they are one."""
    path = relative_path(folder, [*target, ""])
    return "" if path == "./" else quoted_path(path)


def quoted_path(path: str) -> str:
    """*path* with everything escaped that has a meaning in a URI; bytes of a file system that are no text too."""
    return "/".join(quote(step.encode("utf-8", "surrogateescape"), safe=_SAFE) for step in path.split("/"))
