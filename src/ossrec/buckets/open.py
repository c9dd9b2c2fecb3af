"""From what people write for a bucket (``oss://name/prefix`` or a folder) to the bucket."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.oss.credentials import credentials_from
from ossrec.buckets.oss.redaction import redacted
from ossrec.buckets.settings import BucketSettings
from ossrec.buckets.writable import WritableBucket
from ossrec.errors import UsageProblem
from ossrec.net.messages import brief

_SCHEME = "oss://"


class BucketLocation(NamedTuple):
    """What people wrote, taken apart."""

    bucket: str  # ``oss://name``, or the path of a folder
    prefix: str  # "" for a folder: what lies below it is its whole content

    @property
    def is_oss(self) -> bool:
        """Whether it is on OSS rather than on disk."""
        return self.bucket.startswith(_SCHEME)


def parse_place(text: str) -> BucketLocation:
    """Bucket and prefix that *text* names; raises UsageProblem for a scheme that is neither."""
    if text.startswith(_SCHEME):
        name, _, prefix = text.removeprefix(_SCHEME).partition("/")
        return BucketLocation(_SCHEME + name, prefix)
    if "://" in text or not text:
        scheme, mark, rest = text.partition("://")
        shown = brief(repr(scheme + mark + redacted(rest)))
        raise UsageProblem(f"{shown} is no bucket: write oss://name/prefix, or the path of a folder")
    return BucketLocation(text, "")


def open_bucket(
    place: str, settings: BucketSettings | None = None, environment: Mapping[str, str] = os.environ
) -> WritableBucket:
    """The bucket that *place* names, its prefix left aside; nothing is asked of the network yet.

    Who only reads takes it for a `Bucket`.

    Credentials come from *environment*: OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN;
    without any, access is anonymous. Raises UsageProblem, and BucketMissing for a folder that is not there.
    """
    where = parse_place(place)
    if not where.is_oss:
        return LocalBucket(where.bucket)
    from ossrec.buckets.oss.bucket import OssBucket  # oss2 takes 0.3 s to load, and a folder needs none of it

    name = where.bucket.removeprefix(_SCHEME)
    return OssBucket(name, settings or BucketSettings(), credentials_from(environment))
