"""What each tag of a media playlist does to the reading of it (RFC 8216 4.3)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ossrec.hls.collector import excerpt
from ossrec.hls.parser import tags
from ossrec.hls.parser.state import ParserState
from ossrec.hls.parser.tag_values import is_iv, read_byterange, read_duration, read_integer, read_time
from ossrec.hls.playlist import Resource

Handler = Callable[[ParserState, int, str], None]  # state, line from 1, text behind the colon

_FRACTION = "EXTINF with a fraction"
_METHODS = frozenset({"AES-128", "SAMPLE-AES", "SAMPLE-AES-CTR"})


def _extinf(reading: ParserState, line: int, value: str) -> None:
    text, comma, _title = value.partition(",")
    if not comma:
        reading.take_habit("HLS162", line)
    if reading.duration is not None:
        reading.notes.add("HLS152", "", line, segment=len(reading.segments), start=reading.clock)
    text = text.strip(" \t")
    duration = read_duration(text)
    if duration is None:
        reading.notes.add("HLS160", excerpt(text), line, segment=len(reading.segments), start=reading.clock)
        duration = 0.0
    elif duration == 0:
        reading.notes.add("HLS161", excerpt(text), line, segment=len(reading.segments), start=reading.clock)
    if "." in text and _FRACTION not in reading.features:
        reading.need(3, _FRACTION, line)
    reading.duration = duration


def _version(reading: ParserState, line: int, value: str) -> None:
    reading.version = read_integer(value)
    if not reading.version:
        reading.version = None
        reading.notes.add("HLS071", excerpt(value), line)


def _target_duration(reading: ParserState, line: int, value: str) -> None:
    reading.target_duration = read_integer(value)
    if not reading.target_duration:
        reading.target_duration = None
        reading.notes.add("HLS082", excerpt(value), line)


def _media_sequence(reading: ParserState, line: int, value: str) -> None:
    reading.media_sequence = read_integer(value)
    if reading.media_sequence is None:
        reading.notes.add("HLS101", excerpt(value), line)
    if reading.segments:
        reading.notes.add("HLS102", "", line)


def _discontinuity_sequence(reading: ParserState, line: int, value: str) -> None:
    reading.discontinuity_sequence = read_integer(value)
    if reading.discontinuity_sequence is None:
        reading.notes.add("HLS112", excerpt(value), line)
    if reading.segments or "#EXT-X-DISCONTINUITY" in reading.seen:
        reading.notes.add("HLS111", "", line)


def _playlist_type(reading: ParserState, line: int, value: str) -> None:
    if value in ("EVENT", "VOD"):
        reading.playlist_type = value
    else:
        reading.notes.add("HLS121", excerpt(value), line)


def _endlist(reading: ParserState, _line: int, _value: str) -> None:
    reading.ended = True


def _allow_cache(reading: ParserState, line: int, _value: str) -> None:
    reading.notes.add("HLS140", "", line)


def _i_frames_only(reading: ParserState, line: int, _value: str) -> None:
    reading.need(4, "EXT-X-I-FRAMES-ONLY", line)


def _discontinuity(reading: ParserState, line: int, _value: str) -> None:
    if reading.discontinuity:
        reading.notes.add("HLS240", "", line, segment=len(reading.segments), start=reading.clock)
    elif not reading.segments:
        reading.notes.add("HLS242", "", line)
    reading.discontinuity = True


def _gap(reading: ParserState, _line: int, _value: str) -> None:
    reading.gap = True


def _byterange(reading: ParserState, line: int, value: str) -> None:
    reading.need(4, "EXT-X-BYTERANGE", line)
    reading.byterange = read_byterange(value.strip(" \t"))
    if reading.byterange is None:
        reading.notes.add("HLS190", excerpt(value), line, segment=len(reading.segments))


def _program_date_time(reading: ParserState, line: int, value: str) -> None:
    found = read_time(value.strip(" \t"))
    if found is None:
        reading.notes.add("HLS220", excerpt(value), line, segment=len(reading.segments), start=reading.clock)
        return
    reading.program_time, zoned = found
    if not zoned:
        reading.take_habit("HLS223", line)


def _key(reading: ParserState, line: int, value: str) -> None:
    attributes = reading.take_attributes(line, value)
    method = attributes.get("METHOD")
    if method == "NONE":
        reading.ciphers = {}
        reading.encrypted = False
        return
    if not method:
        reading.notes.add("HLS200", "", line)
    elif method not in _METHODS:
        reading.notes.add("HLS202", excerpt(method), line)
    if "IV" in attributes:
        reading.need(2, "IV of EXT-X-KEY", line)
        if not is_iv(attributes["IV"]):
            reading.notes.add("HLS203", excerpt(attributes["IV"]), line)
    if "KEYFORMAT" in attributes or "KEYFORMATVERSIONS" in attributes:
        reading.need(5, "KEYFORMAT of EXT-X-KEY", line)
    uri = attributes.get("URI")
    in_file = attributes.get("KEYFORMAT", "identity") == "identity"
    reading.ciphers[in_file] = method or ""
    reading.encrypted = "AES-128" in reading.ciphers.values()
    if not uri:
        reading.notes.add("HLS201", "", line)
    elif not in_file:
        reading.notes.add("HLS204", excerpt(attributes["KEYFORMAT"]), line)
    else:
        reading.resources.setdefault(("key", uri, None), Resource("key", uri, line))


def _map(reading: ParserState, line: int, value: str) -> None:
    attributes = reading.take_attributes(line, value)
    reading.fragment = True
    reading.need(6, "EXT-X-MAP", line)
    uri = attributes.get("URI")
    if not uri:
        reading.notes.add("HLS210", "", line)
        return
    byterange = None
    if "BYTERANGE" in attributes:
        found = read_byterange(attributes["BYTERANGE"])
        if found is None:
            reading.notes.add("HLS190", excerpt(attributes["BYTERANGE"]), line)
        else:
            byterange = (found[1] or 0, found[0])
    reading.resources.setdefault(("map", uri, byterange), Resource("map", uri, line, byterange))


def _stream_inf(reading: ParserState, line: int, value: str) -> None:
    reading.take_attributes(line, value)
    reading.variant = True


def _listed(reading: ParserState, line: int, value: str) -> None:
    reading.take_attributes(line, value)


def _nothing(_reading: ParserState, _line: int, _value: str) -> None:
    """A tag that needs no more than to be seen."""


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "#EXTM3U": _nothing,
        **dict.fromkeys(tags.HARMLESS, _nothing),
        **dict.fromkeys(tags.MASTER | tags.LISTED, _listed),
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
