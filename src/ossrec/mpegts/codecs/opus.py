"""Opus in transport streams: a control header before each packet, whose first byte tells its length (RFC 6716 3.1)."""

from ossrec.mpegts.codecs.audio_frames import AudioFrame, AudioFraming

_HEADER = 64  # bytes that are looked at: what tells the size of the longest packets fits
_RATE = 48_000  # Hz; every decoder can give it, and times count it


def _read_header(header: bytes) -> AudioFrame | None:
    """An opus_control_header, and the TOC byte behind it; how many channels there are stands in the PMT only."""
    if len(header) < 4 or header[0] != 0x7F or header[1] & 0xE0 != 0xE0:
        return None
    at = 2
    size = 0
    while header[at : at + 1] == b"\xff":
        size, at = size + 0xFF, at + 1
    if at + 1 >= len(header):
        return None
    size, at = size + header[at], at + 1
    at += 2 * (header[1] >> 4 & 1) + 2 * (header[1] >> 3 & 1)  # start_trim_flag, end_trim_flag
    if header[1] & 0x04 and at < len(header):  # control_extension_flag
        at += 1 + header[at]
    if at + 1 >= len(header) or not size:
        return None
    return AudioFrame(at + size, _samples(header[at], header[at + 1]), _RATE, None, "opus")


def _samples(toc: int, counter: int) -> int:
    """Of a packet: samples of one frame (RFC 6716 table 2), times frames (3.2)."""
    config = toc >> 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config % 4]
    elif config < 16:
        frame = (480, 960)[config % 2]
    else:
        frame = (120, 240, 480, 960)[config % 4]
    return frame * (1, 2, 2, counter & 0x3F)[toc & 0x03]


OPUS = AudioFraming(b"\x7f", _HEADER, _read_header)
