"""The headers of MPEG audio, layers I to III (ISO/IEC 11172-3 2.4.1.3, ISO/IEC 13818-3)."""

from ossrec.mpegts.codecs.audio_frames import AudioFrame, AudioFraming

_HEADER = 4  # bytes
_RATES = (44100, 48000, 32000)  # Hz, of MPEG-1; MPEG-2 has half of each, MPEG-2.5 a quarter
_FULL, _HALF, _RESERVED = 3, 2, 1  # the two bits after the syncword: MPEG-1, MPEG-2, reserved; 0 is MPEG-2.5
_MONO = 3
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_BITRATES = {  # kbit/s of bitrate_index 1 to 14, by MPEG-1 or not and layer
    (True, 1): tuple(range(32, 449, 32)),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): _LOW,
    (False, 3): _LOW,
}


def _read_header(header: bytes) -> AudioFrame | None:
    """Read a frame header (11172-3 2.4.1.3); None for free format, because it has no length."""
    if len(header) < _HEADER or header[0] != 0xFF or header[1] < 0xE0:
        return None
    version, layer = header[1] >> 3 & 0x03, 4 - (header[1] >> 1 & 0x03)
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 0x03, header[2] >> 1 & 0x01
    if version == _RESERVED or layer == 4 or bitrate in (0, 15) or rate == 3:
        return None
    full = version == _FULL
    hertz = _RATES[rate] >> (0 if full else 1 if version == _HALF else 2)
    samples = 384 if layer == 1 else 576 if layer == 3 and not full else 1152
    slot = 4 if layer == 1 else 1  # bytes
    size = (samples // 8 // slot * _BITRATES[full, layer][bitrate - 1] * 1000 // hertz + padding) * slot
    return AudioFrame(size, samples, hertz, 1 if header[3] >> 6 == _MONO else 2, f"mp{layer}")


MPA = AudioFraming(b"\xff", _HEADER, _read_header)
