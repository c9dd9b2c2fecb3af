"""Detect the format of an object that is stored under a playlist's name but is not a playlist."""

import re

from ossrec.hls.collector import excerpt
from ossrec.hls.parser.attributes import TextFault

_HEAD = 4096  # bytes, enough to recognize a format
_BOM = b"\xef\xbb\xbf"
_ERROR_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")
_BLANK = b" \t\r\n"

_MAGIC = (
    (b"\x1a\x45\xdf\xa3", "WebM or Matroska"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"ID3", "audio with an ID3 tag"),
    (b"SQLite format 3\x00", "an SQLite file"),
    (b"%PDF", "a PDF"),
)


def detect_format(data: bytes) -> TextFault | None:
    """Return why *data* cannot be a playlist; None if it contains a #EXT tag and has no signature of another format."""
    if not data.strip(_BLANK):
        return TextFault("HLS010", f"{len(data)} bytes of white space" if data else "0 bytes")
    if data.startswith(b"\x1f\x8b"):
        return TextFault("HLS012", "gzip")
    if any("#EXT".encode(wide) in data for wide in ("utf-16-le", "utf-16-be")):
        return TextFault("HLS020", "UTF-16")
    head = data[:_HEAD].removeprefix(_BOM).lstrip(_BLANK)
    if head.startswith(b"<"):
        return TextFault("HLS011", _markup(head))
    known = _binary(data)
    if known:
        return TextFault("HLS013", known)
    if b"#EXT" not in data:
        return TextFault("HLS013", _text(head))
    return None


def _markup(head: bytes) -> str:
    """Return the kind of markup, with the error code if it is an error response of OSS."""
    code = _ERROR_CODE.search(head)
    if code:
        return f"an error response with code {code[1].decode('ascii')}"
    return "HTML" if b"<html" in head.lower() or b"<!doctype html" in head.lower() else "XML or other markup"


def _binary(data: bytes) -> str:
    """Return the format with the signature at the start of *data*, or ""."""
    if data[:1] == b"\x00" and not data.strip(b"\x00"):
        return "only zero bytes"
    if data[:1] == b"\x47" and data[188:189] == b"\x47":
        return "an MPEG transport stream"
    if data[4:8] == b"ftyp":
        return "an MP4 file"
    return next((name for magic, name in _MAGIC if data.startswith(magic)), "")


def _text(head: bytes) -> str:
    """Describe the start of data that has no #EXT tag."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.start < len(head) - 4:  # otherwise only the end of the head cuts a character
            return f"binary, starts with {head[:16].hex(' ')}"
        text = head[: problem.start].decode("utf-8")
    return f"text without tags, starts with {excerpt(text, 40)!r}"
