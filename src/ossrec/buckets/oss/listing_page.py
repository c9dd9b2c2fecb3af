"""Parse a ListObjectsV2 response into a `Page`, and check that the page is consistent with its request."""

from bisect import bisect_right
from operator import attrgetter, itemgetter, lt

from ossrec.buckets.oss.listing_fast import parse_listing_fast
from ossrec.buckets.oss.listing_xml import ParsedPage, parse_listing
from ossrec.buckets.oss.xml import XmlError
from ossrec.errors import ListingDamaged
from ossrec.model import Cursor, Page

_key = attrgetter("key")


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
