"""The handler of each tag of a media playlist (RFC 8216 4.3)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ossrec.hls.collector import excerpt
from ossrec.hls.parser import tags
from ossrec.hls.parser.attributes import read_attributes
from ossrec.hls.parser.state import FRACTION, ParserState
from ossrec.hls.parser.tag_values import (
    decimal_comma,
    duration_before_text,
    is_iv,
    read_byterange,
    read_duration,
    read_integer,
    read_integer_part,
    read_time,
)
from ossrec.hls.playlist import Resource

Handler = Callable[[ParserState, int, str], None]  # state, line from 1, text after the colon

_METHODS = frozenset({"AES-128", "SAMPLE-AES", "SAMPLE-AES-CTR"})


def _extinf(state: ParserState, line: int, value: str) -> None:
    text, comma, title = value.partition(",")
    pointed = decimal_comma(value) if title[:1].isdigit() else None
    if pointed is not None:
        text = pointed
        state.count_deviation("HLS164", line)
    if not comma:
        state.count_deviation("HLS162", line)
    if state.duration is not None:
        state.findings.add("HLS152", "", line, segment=len(state.segments), start=state.elapsed)
    text = state.strip(line, text)
    duration = read_duration(text)
    if duration is None:
        duration = duration_before_text(text)
        if duration is not None:
            state.count_deviation("HLS163", line)
    if duration is None:
        state.findings.add("HLS160", excerpt(text), line, segment=len(state.segments), start=state.elapsed)
        duration = 0.0
    elif duration == 0:
        state.findings.add("HLS161", excerpt(text), line, segment=len(state.segments), start=state.elapsed)
    if "." in text and FRACTION not in state.features:
        state.require_version(3, FRACTION, line)
    state.duration = duration


def _read_integer(state: ParserState, line: int, tag: str, value: str) -> int | None:
    """Read an integer as players do: white space around it and a fraction do not matter, and are reported."""
    text = state.strip(line, value)
    number = read_integer(text)
    if number is None:
        number = read_integer_part(text)
        if number is not None:
            state.findings.add("HLS026", f"{tag}:{excerpt(text)}", line)
    return number


def _version(state: ParserState, line: int, value: str) -> None:
    state.version = _read_integer(state, line, "#EXT-X-VERSION", value)
    if not state.version:
        state.version = None
        state.findings.add("HLS071", excerpt(value), line)


def _target_duration(state: ParserState, line: int, value: str) -> None:
    state.target_duration = _read_integer(state, line, "#EXT-X-TARGETDURATION", value)
    if not state.target_duration:
        state.target_duration = None
        state.findings.add("HLS082", excerpt(value), line)


def _media_sequence(state: ParserState, line: int, value: str) -> None:
    state.media_sequence = _read_integer(state, line, "#EXT-X-MEDIA-SEQUENCE", value)
    if state.media_sequence is None:
        state.findings.add("HLS101", excerpt(value), line)
    if state.segments:
        state.findings.add("HLS102", "", line)


def _discontinuity_sequence(state: ParserState, line: int, value: str) -> None:
    state.discontinuity_sequence = _read_integer(state, line, "#EXT-X-DISCONTINUITY-SEQUENCE", value)
    if state.discontinuity_sequence is None:
        state.findings.add("HLS112", excerpt(value), line)
    if state.segments or "#EXT-X-DISCONTINUITY" in state.seen:
        state.findings.add("HLS111", "", line)


def _playlist_type(state: ParserState, line: int, value: str) -> None:
    value = state.strip(line, value)
    if value in ("EVENT", "VOD"):
        state.playlist_type = value
    else:
        state.findings.add("HLS121", excerpt(value), line)


def _endlist(state: ParserState, _line: int, _value: str) -> None:
    state.ended = True


def _allow_cache(state: ParserState, line: int, _value: str) -> None:
    state.findings.add("HLS140", "", line)


def _i_frames_only(state: ParserState, line: int, _value: str) -> None:
    state.require_version(4, "EXT-X-I-FRAMES-ONLY", line)


def _discontinuity(state: ParserState, line: int, _value: str) -> None:
    if state.discontinuity:
        state.findings.add("HLS240", "", line, segment=len(state.segments), start=state.elapsed)
    elif not state.segments:
        state.findings.add("HLS242", "", line)
    state.discontinuity = True


def _gap(state: ParserState, _line: int, _value: str) -> None:
    state.gap = True


def _byterange(state: ParserState, line: int, value: str) -> None:
    state.require_version(4, "EXT-X-BYTERANGE", line)
    state.byterange = read_byterange(state.strip(line, value))
    if state.byterange is None:
        state.findings.add("HLS190", excerpt(value), line, segment=len(state.segments))


def _program_date_time(state: ParserState, line: int, value: str) -> None:
    found = read_time(state.strip(line, value))
    if found is None:
        state.findings.add("HLS220", excerpt(value), line, segment=len(state.segments), start=state.elapsed)
        return
    state.program_time, zoned = found
    if not zoned:
        state.count_deviation("HLS223", line)


def _key(state: ParserState, line: int, value: str) -> None:
    attributes = state.parse_attributes(line, value)
    method = attributes.get("METHOD")
    if method == "NONE":
        state.key_methods = {}
        state.encrypted = False
        return
    if not method:
        state.findings.add("HLS200", "", line)
    elif method not in _METHODS:
        state.findings.add("HLS202", excerpt(method), line)
    if "IV" in attributes:
        state.require_version(2, "IV of EXT-X-KEY", line)
        if not is_iv(attributes["IV"]):
            state.findings.add("HLS203", excerpt(attributes["IV"]), line)
    if "KEYFORMAT" in attributes or "KEYFORMATVERSIONS" in attributes:
        state.require_version(5, "KEYFORMAT of EXT-X-KEY", line)
    uri = attributes.get("URI")
    in_file = attributes.get("KEYFORMAT", "identity") == "identity"
    state.key_methods[in_file] = method or ""
    state.encrypted = "AES-128" in state.key_methods.values()
    if not uri:
        state.findings.add("HLS201", "", line)
    elif not in_file:
        state.findings.add("HLS204", excerpt(attributes["KEYFORMAT"]), line)
    else:
        state.resources.setdefault(("key", uri, None), Resource("key", uri, line))


def _map(state: ParserState, line: int, value: str) -> None:
    attributes = state.parse_attributes(line, value)
    state.fragment = True
    state.require_version(6, "EXT-X-MAP", line)
    uri = attributes.get("URI")
    if not uri:
        state.findings.add("HLS210", "", line)
        return
    byterange = None
    if "BYTERANGE" in attributes:
        found = read_byterange(attributes["BYTERANGE"])
        if found is None:
            state.findings.add("HLS190", excerpt(attributes["BYTERANGE"]), line)
        else:
            byterange = (found[1] or 0, found[0])
    state.resources.setdefault(("map", uri, byterange), Resource("map", uri, line, byterange))
    if state.segments and state.map not in (None, (uri, byterange)):
        state.map_change = line
    state.map = uri, byterange


def _stream_inf(state: ParserState, line: int, value: str) -> None:
    state.parse_attributes(line, value)
    state.next_is_variant = True


def _attributes_only(state: ParserState, line: int, value: str) -> None:
    state.parse_attributes(line, value)


def _unneeded_attributes(state: ParserState, line: int, value: str) -> None:
    """Parse the attributes of a tag that plays no part in playback: none of their faults harms a segment."""
    _attributes, faults = read_attributes(value)
    for fault in faults:
        state.findings.add("HLS055", fault.detail, line)


def _ignore(_state: ParserState, _line: int, _value: str) -> None:
    """Do nothing: for this tag, only its presence counts."""


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "#EXTM3U": _ignore,
        **dict.fromkeys(tags.IGNORED, _ignore),
        **dict.fromkeys(tags.MASTER, _attributes_only),
        **dict.fromkeys(tags.WITH_ATTRIBUTES, _unneeded_attributes),
        "#EXTINF": _extinf,
        "#EXT-X-VERSION": _version,
        "#EXT-X-TARGETDURATION": _target_duration,
        "#EXT-X-MEDIA-SEQUENCE": _media_sequence,
        "#EXT-X-DISCONTINUITY-SEQUENCE": _discontinuity_sequence,
        "#EXT-X-PLAYLIST-TYPE": _playlist_type,
        "#EXT-X-ENDLIST": _endlist,
        "#EXT-X-ALLOW-CACHE": _allow_cache,
        "#EXT-X-I-FRAMES-ONLY": _i_frames_only,
        "#EXT-X-DISCONTINUITY": _discontinuity,
        "#EXT-X-GAP": _gap,
        "#EXT-X-BYTERANGE": _byterange,
        "#EXT-X-PROGRAM-DATE-TIME": _program_date_time,
        "#EXT-X-KEY": _key,
        "#EXT-X-MAP": _map,
        "#EXT-X-STREAM-INF": _stream_inf,
    }
)
