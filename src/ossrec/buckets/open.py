"""Open a bucket by the location that a user gives: ``oss://name/prefix`` or a folder."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.oss.credentials import credentials_from
from ossrec.buckets.oss.redaction import redact_typed_name
from ossrec.buckets.settings import BucketSettings
from ossrec.buckets.writable import WritableBucket
from ossrec.errors import UsageProblem
from ossrec.net.messages import brief

_SCHEME = "oss://"


class BucketLocation(NamedTuple):
    """A location split into bucket and prefix."""

    bucket: str  # ``oss://name``, or the path of a folder
    prefix: str  # "" for a folder, of which everything is listed

    @property
    def is_oss(self) -> bool:
        """The bucket is on OSS, not on disk."""
        return self.bucket.startswith(_SCHEME)


def parse_bucket_location(text: str) -> BucketLocation:
    """Split *text* into bucket and prefix; raises UsageProblem for any scheme but ``oss://``."""
    if text.startswith(_SCHEME):
        name, _, prefix = text.removeprefix(_SCHEME).partition("/")
        return BucketLocation(_SCHEME + name, prefix)
    if "://" in text or not text:
        scheme, mark, rest = text.partition("://")
        shown = brief(repr(scheme + mark + redact_typed_name(rest)))
        raise UsageProblem(f"{shown} is not a bucket: give oss://name/prefix, or the path of a folder")
    return BucketLocation(text, "")


def open_bucket(
    location: str, settings: BucketSettings | None = None, environment: Mapping[str, str] = os.environ
) -> WritableBucket:
    """Return the bucket at *location*, whose prefix is ignored; no request is sent yet.

    Credentials come from *environment*: OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN. Without any of
    them, access is anonymous. Raises UsageProblem, and BucketMissing for a folder that does not exist.
    """
    parsed = parse_bucket_location(location)
    if not parsed.is_oss:
        return LocalBucket(parsed.bucket, cnames=settings.cnames if settings is not None else ())
    from ossrec.buckets.oss.bucket import OssBucket  # oss2 takes 0.3 s to import, and a folder does not need it

    name = parsed.bucket.removeprefix(_SCHEME)
    return OssBucket(name, settings or BucketSettings(), credentials_from(environment))
