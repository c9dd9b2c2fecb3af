"""The bucket that a command was given, opened as the settings say."""

from typing import Any

from ossrec.buckets.open import BucketLocation, open_bucket, parse_place
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.settings import BucketSettings
from ossrec.cli.options import WAY
from ossrec.errors import UsageProblem


def bucket_settings(options: dict[str, Any]) -> BucketSettings:
    """Takes the settings of the way to a bucket out of *options*."""
    given = {name: options.pop(name) for name in WAY}
    return BucketSettings(
        cnames=tuple(given.pop("cname")),
        timeout_read=given.pop("timeout"),
        retry_budget=given.pop("retry_for"),
        **given,
    )


def opened(text: str, settings: BucketSettings, prefix: str = "") -> tuple[Bucket, str]:
    """The bucket that *text* names and the prefix in it, which may stand in *text* or in *prefix*."""
    place: BucketLocation = parse_place(text)
    if place.prefix and prefix:
        raise UsageProblem(f"{text} has a prefix already: leave out --prefix, or write the prefix once")
    return open_bucket(text, settings), place.prefix or prefix
