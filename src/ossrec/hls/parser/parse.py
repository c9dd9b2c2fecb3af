"""Parse a media playlist line by line into its values and findings (rules 1 to 25)."""

import re

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser import tags
from ossrec.hls.parser.detect import detect_format
from ossrec.hls.parser.final_checks import check_whole_playlist, version_needed
from ossrec.hls.parser.state import ParserState
from ossrec.hls.parser.tag_handlers import HANDLERS
from ossrec.hls.parser.truncation import remove_truncated_uri
from ossrec.hls.playlist import MAX_LINES, Kind, Playlist

_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # RFC 8216 4.1: all but CR and LF


def read_playlist(data: bytes, subject: str = "") -> Playlist:
    """Parse the bytes of a playlist. *subject* is the key that the findings name.

    Never raises, whatever the bytes. Time and memory are linear in ``len(data)``, and there are at
    most `REPEATS` findings of a code. The caller must enforce `MAX_PLAYLIST`. Lines after `MAX_LINES`
    are not read.
    """
    findings = FindingCollector(subject)
    fault = detect_format(data)
    if fault:
        findings.add(*fault)
        return Playlist("none", findings=tuple(findings.all()))
    text = _decode(data, findings)
    lines, is_complete = _split(text, findings)
    state = ParserState(findings)
    _check_characters(text, lines, state)
    _read_lines(state, lines)
    kind = _kind(state)
    truncated_line = remove_truncated_uri(state, lines) if is_complete and not text.endswith("\n") else None
    if is_complete:
        _check_end(text, lines, findings)
        check_whole_playlist(state, kind)
    return Playlist(
        kind,
        lines=tuple(lines),
        findings=tuple(findings.all()),
        version=state.version,
        version_needed=version_needed(state),
        target_duration=state.target_duration,
        media_sequence=state.media_sequence,
        discontinuity_sequence=state.discontinuity_sequence,
        playlist_type=state.playlist_type,
        ended=state.ended,
        segments=tuple(state.segments) if kind == "media" else (),
        resources=tuple(state.resources.values()),
        truncated_line=truncated_line,
        unknown_tags={tag: count for tag, (count, _line) in state.unknown_tags.items()},
    )


def _decode(data: bytes, findings: FindingCollector) -> str:
    """Return the text without its byte order mark; bytes that are not UTF-8 become U+FFFD."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        findings.add("HLS020", f"first invalid byte is 0x{data[problem.start]:02x}, at offset {problem.start}", line)
        text = data.decode("utf-8", "replace")
    if text.startswith("\ufeff"):
        findings.add("HLS021", "", 1)
        return text[1:]
    return text


def _split(text: str, findings: FindingCollector) -> tuple[list[str], bool]:
    """Return the lines without their ends, and whether these are all; only LF and CR LF end a line (RFC 8216 4.1)."""
    lines = text.split("\n", MAX_LINES)
    is_complete = len(lines) <= MAX_LINES
    if not is_complete:
        findings.add("LOOK006", f"only the first {MAX_LINES} lines were read", MAX_LINES)
        lines.pop()
    elif not lines[-1]:
        lines.pop()
    if "\r" in text:
        lines = [line.removesuffix("\r") for line in lines]
    return lines, is_complete


def _check_characters(text: str, lines: list[str], state: ParserState) -> None:
    """Check the parts of rules 2 and 3 that need no tags: characters, and the first line.

    A tab in a line that is not a URI is white space to every player.
    """
    findings = state.findings
    if lines[0].strip(" \t") != "#EXTM3U":
        findings.add("HLS030", excerpt(lines[0], 60), 1)
    if _CONTROL.search(text):
        for number, line in enumerate(lines, 1):
            text_of_line = line.strip(" \t")
            if text_of_line.startswith("#") and "\t" in text_of_line:
                state.count_deviation("HLS025", number)
                text_of_line = text_of_line.replace("\t", " ")
            found = _CONTROL.search(text_of_line)
            if found:
                findings.add("HLS022", f"U+{ord(found[0]):04X} at column {found.start() + 1}", number)
    if "\r" in text:
        for number, line in enumerate(lines, 1):
            if "\r" in line:
                findings.add("HLS023", f"at column {line.index(chr(13)) + 1}", number)


def _check_end(text: str, lines: list[str], findings: FindingCollector) -> None:
    """Check that the last line has a line end; without one, the file may be truncated there."""
    if not text.endswith("\n"):
        is_ended = lines[-1].strip(" \t") == "#EXT-X-ENDLIST"
        findings.add("HLS032" if is_ended else "HLS031", "" if is_ended else excerpt(lines[-1], 60), len(lines))


def _read_lines(state: ParserState, lines: list[str]) -> None:
    """Pass each line to its handler. This is the hottest loop of a scan, so names are bound outside of it."""
    handlers, seen, once = HANDLERS, state.seen, tags.AT_MOST_ONCE
    for number, raw in enumerate(lines, 1):
        line = raw.strip(" \t")
        if line != raw and not (raw.startswith("#EXTINF") and "," in raw):  # a title may end in a space
            state.count_deviation("HLS024", number)
        if not line:
            continue
        if line[0] != "#":
            state.add_uri(number, line)
        elif line.startswith("#EXT"):
            tag, _colon, value = line.partition(":")
            handler = handlers.get(tag)
            if handler is None:
                state.count_unknown_tag(number, tag)
            elif tag in seen and tag in once:
                state.repeat(once[tag], number, tag, value)
            else:
                if tag not in seen:
                    seen[tag] = number
                    state.values[tag] = value.strip(" \t")
                handler(state, number, value)


def _kind(state: ParserState) -> Kind:
    """Return "master" for a playlist with tags of a master playlist and none of a media playlist, else "media"."""
    master = [line for tag, line in state.seen.items() if tag in tags.MASTER]
    media = [line for tag, line in state.seen.items() if tag in tags.MEDIA]
    if master and media:
        state.findings.add(
            "HLS061",
            f"the other kind's first tag is on line {min(min(master), min(media))}",
            max(min(master), min(media)),
        )
    elif master:
        state.findings.add("HLS060", "", min(master))
        return "master"
    return "media"
