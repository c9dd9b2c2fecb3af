"""Findings for playlists and segments that cannot be read: the error of a bucket becomes a code and a detail."""

from ossrec.buckets.oss.restore_command import restore_command
from ossrec.errors import AccessDenied, BucketError, ObjectArchived, ObjectMissing, ObjectTooLarge
from ossrec.findings import Finding

ARCHIVED, DENIED, FAILED, TOO_LARGE, CHANGED = "LOOK001", "LOOK002", "LOOK003", "LOOK004", "LOOK005"

_CODES: dict[type[BucketError], str] = {
    ObjectArchived: ARCHIVED,
    AccessDenied: DENIED,
    ObjectTooLarge: TOO_LARGE,
    ObjectMissing: CHANGED,
}


def access_finding(key: str, error: BucketError) -> Finding:
    """Return the finding that the object *key* cannot be read, for the *error* that the bucket raised."""
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), FAILED)
    return Finding(code, key, str(error))


def archived_segment(bucket: str, key: str, state: str) -> Finding:
    """Return the finding that a segment must be restored before it can be read; the detail has the command.

    *bucket* is the bucket's name in the catalog, *state* the storage class or the bucket's message.
    """
    return Finding(ARCHIVED, key, f"{state}: {restore_command(bucket, key)}")
