"""Request a page with ListObjectsV2, parse the response, and check that it is consistent with the request."""

from bisect import bisect_right
from operator import attrgetter, itemgetter, lt

from ossrec.buckets.oss.listing_fast import parse_listing_fast
from ossrec.buckets.oss.listing_xml import ParsedPage, parse_listing
from ossrec.buckets.oss.xml import XmlError
from ossrec.errors import ListingDamaged, UsageProblem
from ossrec.model import Cursor, Page
from ossrec.net.messages import brief

PAGE_KEYS = 1000  # the most that OSS returns at once

_key = attrgetter("key")


def page_parameters(prefix: str, cursor: Cursor) -> dict[str, str]:
    """Return the query parameters for the page of *prefix* after *cursor*; raises UsageProblem for invalid Unicode."""
    parameters = {"list-type": "2", "encoding-type": "url", "max-keys": str(PAGE_KEYS)}
    if prefix:
        parameters["prefix"] = _encodable(prefix)
    if cursor.token:
        parameters["continuation-token"] = cursor.token
    elif cursor.after:
        parameters["start-after"] = _encodable(cursor.after)
    return parameters


def read_page(body: bytes, prefix: str, cursor: Cursor, until: str | None) -> Page:
    """Return the page in *body*, the response to a request for keys under *prefix* after *cursor*.

    Keys greater than *until* are omitted. Raises ListingDamaged, with a message about the page alone, not the bucket.
    """
    listing = parse_listing_fast(body)
    if listing is None or find_inconsistency(listing, prefix, cursor):
        try:
            listing = parse_listing(body)
        except XmlError as problem:
            raise ListingDamaged(str(problem)) from problem
        fault = find_inconsistency(listing, prefix, cursor)
        if fault:
            raise ListingDamaged(fault)
    return _page(listing, cursor, until)


def find_inconsistency(listing: ParsedPage, prefix: str, cursor: Cursor) -> str:
    """Return how *listing* contradicts itself or its request, "" if it does not."""
    keys = list(map(itemgetter(0), listing.objects))
    actual = len(keys) + len(listing.skipped)
    if listing.key_count != actual:
        return f"its KeyCount is {listing.key_count}, but it has {actual} keys"
    if not all(map(lt, keys, keys[1:])):
        return "its keys are not in order"
    if keys and cursor.after and keys[0] <= cursor.after:
        return "it starts before the requested key"
    if keys and not (keys[0].startswith(prefix) and keys[-1].startswith(prefix)):
        return "it has keys outside the prefix"  # sorted, so the first and the last key suffice
    if not listing.truncated:
        return "it is the last page but has a continuation token" if listing.token else ""
    if not keys and listing.token in ("", cursor.token):
        return "it is empty and not the last page, but has no new continuation token"
    return ""


def _page(listing: ParsedPage, cursor: Cursor, until: str | None) -> Page:
    objects = listing.objects
    if until is not None and objects and objects[-1].key >= until:
        del objects[bisect_right(objects, until, key=_key) :]
        return Page(objects, None, listing.skipped)
    following = None
    if listing.truncated:
        following = Cursor(objects[-1].key if objects else cursor.after, listing.token)
    return Page(objects, following, listing.skipped)


def _encodable(key: str) -> str:
    try:
        key.encode()
    except UnicodeEncodeError:
        raise UsageProblem(f"{brief(repr(key))} is not Unicode text: give a prefix that is") from None
    return key
