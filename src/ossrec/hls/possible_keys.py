"""Finds the keys that a URI may mean whose path is wrong: the same file in another folder of the bucket.

A playlist was copied, or the recorder wrote its own path: an absolute path of its disk, a drive letter, the prefix of
the upload once more, the host of a CDN. The file name and perhaps some folders before it are still right.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from ossrec.naming.folding import spellings

_DRIVE = re.compile(r"[A-Za-z]:(?=[/\\])")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?=//)")
_MOST_STEPS = 8  # of a path, from its end: folders that are tried


class MisleadingUri(NamedTuple):
    """A URI that leads to no object, taken apart."""

    host: str | None  # of an http or https URL
    paths: tuple[tuple[str, ...], ...]  # folders and file name: decoded, and if that differs as they are written

    @property
    def names(self) -> list[str]:
        """The file names that it may mean."""
        return [path[-1] for path in self.paths]


def take_apart(uri: str) -> MisleadingUri | None:
    """Return the host and the path of *uri*; None if it cannot mean any object."""
    rest = uri.partition("#")[0].partition("?")[0].replace("\\", "/")
    host = None
    scheme = _SCHEME.match(rest)
    rest = rest[scheme.end() :] if scheme else _DRIVE.sub("", rest, count=1)
    if rest.startswith("//"):
        authority, _slash, rest = rest[2:].partition("/")
        if scheme is None or scheme[1].lower() in ("http", "https"):
            host = authority.rpartition("@")[2].partition(":")[0].lower()
    steps = [step for step in rest.split("/") if step not in ("", ".")]
    last_up = max((number for number, step in enumerate(steps) if step == ".."), default=-1)
    written = tuple(steps[last_up + 1 :][-_MOST_STEPS:])
    paths = tuple(path for path in dict.fromkeys((_decoded(written), written)) if _is_possible(path))
    return MisleadingUri(host, paths) if paths and not rest.endswith("/") else None


def possible_keys(uri: MisleadingUri, folder: str) -> Iterator[str]:
    """Yield the keys that the end of the path may mean: below *folder*, and with a folder of its own in the bucket.

    *folder* is that of the playlist, with a slash at its end, "" for the root of the bucket.
    """
    for path in uri.paths:
        for start in range(len(path)):
            end = "/".join(path[start:])
            yield folder + end
            if start < len(path) - 1:
                yield end


def respelled_keys(uri: MisleadingUri, folder: str) -> Iterator[str]:
    """Yield `possible_keys` in the usual other spellings of the path."""
    for path in uri.paths:
        for other in spellings("/".join(path)):
            yield from possible_keys(MisleadingUri(None, (tuple(other.split("/")),)), folder)


def _decoded(path: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(unquote_to_bytes(step).decode("utf-8") if "%" in step else step for step in path)
    except UnicodeDecodeError:
        return path


def _is_possible(path: tuple[str, ...]) -> bool:
    """Return whether a path has a file name, no control characters, and nothing that was hidden by escapes."""
    return bool(path) and all(step.isprintable() and step not in ("", ".", "..") and "/" not in step for step in path)
