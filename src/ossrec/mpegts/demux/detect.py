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
