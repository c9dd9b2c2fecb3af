"""From the bytes of a ListObjectsV2 reply to a `Page` that is whole and answers what was asked."""

from bisect import bisect_right
from operator import attrgetter, itemgetter, lt

from ossrec.buckets.oss.listing_fast import parse_lean
from ossrec.buckets.oss.listing_xml import ParsedPage, parse_listing
from ossrec.buckets.oss.xml import XmlError
from ossrec.errors import ListingDamaged
from ossrec.model import Cursor, Page

_key = attrgetter("key")


def read_page(body: bytes, prefix: str, cursor: Cursor, until: str | None) -> Page:
    """The page in *body*, which answers a request for keys under *prefix* past *cursor*.

    Keys past *until* are left out. Raises ListingDamaged, whose message says what is wrong with the
    page and nothing of where it came from.
    """
    listing = parse_lean(body)
    if listing is None or fault_of(listing, prefix, cursor):
        try:
            listing = parse_listing(body)
        except XmlError as problem:
            raise ListingDamaged(str(problem)) from problem
        fault = fault_of(listing, prefix, cursor)
        if fault:
            raise ListingDamaged(fault)
    return _page(listing, cursor, until)


def fault_of(listing: ParsedPage, prefix: str, cursor: Cursor) -> str:
    """What does not add up in *listing* as the answer to a request, "" when all does."""
    keys = list(map(itemgetter(0), listing.objects))
    arrived = len(keys) + len(listing.skipped)
    if listing.key_count != arrived:
        return f"it counts {listing.key_count} keys and holds {arrived}"
    if not all(map(lt, keys, keys[1:])):
        return "its keys are not in order"
    if keys and cursor.after and keys[0] <= cursor.after:
        return "it begins before the key it was to go on from"
    if keys and not (keys[0].startswith(prefix) and keys[-1].startswith(prefix)):
        return "it holds keys outside the prefix"  # in order, so the first and the last tell of all
    if not listing.truncated:
        return "it is the last and yet names a next one" if listing.token else ""
    if not keys and listing.token in ("", cursor.token):
        return "it is empty, not the last, and does not lead on"
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
