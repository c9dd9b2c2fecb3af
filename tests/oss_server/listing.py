"""Listings: the keys and common prefixes of a page (v1 and v2 alike), and its XML."""

import base64
import binascii
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

from tests.oss_server.call import Call
from tests.oss_server.errors import invalid_argument
from tests.oss_server.markup import document, element, encode, escape
from tests.oss_server.store import Bucket, Stored

OWNER_ID = "1234567890123456"
_OWNER = f"    <Owner>\n      <ID>{OWNER_ID}</ID>\n      <DisplayName>{OWNER_ID}</DisplayName>\n    </Owner>\n"
_LAST_CODE_POINT = "\U0010ffff"


class Wanted(NamedTuple):
    """The parameters of a listing request."""

    prefix: str = ""
    delimiter: str = ""
    after: str = ""  # exclusive; a key, or the common prefix that ended the page before
    limit: int = 100  # keys and common prefixes together


class Selected(NamedTuple):
    """The content of a page."""

    keys: list[str]
    groups: list[str]  # common prefixes
    next: str | None  # the last entry if more follow, for `Wanted.after`


def select(order: Sequence[str], wanted: Wanted) -> Selected:
    """Return the page of *order*, which is sorted. A limit of 0 gives an empty page that may have a next one."""
    at = _first_index(order, wanted)
    end = index_past(order, wanted.prefix)
    keys: list[str] = []
    groups: list[str] = []
    last = wanted.after
    while at < end and len(keys) + len(groups) < wanted.limit:
        last = order[at]
        group = _group(last, wanted)
        if group is None:
            keys.append(last)
            at += 1
        else:
            groups.append(group)
            last = group
            at = index_past(order, group)
    return Selected(keys, groups, last if at < end else None)


def _first_index(order: Sequence[str], wanted: Wanted) -> int:
    at = bisect_left(order, wanted.prefix)
    if wanted.after:
        # A page that ends with a common prefix must not be followed by a page that starts with it.
        is_group = wanted.after.startswith(wanted.prefix) and _group(wanted.after, wanted) == wanted.after
        skipped = index_past(order, wanted.after) if is_group else bisect_right(order, wanted.after)
        at = max(at, skipped)
    return at


def _group(key: str, wanted: Wanted) -> str | None:
    """Return the common prefix that groups *key*, if any."""
    cut = key.find(wanted.delimiter, len(wanted.prefix)) if wanted.delimiter else -1
    return None if cut < 0 else key[: cut + len(wanted.delimiter)]


def index_past(order: Sequence[str], prefix: str) -> int:
    """Return the index in *order* of the first key greater than all keys with *prefix*."""
    stem = prefix.rstrip(_LAST_CODE_POINT)
    return bisect_left(order, stem[:-1] + chr(ord(stem[-1]) + 1)) if stem else len(order)


def list_objects(bucket: Bucket, call: Call, now: float, short_page: int | None = None) -> bytes:
    """Return the response document of ListObjects or, with ``list-type=2``, ListObjectsV2.

    *short_page* bounds the page below ``max-keys``, as OSS may do. Raises OssError InvalidArgument.
    """
    params = call.params
    is_v2 = params.get("list-type") == "2"
    token = params.get("continuation-token") if is_v2 else None
    start = params.get("start-after" if is_v2 else "marker", "")
    limit = _read_limit(params.get("max-keys"))
    wanted = Wanted(
        _bounded("prefix", params.get("prefix", "")),
        _bounded("delimiter", params.get("delimiter", "")),
        _bounded("marker", start) if token is None else read_token(token),
        limit if short_page is None else min(limit, short_page),
    )
    url = _read_encoding(params.get("encoding-type"))
    text = encode if url else escape
    with bucket.lock:
        page = select(bucket.keys(), wanted)
        stored = [found for key in page.keys if (found := bucket.get(key))]
    following = page.next
    if following is not None and is_v2:
        following = make_token(following)
    elements = [
        element("Name", bucket.name),
        f"  <Prefix>{text(wanted.prefix)}</Prefix>\n",
        f"  <StartAfter>{text(start)}</StartAfter>\n" if is_v2 else f"  <Marker>{text(start)}</Marker>\n",
        f"  <ContinuationToken>{text(token)}</ContinuationToken>\n" if token else "",
        element("MaxKeys", str(limit)),
        f"  <Delimiter>{text(wanted.delimiter)}</Delimiter>\n",
        element("EncodingType", "url") if url else "",
        element("IsTruncated", "false" if following is None else "true"),
        "" if following is None else _next_element(is_v2, text(following)),
        *_entries(stored, url, now, owner=not is_v2 or params.get("fetch-owner") == "true"),
        *(f"  <CommonPrefixes>\n    <Prefix>{text(group)}</Prefix>\n  </CommonPrefixes>\n" for group in page.groups),
        element("KeyCount", str(len(stored) + len(page.groups))) if is_v2 else "",
    ]
    return document("ListBucketResult", elements)


def _next_element(is_v2: bool, value: str) -> str:
    name = "NextContinuationToken" if is_v2 else "NextMarker"
    return f"  <{name}>{value}</{name}>\n"


def _entries(stored: list[Stored], url: bool, now: float, *, owner: bool) -> list[str]:
    end = _OWNER + "  </Contents>\n" if owner else "  </Contents>\n"
    return [_entry(one, url) + _restore_info(one, now) + end for one in stored]


def _entry(stored: Stored, url: bool) -> str:
    """Return the constant part of the element, cached with the object so that a page is a join."""
    entry = stored.rendered.get(url)
    if entry is None:
        entry = stored.rendered[url] = (
            f"  <Contents>\n    <Key>{(encode if url else escape)(stored.key)}</Key>\n"
            f"    <LastModified>{timestamp(stored.modified)}</LastModified>\n"
            f'    <ETag>"{stored.etag}"</ETag>\n    <Type>{stored.type}</Type>\n'
            f"    <Size>{len(stored.data)}</Size>\n    <StorageClass>{stored.storage}</StorageClass>\n"
        )
    return entry


def _restore_info(stored: Stored, now: float) -> str:
    text = restore_header(stored, now)
    return "" if text is None else f"    <RestoreInfo>{text}</RestoreInfo>\n"


def restore_header(stored: Stored, now: float) -> str | None:
    """Return the value of ``x-oss-restore`` and RestoreInfo, None without a restore."""
    done = stored.restored(now)
    if done is None or stored.restore is None:
        return None
    if not done:
        return 'ongoing-request="true"'
    return f'ongoing-request="false", expiry-date="{formatdate(stored.restore.expires, usegmt=True)}"'


@lru_cache(maxsize=4096)
def timestamp(seconds: int) -> str:
    """Return a time in the form of listings, always with ``.000``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def make_token(position: str) -> str:
    """Return an opaque continuation token."""
    return base64.urlsafe_b64encode(b"\x0a" + position.encode()).decode().rstrip("=")


def read_token(token: str) -> str:
    """Return the position of a token; raises OssError for a token that the server did not issue."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        if raw[:1] != b"\x0a":
            raise ValueError
        return raw[1:].decode()
    except (ValueError, binascii.Error):
        raise invalid_argument("continuation-token", token, "The continuation token is invalid.") from None


def _read_limit(text: str | None) -> int:
    if text is None:
        return 100
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= 1000:
        message = "Argument max-keys must be an integer between 1 and 1000."
        raise invalid_argument("max-keys", text, message)
    return int(text)


def _read_encoding(text: str | None) -> bool:
    if text not in (None, "url"):
        raise invalid_argument("encoding-type", text, "Invalid Encoding Method specified in Request.")
    return text is not None


def _bounded(name: str, text: str) -> str:
    if len(text.encode()) > 1024:
        raise invalid_argument(name, text, f"The length of {name} must not be greater than 1024.")
    return text
