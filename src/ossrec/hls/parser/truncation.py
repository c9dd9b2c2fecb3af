"""Detect a playlist that is truncated inside its last URI, which then names no object."""

from collections.abc import Sequence

from ossrec.hls.collector import excerpt
from ossrec.hls.parser.state import ParserState

_MEDIA = frozenset((".ts", ".aac", ".mp4", ".m4s", ".m4a", ".m4v", ".vtt"))


def remove_truncated_uri(state: ParserState, lines: Sequence[str]) -> int | None:
    """Remove the last segment if its URI is truncated: report it, and return its line; otherwise return None.

    To be called for a file without a final line end. A URI is complete if its file name extension is that of another
    segment or, in a playlist with a single segment, a usual one of media files. If any other segment has no extension,
    the last URI counts as complete.
    """
    if state.ended or not state.segments or state.segments[-1].line != len(lines):
        return None
    *others, last = state.segments
    usual = {_ending(one.uri) for one in others} or _MEDIA
    if "" in usual or _ending(last.uri) in usual:
        return None
    state.remove_last_segment(last)
    detail = f"truncated inside the URI: {excerpt(last.uri)}"
    state.findings.add("HLS151", detail, last.line, segment=last.number, start=last.start, length=last.duration)
    return last.line


def _ending(uri: str) -> str:
    """Return the file name extension of a URI: ``.ts`` for ``https://host/a/b.ts?key=1``; "" if it has none."""
    name = uri.partition("#")[0].partition("?")[0].replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return (dot + ending).lower() if stem else ""
