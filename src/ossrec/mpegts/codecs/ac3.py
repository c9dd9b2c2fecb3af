"""The headers of AC-3 and E-AC-3 (ETSI TS 102 366)."""

from ossrec.mpegts.codecs.audio_frames import AudioFrame, AudioFraming
from ossrec.mpegts.codecs.bits import Bits, BitsEnded

_SYNC = b"\x0b\x77"
_HEADER = 8  # bytes that are enough for both
_RATES = (48000, 44100, 32000)  # Hz, of fscod (4.4.1.3)
_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)  # of acmod, without the LFE channel (4.4.2.3)
_BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)  # kbit/s
_BLOCK = 256  # samples of an audio block
_BLOCKS = (1, 2, 3, 6)  # of numblkscod (E.1.3.1.5)
_DEPENDENT = 1  # strmtyp
_LAST_AC3, _LAST_EAC3 = 10, 16  # bsid


def _read_header(header: bytes) -> AudioFrame | None:
    """Read the header of a syncframe of AC-3 or E-AC-3, distinguished by bsid (annex E)."""
    if len(header) < _HEADER or not header.startswith(_SYNC):
        return None
    bsid = header[5] >> 3
    try:
        if bsid <= _LAST_AC3:
            return _read_ac3(Bits(header[4:]), max(bsid - 8, 0))
        return _read_eac3(Bits(header[2:])) if bsid <= _LAST_EAC3 else None
    except (BitsEnded, IndexError):  # a reserved value
        return None


def _read_ac3(bits: Bits, halvings: int) -> AudioFrame:
    """Read syncinfo and bsi after crc1 (4.3.1, 4.3.2); old encoders halve the rate *halvings* times."""
    rate, code = bits.read(2), bits.read(6)
    bits.read(8)  # bsid, bsmod
    mode = bits.read(3)  # acmod
    if mode & 1 and mode != 1:
        bits.read(2)  # cmixlev
    if mode & 4:
        bits.read(2)  # surmixlev
    if mode == 2:
        bits.read(2)  # dsurmod
    channels = _CHANNELS[mode] + bits.read(1)
    words = _BITRATES[code >> 1] * 1000 * 6 * _BLOCK // (_RATES[rate] * 16)
    if _RATES[rate] == 44100:
        words += code & 1
    return AudioFrame(words * 2, 6 * _BLOCK, _RATES[rate] >> halvings, channels, "ac3")


def _read_eac3(bits: Bits) -> AudioFrame:
    """Read bsi after the syncword (E.1.2.2); only the first independent substream has a duration."""
    kind, substream, words = bits.read(2), bits.read(3), bits.read(11) + 1
    rate = bits.read(2)
    if rate == 3:
        hertz, blocks = _RATES[bits.read(2)] // 2, 6
    else:
        hertz, blocks = _RATES[rate], _BLOCKS[bits.read(2)]
    channels = _CHANNELS[bits.read(3)] + bits.read(1)
    counts = kind != _DEPENDENT and substream == 0
    return AudioFrame(max(words * 2, _HEADER), blocks * _BLOCK, hertz, channels, "eac3", frames=int(counts))


AC3 = AudioFraming(_SYNC, _HEADER, _read_header)
