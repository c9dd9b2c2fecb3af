"""The address of the recorder's service: HTTPS only, except for a test service on this machine."""

import ipaddress
import re
from urllib.parse import quote, urlsplit

from ossrec.errors import UsageProblem

CHINA = "api.jocloud.com"
OVERSEAS = "api-oversea.jocloud.com"

_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_PROBLEM = f"is not an address of the recorder's service: use one like https://{CHINA}"


def base_of(text: str) -> str:
    """Return scheme and host of the service in *text*, which is a host or a URL without path and query.

    Raises UsageProblem for anything else, and for http:// to another machine, which would expose the certificate.
    """
    given = text.strip()
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageProblem(f"--recorder {_PROBLEM}") from None
    netloc = f"[{host}]" if ":" in host else host
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("https", "http") or extra or not _HOST.fullmatch(netloc):
        raise UsageProblem(f"--recorder {_PROBLEM}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise UsageProblem(f"the recorder's service is called over https only: use https://{netloc}")
    return f"{parts.scheme}://{netloc}" + (f":{port}" if port else "")


def url_of(base: str, app_id: int, call: str, trace_id: str) -> str:
    """Return the URL of one call."""
    return f"{base}/app/{app_id}/v1/recordoss/{call}?traceId={quote(trace_id, safe='')}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
