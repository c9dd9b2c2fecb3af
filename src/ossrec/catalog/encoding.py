"""Pack ETags, storage classes and finding codes into columns of the catalog, and unpack them."""

import json
from typing import Any


def pack_etag(etag: str) -> bytes:
    """Return an ETag in the fewest bytes: an MD5 as 16 bytes, anything else as its text."""
    if len(etag) == 32:
        try:
            return bytes.fromhex(etag)
        except ValueError:
            pass
    return etag.encode("utf-8", "surrogateescape")


def unpack_etag(packed: bytes) -> str:
    """Return the text of a packed ETag; an MD5 is in upper case, as OSS writes it."""
    return packed.hex().upper() if len(packed) == 16 else packed.decode("utf-8", "surrogateescape")


def pack_storage(storage: str, restore: str) -> str:
    """Return a storage class, marked as restored if RestoreInfo says so of an archived object."""
    return f"{storage} (restored)" if 'ongoing-request="false"' in restore else storage


def codes(packed: Any) -> list[str]:
    """Return the codes in a JSON array, none if another program stored anything else."""
    if packed == "[]":  # the case of most recordings
        return []
    try:
        found = json.loads(packed)
    except (TypeError, ValueError, RecursionError):
        return []
    return [code for code in found if isinstance(code, str)] if isinstance(found, list) else []
