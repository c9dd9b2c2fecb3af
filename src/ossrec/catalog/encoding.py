"""How ETags, storage classes and codes are packed into a row of the catalog."""

import json
from typing import Any


def pack_etag(etag: str) -> bytes:
    """An ETag in the fewest bytes: an MD5 in 16, anything else as it is."""
    if len(etag) == 32:
        try:
            return bytes.fromhex(etag)
        except ValueError:
            pass
    return etag.encode("utf-8", "surrogateescape")


def unpack_etag(packed: bytes) -> str:
    """The ETag again, an MD5 in upper case as OSS writes it."""
    return packed.hex().upper() if len(packed) == 16 else packed.decode("utf-8", "surrogateescape")


def pack_storage(storage: str, restore: str) -> str:
    """A storage class, with a word beside it when an archived object is restored."""
    return f"{storage} (restored)" if 'ongoing-request="false"' in restore else storage


def codes(packed: Any) -> list[str]:
    """The codes in a JSON array; in a catalog that somebody else wrote it need not be one."""
    if packed == "[]":  # of most recordings
        return []
    try:
        found = json.loads(packed)
    except (TypeError, ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
