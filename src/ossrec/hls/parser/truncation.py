"""A playlist that breaks off inside the name of its last segment: a name that nobody gave to any object."""

from collections.abc import Sequence

from ossrec.hls.collector import excerpt
from ossrec.hls.parser.state import ParserState

_MEDIA = frozenset((".ts", ".aac", ".mp4", ".m4s", ".m4a", ".m4v", ".vtt"))


def break_off(reading: ParserState, lines: Sequence[str]) -> int | None:
    """The last line of a file without a line end, when it is no whole URI; its segment is taken back, and told.

    A URI is whole when its name ends as those of other segments do. Where those have no such endings nothing
    tells, and it counts as whole.
    """
    if reading.ended or not reading.segments or reading.segments[-1].line != len(lines):
        return None
    *others, last = reading.segments
    usual = {_ending(one.uri) for one in others} or _MEDIA
    if "" in usual or _ending(last.uri) in usual:
        return None
    reading.take_back(last)
    detail = f"inside its URI: {excerpt(last.uri)}"
    reading.notes.add("HLS151", detail, last.line, segment=last.number, start=last.start, length=last.duration)
    return last.line


def _ending(uri: str) -> str:
    """``.ts`` in ``https://host/a/b.ts?key=1``; empty when the name has none."""
    name = uri.partition("#")[0].partition("?")[0].replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return (dot + ending).lower() if stem else ""
