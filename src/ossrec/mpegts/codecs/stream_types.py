"""Return the codec of a stream in a PMT, under the name that libav uses."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ossrec.mpegts.inspection import Kind

Codec = tuple[Kind, str]

_TYPES: Mapping[int, Codec] = MappingProxyType(  # stream_type (ISO/IEC 13818-1 table 2-34; from 0x80 on those in use)
    {
        0x01: ("video", "mpeg1video"),
        0x02: ("video", "mpeg2video"),
        0x03: ("audio", "mp2"),  # any layer of MPEG audio, known from its headers
        0x04: ("audio", "mp2"),
        0x0F: ("audio", "aac"),
        0x10: ("video", "mpeg4"),
        0x11: ("audio", "aac_latm"),
        0x1B: ("video", "h264"),
        0x1C: ("audio", "aac_raw"),  # without ADTS
        0x20: ("video", "h264"),  # a second view (MVC)
        0x21: ("video", "jpeg2000"),
        0x24: ("video", "hevc"),
        0x25: ("video", "hevc"),  # a temporal sub-layer
        0x2D: ("audio", "mpegh_3d_audio"),
        0x2E: ("audio", "mpegh_3d_audio"),  # an auxiliary stream
        0x33: ("video", "vvc"),
        0x42: ("video", "cavs"),
        0x81: ("audio", "ac3"),  # ATSC A/53
        0x82: ("audio", "dts"),
        0x83: ("audio", "truehd"),
        0x84: ("audio", "eac3"),
        0x85: ("audio", "dts"),
        0x86: ("data", "scte_35"),
        0x87: ("audio", "eac3"),
        0x8A: ("audio", "dts"),
        0xC1: ("audio", "ac3"),  # Apple's SAMPLE-AES: headers are in the clear
        0xC2: ("audio", "eac3"),
        0xCF: ("audio", "aac"),
        0xD1: ("video", "dirac"),
        0xD2: ("video", "avs2"),
        0xD4: ("video", "avs3"),
        0xDB: ("video", "h264"),
        0xEA: ("video", "vc1"),
    }
)
_USER_PRIVATE: Mapping[str, Codec] = MappingProxyType(  # by name of the type, if PES packets have audio or video
    {
        "0x80": ("video", "svac"),  # as in GB/T 28181, and so on
        "0x90": ("audio", "pcm_alaw"),
        "0x91": ("audio", "pcm_mulaw"),
        "0x92": ("audio", "g722_1"),
        "0x93": ("audio", "g723_1"),
        "0x99": ("audio", "g729"),
        "0x9b": ("audio", "svac_audio"),
    }
)
_REGISTERED: Mapping[bytes, Codec] = MappingProxyType(  # format_identifier, as registered with SMPTE-RA
    {
        b"AC-3": ("audio", "ac3"),
        b"AC-4": ("audio", "ac4"),
        b"AV01": ("video", "av1"),
        b"BSSD": ("audio", "s302m"),
        b"CUEI": ("data", "scte_35"),
        b"DTS1": ("audio", "dts"),
        b"DTS2": ("audio", "dts"),
        b"DTS3": ("audio", "dts"),
        b"EAC3": ("audio", "eac3"),
        b"H264": ("video", "h264"),
        b"HEVC": ("video", "hevc"),
        b"ID3 ": ("data", "timed_id3"),
        b"KLVA": ("data", "klv"),
        b"Opus": ("audio", "opus"),
        b"VC-1": ("video", "vc1"),
        b"VVC ": ("video", "vvc"),
        b"drac": ("video", "dirac"),
    }
)
_DESCRIBED: Mapping[int, Codec] = MappingProxyType(  # descriptor_tag (ETSI EN 300 468 table 12)
    {
        0x56: ("data", "dvb_teletext"),
        0x59: ("data", "dvb_subtitle"),
        0x6A: ("audio", "ac3"),
        0x7A: ("audio", "eac3"),
        0x7B: ("audio", "dts"),
        0x7C: ("audio", "aac"),
    }
)
_EXTENDED: Mapping[int, Codec] = MappingProxyType({0x0E: ("audio", "dts"), 0x15: ("audio", "ac4")})  # table 109

_PES, _METADATA, _PRIVATE = (
    0x06,
    0x15,
    0x80,
)  # stream_type: private PES packets, metadata in PES, user private from here
_REGISTRATION, _METADATA_POINTER, _EXTENSION = 0x05, 0x26, 0x7F  # descriptor_tag


def codec_of(stream_type: int, descriptors: bytes) -> Codec:
    """Return kind and codec of a stream by its stream_type and its descriptors in the PMT (2.4.4.8).

    Descriptors are used only if the type is ambiguous: private PES packets, metadata, and types from 0x80 on. An
    unknown type is data with a name such as "0x06".
    """
    codec = None
    if stream_type in (_PES, _METADATA) or stream_type >= _PRIVATE:
        codec = next((known for tag, body in _descriptors(descriptors) if (known := _described(tag, body))), None)
    return codec or _TYPES.get(stream_type) or ("data", f"0x{stream_type:02x}")


def private_codec(kind: Kind, name: str) -> Codec:
    """Return kind and codec of a stream of an unknown type, named as by `codec_of`, with PES packets of this *kind*.

    Types from 0x80 on mean other things elsewhere, so they are named only if the stream_id says the same kind.
    """
    codec = _USER_PRIVATE.get(name, (kind, name))
    return codec if codec[0] == kind else (kind, name)


def is_unknown_type(codec: str) -> bool:
    """Return whether `codec_of` gave this name to a stream_type that it does not know."""
    return codec.startswith("0x")


def _described(tag: int, body: bytes) -> Codec | None:
    """Return the codec of one descriptor."""
    if tag == _REGISTRATION:
        return _REGISTERED.get(body[:4])
    if tag == _METADATA_POINTER:  # metadata_descriptor (2.6.60): application format, then format identifiers
        return _REGISTERED[b"ID3 "] if b"ID3 " in body[:13] else None
    if tag == _EXTENSION:
        return _EXTENDED.get(body[0]) if body else None
    return _DESCRIBED.get(tag)


def _descriptors(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Return tag and body of each complete descriptor (2.6.1)."""
    at = 0
    while at + 2 <= len(data):
        end = at + 2 + data[at + 1]
        if end > len(data):
            return
        yield data[at], data[at + 2 : end]
        at = end
