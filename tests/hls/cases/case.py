"""A case of a table: a sentence about a rule, and two playlists that test it."""

from typing import NamedTuple

from tests.hls.playlists import END, HEAD, lines, media, segments


class Case(NamedTuple):
    """A sentence about a rule, with a playlist that breaks it and one that nearly breaks it."""

    sentence: str
    code: str
    broken: str | bytes
    near_miss: str | bytes


def clock(*times: str) -> str:
    """Return a playlist with segments of 6 s, each with its EXT-X-PROGRAM-DATE-TIME."""
    body = (f"#EXT-X-PROGRAM-DATE-TIME:{time}\n#EXTINF:6.0,\ns{at}.ts" for at, time in enumerate(times))
    return media(*body)


def key(attributes: str, version: int = 5) -> str:
    head = HEAD.replace("VERSION:3", f"VERSION:{version}")
    return head + lines(f"#EXT-X-KEY:{attributes}") + segments() + END


def initialized(attributes: str) -> str:
    head = HEAD.replace("VERSION:3", "VERSION:6")
    return head + lines(f"#EXT-X-MAP:{attributes}") + segments() + END


def ranges(*ranges: str) -> str:
    """Return a playlist with parts of one file, each with an EXT-X-BYTERANGE."""
    head = HEAD.replace("VERSION:3", "VERSION:4")
    return media(*(f"#EXTINF:6.0,\n#EXT-X-BYTERANGE:{part}\nall.ts" for part in ranges), head=head)
