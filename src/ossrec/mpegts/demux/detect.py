"""Detect the format of a segment that is not a transport stream."""

import re

HEAD = 4096  # bytes that are enough to detect a format

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_ERROR_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")
_MAGIC = (
    (b"\x1a\x45\xdf\xa3", "WebM or Matroska"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"FLV\x01", "an FLV file"),
    (b"ID3", "audio with an ID3 tag"),
    (b"OggS", "an Ogg file"),
    (b"RIFF", "a RIFF file"),
    (b"#EXTM3U", "a playlist"),
    (b"WEBVTT", "WebVTT subtitles"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
    (b"\x00\x00\x00\x01", "video without a container"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF"),
)
_ID3_HEADER, _ADTS_HEADER = 10, 7  # bytes
_TIMESTAMP_OWNER = b"com.apple.streaming.transportStreamTimestamp"
_BOXES = (b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"free")


def detect_format(head: bytes, size: int) -> str:
    """Return the format of a segment of *size* bytes that starts with *head*, for the detail of a finding."""
    if not size:
        return "0 bytes"
    if not head.strip(b"\x00"):
        return f"{size} bytes, zeros as far as read"
    if head[4:8] in _BOXES:
        return "MP4"
    known = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if known:
        return known
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xE0 == 0xE0:
        return "ADTS audio" if head[1] & 0xF6 == 0xF0 else "MPEG audio"
    text = head.removeprefix(_BOM).lstrip(_BLANK)
    if text.startswith(b"<"):
        return _markup(text)
    return _plain(head, size)


def is_packed_audio(head: bytes) -> bool:
    """Return whether a segment that starts with *head* is packed audio, a format of its own (RFC 8216 3.4).

    That is AAC, MP3 or AC-3 after an ID3 tag, or AAC without one; two frames in a row are needed there.
    """
    if head.startswith(b"ID3") and len(head) > _ID3_HEADER:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        start = head[_ID3_HEADER + size :][:2]
        is_audio = start == b"\x0b\x77" or (len(start) == 2 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0)
        return is_audio or _TIMESTAMP_OWNER in head
    first = _adts_length(head)
    return first is not None and _adts_length(head[first:]) is not None


def _adts_length(data: bytes) -> int | None:
    """Return the length of an ADTS frame in bytes, None if *data* does not start with one (ISO/IEC 13818-7 6.2)."""
    if len(data) < _ADTS_HEADER or data[0] != 0xFF or data[1] & 0xF6 != 0xF0:
        return None
    length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
    return length if length >= _ADTS_HEADER else None


def _markup(text: bytes) -> str:
    """Return the kind of markup, with the error code of OSS if there is one."""
    code = _ERROR_CODE.search(text)
    if code:
        return f"a response with error code {code[1].decode('ascii')}"
    lower = text.lower()
    return "HTML" if b"<html" in lower or b"<!doctype html" in lower else "XML or other markup"


def _plain(head: bytes, size: int) -> str:
    """Return the start of a text, or of unknown bytes."""
    if size < 188:
        return f"{size} bytes, shorter than a packet"
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.start < len(head) - 4:  # else the end of the head only cuts a character
            return f"it starts with {head[:16].hex(' ')}"
        text = head[: problem.start].decode("utf-8")
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text):
        return f"it starts with {head[:16].hex(' ')}"
    return f"text, starts with {text[:40]!r}"
