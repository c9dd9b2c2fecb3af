"""Parse a page of ListObjectsV2 in the exact form that OSS writes, with one regular expression.

The expression splits the page at its entries. ``re.split`` keeps all text between entries, so every character of the
page is accounted for when there is none between two entries, and the text before and after them matches the frame of a
page. For any other form (another order, an additional element, an entity, text that is not ASCII) the result is None,
and `listing_xml` parses the page. Both parsers give the same result for every page that this one accepts, which tests
verify.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import repeat
from operator import add
from urllib.parse import unquote

from ossrec.buckets.oss.listing_xml import ParsedPage
from ossrec.model import ObjectInfo

# Possessive quantifiers: text between two tags cannot contain "<", so backtracking is never needed.
_GAP = r"[ \t\r\n]*+"
_TEXT = r"[ -%'-;=?-~]*+"  # printable ASCII without the XML characters < & >
_URL = r"[!-%'-;=?-~]*+"  # the same without spaces, which are percent-encoded
_OWNER = rf"(?:<Owner>{_GAP}<ID>{_TEXT}</ID>{_GAP}<DisplayName>{_TEXT}</DisplayName>{_GAP}</Owner>{_GAP})?"
_ENTRY = re.compile(
    rf"<Contents>{_GAP}"
    rf"<Key>({_URL})</Key>{_GAP}"
    rf"<LastModified>([0-9T-]{{13}}):([0-9:]{{5}})(?:\.[0-9]++)?Z</LastModified>{_GAP}"
    rf"<ETag>(?:\"|&quot;)([!#-%'-;=?-~]*+)(?:\"|&quot;)</ETag>{_GAP}"
    rf"(?:<Type>{_TEXT}</Type>{_GAP})?"
    rf"<Size>([0-9]{{1,15}})</Size>{_GAP}"  # below a petabyte; larger sizes are left to the other parser
    rf"<StorageClass>({_TEXT})</StorageClass>{_GAP}"
    # Rare elements are in a branch that most entries skip, which is a fifth faster.
    rf"(?:</Contents>|{_OWNER}"
    rf"(?:<RestoreInfo>({_TEXT})</RestoreInfo>{_GAP})?"
    rf"(?:<TransitionTime>{_TEXT}</TransitionTime>{_GAP})?"
    rf"{_OWNER}</Contents>){_GAP}"
)
_STRIDE = _ENTRY.groups + 1

_LEAF = rf"(?:<([A-Z][A-Za-z]*+)>{_TEXT}</\1>|<[A-Z][A-Za-z]*+/>){_GAP}"
# The outer group is not possessive: Python before 3.11.5 (Debian 12) loses the groups inside.
_HEAD = re.compile(rf'<\?xml version="1\.0" encoding="(?:UTF|utf)-8"\?>{_GAP}<ListBucketResult>{_GAP}(?:{_LEAF})*')
_FOOT = re.compile(rf"(?:{_LEAF})*</ListBucketResult>{_GAP}")
_FIELD = re.compile(rf"<([A-Z][A-Za-z]*+)>({_TEXT})</\1>|<([A-Z][A-Za-z]*+)/>")
_END = "</ListBucketResult>"

_COUNT = re.compile("[0-9]{1,6}")
_FLAGS = {"true": True, "false": False}
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}")
_SECONDS = {f"{m:02}:{s:02}": m * 60 + s for m in range(60) for s in range(60)}
_new_object = partial(tuple.__new__, ObjectInfo)


class _Hours(dict[str, int]):
    """The epoch second at which an hour like ``2026-11-01T23`` begins, calculated once per hour."""

    def __missing__(self, hour: str) -> int:
        """Calculate the second; raises ValueError for an invalid hour."""
        if not _HOUR.fullmatch(hour):
            raise ValueError(hour)
        moment = datetime(int(hour[:4]), int(hour[5:7]), int(hour[8:10]), int(hour[11:]), tzinfo=UTC)
        if len(self) > 100_000:  # eleven years of hours; a hostile server must not make it grow without limit
            self.clear()
        self[hour] = seconds = int(moment.timestamp())
        return seconds


_hours = _Hours()


def parse_listing_fast(body: bytes) -> ParsedPage | None:
    """Return the page in *body*, None if its form is not exactly the expected one."""
    try:
        pieces = _ENTRY.split(body.decode("ascii"))
        return _listing(pieces)
    except (ValueError, KeyError):  # not ASCII, or an invalid time, number or flag
        return None


def _listing(pieces: list[str]) -> ParsedPage | None:
    if any(pieces[_STRIDE:-1:_STRIDE]):
        return None
    fields = _fields(*_frame(pieces))
    if fields is None or fields.get("EncodingType") != "url" or not _COUNT.fullmatch(fields["KeyCount"]):
        return None
    token = fields.get("NextContinuationToken", "")
    keys, (token,) = _unescape(pieces[1::_STRIDE]), _unescape([token])
    times = map(add, map(_hours.__getitem__, pieces[2::_STRIDE]), map(_SECONDS.__getitem__, pieces[3::_STRIDE]))
    restores: Iterable[str] = repeat("")
    if any(pieces[7::_STRIDE]):
        restores = (restore or "" for restore in pieces[7::_STRIDE])
    sizes = map(int, pieces[5::_STRIDE])
    columns = zip(keys, sizes, times, pieces[4::_STRIDE], pieces[6::_STRIDE], restores, strict=False)
    objects = list(map(_new_object, columns))
    return ParsedPage(objects, _FLAGS[fields["IsTruncated"]], token, int(fields["KeyCount"]))


def _frame(pieces: list[str]) -> tuple[str, str]:
    """Return the text before and after the entries; a page without entries is split before its end tag."""
    if len(pieces) > 1:
        return pieces[0], pieces[-1]
    end = pieces[0].rfind(_END)
    return pieces[0][:end], pieces[0][end:]


def _fields(head: str, foot: str) -> dict[str, str] | None:
    """Return the text of the elements around the entries by name, None if there is other text or a repeated name."""
    if not (_HEAD.fullmatch(head) and _FOOT.fullmatch(foot)):
        return None
    found = _FIELD.findall(head) + _FIELD.findall(foot)
    fields = {name or empty: text for name, text, empty in found}
    plain = len(fields) == len(found) and fields.keys().isdisjoint(("Contents", "CommonPrefixes"))
    return fields if plain else None


def _unescape(texts: list[str]) -> list[str]:
    r"""Return *texts* with their percent-escapes decoded, all in one call; raises ValueError for an invalid escape.

    Encoded texts cannot contain "\n", so it can join them. If a text contains an escaped one (``%0A``), the number of
    pieces differs, and each text is decoded by itself.
    """
    # Every "%2F" is an escape: in "%252F" the escape is "%25", and no "%" follows it.
    joined = "\n".join(texts).replace("%2F", "/")
    if "%" not in joined:
        return joined.split("\n") if texts else []
    if _BAD_ESCAPE.search(joined):
        raise ValueError(joined)
    decoded = unquote(joined, errors="strict").split("\n")
    if len(decoded) != len(texts):
        return [unquote(text, errors="strict") for text in texts]
    return decoded
