"""The headers of AAC: ADTS as in most transport streams, LOAS/LATM as in DVB (ISO/IEC 14496-3)."""

from ossrec.mpegts.codecs.audio_frames import AudioFrame, AudioFraming
from ossrec.mpegts.codecs.bits import Bits, BitsEnded

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)  # table 1.18
_CHANNELS = (None, 1, 2, 3, 4, 5, 6, 8, None, None, None, 7, 8, 24, 8, None)  # of channelConfiguration (table 1.19)
_SAMPLES = 1024  # of a raw_data_block
_ADTS_HEADER = 7  # bytes, without its CRC
_LOAS_HEADER = 3
_SBR, _PS, _ESCAPE = 5, 29, 31  # audioObjectType (table 1.17)
_EXPLICIT_RATE = 15  # samplingFrequencyIndex: the rate itself follows


def _read_adts(header: bytes) -> AudioFrame | None:
    """Read adts_fixed_header and adts_variable_header (1.A.2.2)."""
    if len(header) < _ADTS_HEADER or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:  # syncword, layer 0
        return None
    rate, size = header[2] >> 2 & 0x0F, (header[3] & 0x03) << 11 | header[4] << 3 | header[5] >> 5
    if rate >= len(_RATES) or size < _ADTS_HEADER:
        return None
    channels = _CHANNELS[(header[2] & 0x01) << 2 | header[3] >> 6]
    return AudioFrame(size, _SAMPLES, _RATES[rate], channels, "aac", frames=(header[6] & 0x03) + 1)


def _read_loas(element: bytes) -> AudioFrame | None:
    """Read the header of an AudioSyncStream (1.7.2), with the StreamMuxConfig if present."""
    if len(element) < _LOAS_HEADER or element[0] != 0x56 or element[1] & 0xE0 != 0xE0:
        return None
    size = ((element[1] & 0x1F) << 8 | element[2]) + _LOAS_HEADER
    try:
        samples, rate, channels = _read_mux(Bits(element[_LOAS_HEADER:]))
    except BitsEnded:
        samples, rate, channels = _SAMPLES, None, None
    return AudioFrame(size, samples, rate, channels, "aac_latm")


def _read_mux(bits: Bits) -> tuple[int, int | None, int | None]:
    """Read samples, rate, channels of an AudioMuxElement (1.7.3.1); raises `BitsEnded` if it has no config."""
    if bits.flag():  # useSameStreamMux
        raise BitsEnded
    version = bits.read(1)  # audioMuxVersion
    if version:
        if bits.flag():  # audioMuxVersionA: reserved
            raise BitsEnded
        _read_value(bits)  # taraBufferFullness
    bits.flag()  # allStreamsSameTimeFraming
    parts = bits.read(6) + 1  # numSubFrames
    bits.read(4 + 3)  # numProgram, numLayer: the first of each is read
    if version:
        _read_value(bits)  # ascLen
    samples, rate, channels = _read_config(bits)
    return samples * parts, rate, channels


def _read_config(bits: Bits) -> tuple[int, int | None, int | None]:
    """Read samples, rate, channels of an AudioSpecificConfig (1.6.2.1): of the core, before SBR and PS, as in ADTS."""
    kind = _read_kind(bits)
    rate = _read_rate(bits)
    channels = _CHANNELS[bits.read(4)]
    if kind in (_SBR, _PS):
        _read_rate(bits)  # extensionSamplingFrequencyIndex
        _read_kind(bits)
    return (960 if bits.flag() else _SAMPLES), rate, channels  # frameLengthFlag


def _read_kind(bits: Bits) -> int:
    """Read an audioObjectType."""
    kind = bits.read(5)
    return 32 + bits.read(6) if kind == _ESCAPE else kind


def _read_rate(bits: Bits) -> int | None:
    """Read a samplingFrequencyIndex, or the rate that follows it."""
    index = bits.read(4)
    if index == _EXPLICIT_RATE:
        return bits.read(24) or None
    return _RATES[index] if index < len(_RATES) else None


def _read_value(bits: Bits) -> int:
    """Read a LatmGetValue() (1.7.3.1)."""
    return bits.read(8 * (bits.read(2) + 1))


ADTS = AudioFraming(b"\xff", _ADTS_HEADER, _read_adts)
LOAS = AudioFraming(b"\x56", 32, _read_loas)  # enough for any config of a single program
