"""Parse a page of ListObjectsV2 (list-type=2) with an XML parser: slow, but correct for any page."""

import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import Element

from ossrec.buckets.limits import MAX_OBJECT_BYTES
from ossrec.buckets.oss.xml import XmlError, child_text, local_name, parse_xml
from ossrec.model import ObjectInfo, Skipped
from ossrec.net.messages import printable

NOT_UTF8 = "its key is not UTF-8"

_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?Z")
_NUMBER = re.compile(r"[0-9]{1,19}")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class ParsedPage(NamedTuple):
    """A parsed page that has not been compared with its request."""

    objects: list[ObjectInfo]
    truncated: bool  # IsTruncated
    token: str  # NextContinuationToken, "" without one
    key_count: int  # KeyCount
    skipped: tuple[Skipped, ...] = ()


def parse_listing(body: bytes) -> ParsedPage:
    """Return the page in *body*; raises XmlError when the page is incomplete or invalid."""
    root = parse_xml(body)
    if local_name(root) != "ListBucketResult":
        raise XmlError(f"it is not a listing but <{printable(local_name(root))}>")
    _reject_text(root)
    encoded = child_text(root, "EncodingType") == "url"
    objects: list[ObjectInfo] = []
    skipped: list[Skipped] = []
    for entry in root:
        if local_name(entry) == "CommonPrefixes":
            raise XmlError("it has CommonPrefixes, which were not requested")
        if local_name(entry) == "Contents":
            item = _read_entry(entry, encoded)
            (objects if isinstance(item, ObjectInfo) else skipped).append(item)  # type: ignore[arg-type]
    token = child_text(root, "NextContinuationToken") or ""
    return ParsedPage(
        objects,
        _boolean(_required(root, "IsTruncated")),
        _unescape(token).decode("utf-8", "replace") if encoded else token,
        _number(_required(root, "KeyCount")),
        tuple(skipped),
    )


def _read_entry(entry: Element, encoded: bool) -> ObjectInfo | Skipped:
    _reject_text(entry)
    key = _required(entry, "Key")
    if encoded:
        raw = _unescape(key)
        try:
            key = raw.decode()
        except UnicodeDecodeError:
            return Skipped(printable(raw), NOT_UTF8)
    storage = child_text(entry, "StorageClass")
    return ObjectInfo(
        key,
        _number(_required(entry, "Size")),
        _epoch(_required(entry, "LastModified")),
        _required(entry, "ETag").strip('"'),
        "Standard" if storage is None else storage,
        child_text(entry, "RestoreInfo") or "",
    )


def _required(parent: Element, name: str) -> str:
    text = child_text(parent, name)
    if text is None:
        raise XmlError(f"its {local_name(parent)} has no {name}")
    return text


def _reject_text(parent: Element) -> None:
    texts = [parent.text, *(child.tail for child in parent)]
    if any(text and text.strip(" \t\r\n") for text in texts):
        raise XmlError("it has text between its elements")


def _unescape(text: str) -> bytes:
    if _BAD_ESCAPE.search(text):
        raise XmlError("it has a malformed % escape")
    return unquote_to_bytes(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise XmlError("its IsTruncated is neither true nor false")
    return text == "true"


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise XmlError("it has an invalid number")
    if int(text) > MAX_OBJECT_BYTES:
        raise XmlError("it has a number out of range")
    return int(text)


def _epoch(text: str) -> int:
    match = _TIME.fullmatch(text)
    try:
        if match:
            return int(datetime(*map(int, match.groups()), tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]
    except ValueError:
        pass
    raise XmlError("it has an invalid time")
