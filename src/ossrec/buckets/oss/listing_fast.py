"""A page of ListObjectsV2 as OSS prints it, read by one regular expression: fast, or not at all.

The expression splits the page at its entries. Because ``re.split`` keeps everything that is not an
entry, the page was understood to its last character when nothing stands between two entries, and the
rest before and after them is the page's frame. Anything else (another order, an element more, an
entity, text that is not ASCII) makes the answer None, and `page_xml` takes over. Whatever this module
does accept, `page_xml` reads the same; tests hold them against each other.
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

# Possessive quantifiers: no text between two tags can hold a "<", so there is nothing to give back.
_GAP = r"[ \t\r\n]*+"
_TEXT = r"[ -%'-;=?-~]*+"  # printable ASCII that XML does not treat: no < & >
_URL = r"[!-%'-;=?-~]*+"  # the same without space, which percent-encoding leaves none of
_OWNER = rf"(?:<Owner>{_GAP}<ID>{_TEXT}</ID>{_GAP}<DisplayName>{_TEXT}</DisplayName>{_GAP}</Owner>{_GAP})?"
_ENTRY = re.compile(
    rf"<Contents>{_GAP}"
    rf"<Key>({_URL})</Key>{_GAP}"
    rf"<LastModified>([0-9T-]{{13}}):([0-9:]{{5}})(?:\.[0-9]++)?Z</LastModified>{_GAP}"
    rf"<ETag>(?:\"|&quot;)([!#-%'-;=?-~]*+)(?:\"|&quot;)</ETag>{_GAP}"
    rf"(?:<Type>{_TEXT}</Type>{_GAP})?"
    rf"<Size>([0-9]{{1,15}})</Size>{_GAP}"  # below a petabyte; what is larger, the other parser judges
    rf"<StorageClass>({_TEXT})</StorageClass>{_GAP}"
    # What few entries have stands behind a branch that most do not take: a fifth faster.
    rf"(?:</Contents>|{_OWNER}"
    rf"(?:<RestoreInfo>({_TEXT})</RestoreInfo>{_GAP})?"
    rf"(?:<TransitionTime>{_TEXT}</TransitionTime>{_GAP})?"
    rf"{_OWNER}</Contents>){_GAP}"
)
_STRIDE = _ENTRY.groups + 1

_LEAF = rf"(?:<([A-Z][A-Za-z]*+)>{_TEXT}</\1>|<[A-Z][A-Za-z]*+/>){_GAP}"
# Not possessive itself: Python 3.11 before 3.11.5, which Debian 12 has, loses the groups inside.
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
    """The epoch second at which an hour like ``2026-11-01T23`` begins, worked out once per hour."""

    def __missing__(self, hour: str) -> int:
        """Work it out; raises ValueError for what is no hour."""
        if not _HOUR.fullmatch(hour):
            raise ValueError(hour)
        moment = datetime(int(hour[:4]), int(hour[5:7]), int(hour[8:10]), int(hour[11:]), tzinfo=UTC)
        if len(self) > 100_000:  # eleven years of hours; a hostile page must not make it grow for ever
            self.clear()
        self[hour] = seconds = int(moment.timestamp())
        return seconds


_hours = _Hours()


def parse_lean(body: bytes) -> ParsedPage | None:
    """The page in *body*, or None when it is not printed just as expected."""
    try:
        pieces = _ENTRY.split(body.decode("ascii"))
        return _listing(pieces)
    except (ValueError, KeyError):  # not ASCII, no time, no number, no flag
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
    """What stands before and after the entries; a page without any is cut before its end tag."""
    if len(pieces) > 1:
        return pieces[0], pieces[-1]
    end = pieces[0].rfind(_END)
    return pieces[0][:end], pieces[0][end:]


def _fields(head: str, foot: str) -> dict[str, str] | None:
    """The simple elements around the entries by name, or None if there is anything else, or one twice."""
    if not (_HEAD.fullmatch(head) and _FOOT.fullmatch(foot)):
        return None
    found = _FIELD.findall(head) + _FIELD.findall(foot)
    fields = {name or empty: text for name, text, empty in found}
    plain = len(fields) == len(found) and fields.keys().isdisjoint(("Contents", "CommonPrefixes"))
    return fields if plain else None


def _unescape(texts: list[str]) -> list[str]:
    r"""*texts* with their percent-escapes undone, all in one go; raises ValueError for a wrong one.

    "\n" cannot stand in them as they come, so it can hold them together. A text that hides one
    (``%0A``) gives more pieces than went in: then each is undone by itself.
    """
    # Every "%2F" is an escape of its own: in "%252F" the "%25" comes first, and no "%" follows it.
    joined = "\n".join(texts).replace("%2F", "/")
    if "%" not in joined:
        return joined.split("\n") if texts else []
    if _BAD_ESCAPE.search(joined):
        raise ValueError(joined)
    undone = unquote(joined, errors="strict").split("\n")
    if len(undone) != len(texts):
        return [unquote(text, errors="strict") for text in texts]
    return undone
