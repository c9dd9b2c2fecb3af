"""Opus in transport streams: a control header before each packet, and the duration of a packet (RFC 6716 3.1)."""

from ossrec.mpegts.codecs.audio_frames import AudioFrame, AudioFraming

_HEADER = 64  # bytes that contain the size of the longest packets
_RATE = 48_000  # Hz; every decoder supports this rate, and durations are counted in it


def _read_header(header: bytes) -> AudioFrame | None:
    """Read an opus_control_header and the TOC byte after it; only the PMT has the number of channels."""
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
    """Return the samples of a packet: of one frame (RFC 6716 table 2) times the number of frames (3.2)."""
    config = toc >> 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config % 4]
    elif config < 16:
        frame = (480, 960)[config % 2]
    else:
        frame = (120, 240, 480, 960)[config % 4]
    return frame * (1, 2, 2, counter & 0x3F)[toc & 0x03]


OPUS = AudioFraming(b"\x7f", _HEADER, _read_header)
