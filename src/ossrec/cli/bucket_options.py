"""Open the bucket that a command was given, with the settings of that command."""

from typing import Any

from ossrec.buckets.open import BucketLocation, open_bucket, parse_bucket_location
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.settings import BucketSettings
from ossrec.cli.options import BUCKET_SETTINGS
from ossrec.errors import UsageProblem


def bucket_settings(options: dict[str, Any]) -> BucketSettings:
    """Remove the settings of the connection to a bucket from *options* and return them."""
    given = {name: options.pop(name) for name in BUCKET_SETTINGS}
    return BucketSettings(
        cnames=tuple(given.pop("cname")),
        timeout_read=given.pop("timeout"),
        retry_budget=given.pop("retry_for"),
        **given,
    )


def open_bucket_argument(text: str, settings: BucketSettings, prefix: str = "") -> tuple[Bucket, str]:
    """Open the bucket that *text* names; return it and the prefix, which *text* or *prefix* may give.

    Raises UsageProblem if both give a prefix.
    """
    place: BucketLocation = parse_bucket_location(text)
    if place.prefix and prefix:
        raise UsageProblem(f"{text} already has a prefix: omit --prefix, or give the whole prefix once")
    return open_bucket(text, settings), place.prefix or prefix
