"""Reads a media playlist line by line: its values, and everything that its text breaks (rules 1 to 25)."""

import re

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser import tags
from ossrec.hls.parser.detect import detect_format
from ossrec.hls.parser.final_checks import check_whole_playlist, version_needed
from ossrec.hls.parser.state import ParserState
from ossrec.hls.parser.tag_handlers import HANDLERS
from ossrec.hls.parser.truncation import break_off
from ossrec.hls.playlist import MAX_LINES, Kind, Playlist

_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # RFC 8216 4.1: all but CR and LF


def read_playlist(data: bytes, subject: str = "") -> Playlist:
    """What the bytes of a playlist say. *subject* is the key that the findings name.

    Never raises, whatever the bytes. Time and memory are linear in ``len(data)``, and the findings
    are at most `REPEATS` of a code; the caller keeps to `MAX_PLAYLIST`. Lines past `MAX_LINES` are
    not read.
    """
    notes = FindingCollector(subject)
    fault = detect_format(data)
    if fault:
        notes.add(*fault)
        return Playlist("none", findings=tuple(notes.all()))
    text = _decode(data, notes)
    lines, whole = _split(text, notes)
    _check_characters(text, lines, notes)
    reading = ParserState(notes)
    _read_lines(reading, lines)
    kind = _kind(reading)
    cut_off = break_off(reading, lines) if whole and not text.endswith("\n") else None
    if whole:
        _check_end(text, lines, notes)
        check_whole_playlist(reading, kind)
    return Playlist(
        kind,
        lines=tuple(lines),
        findings=tuple(notes.all()),
        version=reading.version,
        version_needed=version_needed(reading),
        target_duration=reading.target_duration,
        media_sequence=reading.media_sequence,
        discontinuity_sequence=reading.discontinuity_sequence,
        playlist_type=reading.playlist_type,
        ended=reading.ended,
        segments=tuple(reading.segments) if kind == "media" else (),
        resources=tuple(reading.resources.values()),
        cut_off=cut_off,
        unknown_tags={tag: count for tag, (count, _line) in reading.unknown.items()},
    )


def _decode(data: bytes, notes: FindingCollector) -> str:
    """The text without its byte order mark; what is not UTF-8 stands as U+FFFD."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        notes.add("HLS020", f"first bad byte is 0x{data[problem.start]:02x}, at offset {problem.start}", line)
        text = data.decode("utf-8", "replace")
    if text.startswith("\ufeff"):
        notes.add("HLS021", "", 1)
        return text[1:]
    return text


def _split(text: str, notes: FindingCollector) -> tuple[list[str], bool]:
    """The lines without their ends, and whether these are all; only LF and CR LF end a line (4.1)."""
    lines = text.split("\n", MAX_LINES)
    whole = len(lines) <= MAX_LINES
    if not whole:
        notes.add("LOOK006", f"{MAX_LINES} lines were read", MAX_LINES)
        lines.pop()
    elif not lines[-1]:
        lines.pop()
    if "\r" in text:
        lines = [line.removesuffix("\r") for line in lines]
    return lines, whole


def _check_characters(text: str, lines: list[str], notes: FindingCollector) -> None:
    """Rules 2 and 3, as far as they need no tags: characters, and the first line."""
    if lines[0].strip(" \t") != "#EXTM3U":
        notes.add("HLS030", excerpt(lines[0], 60), 1)
    if _CONTROL.search(text):
        for number, line in enumerate(lines, 1):
            found = _CONTROL.search(line)
            if found:
                notes.add("HLS022", f"U+{ord(found[0]):04X} at column {found.start() + 1}", number)
    if "\r" in text:
        for number, line in enumerate(lines, 1):
            if "\r" in line:
                notes.add("HLS023", f"at column {line.index(chr(13)) + 1}", number)


def _check_end(text: str, lines: list[str], notes: FindingCollector) -> None:
    """The last line must be ended too; when it is not, the file may be cut there."""
    if not text.endswith("\n"):
        whole = lines[-1].strip(" \t") == "#EXT-X-ENDLIST"
        notes.add("HLS032" if whole else "HLS031", "" if whole else excerpt(lines[-1], 60), len(lines))


def _read_lines(reading: ParserState, lines: list[str]) -> None:
    """Every line to what takes it. The busiest loop of a scan: names are looked up once, outside."""
    handlers, seen, once = HANDLERS, reading.seen, tags.ONCE
    for number, raw in enumerate(lines, 1):
        line = raw.strip(" \t")
        if line != raw and not (raw.startswith("#EXTINF") and "," in raw):  # a title may end in a space
            reading.take_habit("HLS024", number)
        if not line:
            continue
        if line[0] != "#":
            reading.take_uri(number, line)
        elif line.startswith("#EXT"):
            tag, _colon, value = line.partition(":")
            handler = handlers.get(tag)
            if handler is None:
                reading.take_unknown(number, tag)
            elif tag in seen and tag in once:
                reading.notes.add(once[tag], tag, number)
            else:
                seen.setdefault(tag, number)
                handler(reading, number, value)


def _kind(reading: ParserState) -> Kind:
    """A playlist with tags of a master, and none of a media playlist, is a master."""
    master = [line for tag, line in reading.seen.items() if tag in tags.MASTER]
    media = [line for tag, line in reading.seen.items() if tag in tags.MEDIA]
    if master and media:
        reading.notes.add(
            "HLS061",
            f"the other kind's first tag is on line {min(min(master), min(media))}",
            max(min(master), min(media)),
        )
    elif master:
        reading.notes.add("HLS060", "", min(master))
        return "master"
    return "media"
