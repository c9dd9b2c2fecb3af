"""The endpoint, the region and the host names of an OSS bucket."""

import re
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from ossrec.buckets.oss.redaction import redact_typed_name
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import UsageProblem
from ossrec.model import BucketAddress

_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z]{2}-[a-z0-9-]+")
_SET_REGION = "set OSSREC_REGION or --region, for example to cn-hangzhou"
_PUBLIC_HOSTS = (  # which contain the region
    re.compile(r"(?:[a-z0-9-]+[.-])?oss-([a-z]{2}-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com"),
    re.compile(r"([a-z]{2}-[a-z0-9-]+)\.oss(?:-internal)?\.aliyuncs\.com"),
)
_ACCELERATE = ("oss-accelerate.aliyuncs.com", "oss-accelerate-overseas.aliyuncs.com")


class Endpoint(NamedTuple):
    """The endpoint for requests to one bucket."""

    scheme: str  # http or https
    host: str  # without the bucket, in lower case
    port: int | None
    region: str  # "" if it is not needed
    cname: bool  # the host is a custom domain name bound to the bucket
    path_style: bool  # the bucket name is the first segment of the path

    @property
    def netloc(self) -> str:
        """Host and port, as in a URL."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The endpoint as oss2 expects it."""
        return f"{self.scheme}://{self.netloc}"


def endpoint_of(bucket: str, settings: BucketSettings, *, signed: bool) -> Endpoint:
    """Return the endpoint of *bucket* by *settings*; *signed* means that requests will be signed.

    Raises UsageProblem, with the setting to change, when the settings are invalid or do not determine an endpoint.
    """
    if not _BUCKET_NAME.fullmatch(bucket):
        raise UsageProblem(
            f"{redact_typed_name(bucket)!r} is not a bucket name: use 3 to 63 lower-case letters, digits and hyphens,"
            " as in oss://my-bucket"
        )
    region = settings.region.strip().lower().removeprefix("oss-").removesuffix("-internal")
    if region and not _REGION.fullmatch(region):
        raise UsageProblem(f"{redact_typed_name(settings.region)!r} is not a region: write it like cn-hangzhou")
    if not settings.endpoint.strip():
        if not region:
            raise UsageProblem(f"neither region nor endpoint is set: {_SET_REGION}")
        host = f"oss-{region}{'-internal' if settings.internal else ''}.aliyuncs.com"
        return Endpoint("https", host, None, region, cname=False, path_style=settings.path_style)
    scheme, host, port = _split(settings.endpoint.strip())
    if host.startswith(f"{bucket}.") and host.endswith(".aliyuncs.com"):
        host = host.removeprefix(f"{bucket}.")  # as shown in the OSS console
    region = region or region_of(host)
    if signed and settings.signing == "v4" and not region:
        raise UsageProblem(f"the region is not set and {host} does not contain it: {_SET_REGION}")
    if settings.internal and not host.endswith("-internal.aliyuncs.com"):
        raise UsageProblem(f"internal is set, but the endpoint {host} is not internal: remove one of the two settings")
    by_address = _needs_path_style(host)
    cname = not by_address and host in {name.lower() for name in settings.cnames}
    path_style = by_address or (settings.path_style and not cname)
    return Endpoint(scheme, host, port, region, cname, path_style)


def address_of(bucket: str, endpoint: Endpoint, settings: BucketSettings) -> BucketAddress:
    """Return all host names of *bucket*: public, internal, accelerated, custom domain names, and *endpoint*.

    An endpoint with a port is included with and without the port.
    """
    hosts = {f"{bucket}.{host}" for host in _ACCELERATE} | {name.lower() for name in settings.cnames}
    if endpoint.region:
        hosts |= {f"{bucket}.oss-{endpoint.region}{kind}.aliyuncs.com" for kind in ("", "-internal")}
    own = {endpoint.host, endpoint.netloc}
    if endpoint.path_style:
        return BucketAddress(bucket, frozenset(hosts), frozenset(own))
    hosts |= own if endpoint.cname else {f"{bucket}.{host}" for host in own}
    return BucketAddress(bucket, frozenset(hosts))


def region_of(host: str) -> str:
    """Return the region that an OSS host name contains, "" for any other host."""
    matches = (pattern.fullmatch(host) for pattern in _PUBLIC_HOSTS)
    return next((match[1] for match in matches if match), "")


def _split(endpoint: str) -> tuple[str, str, int | None]:
    """Return the scheme (https if not given), host and port."""
    problem = UsageProblem("the endpoint is not a valid address: write it like https://oss-cn-hangzhou.aliyuncs.com")
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise problem from None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("http", "https") or extra or not re.fullmatch(r"[a-z0-9_.-]+", host):
        raise problem
    return parts.scheme, host, port


def _needs_path_style(host: str) -> bool:
    """*host* is localhost or an IPv4 address, in any form that `inet_aton` accepts, as oss2 does."""
    if host == "localhost":
        return True
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True
