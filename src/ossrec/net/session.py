"""HTTP sessions that obey nothing but our settings, and bodies read within bounds."""

import os
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from ossrec.net.timeouts import TimedAdapter

_CHUNK = 1 << 20  # bytes asked of the socket at once


class PlainSession(requests.Session):
    """A session that takes nothing from the user's account and follows no redirect.

    A ``~/.netrc`` would replace the signature, and a redirect would carry the security token to
    whatever host it names. Proxies and the CA bundle are read from the environment once, here.
    """

    def __init__(self, url: str, connections: int) -> None:
        """For requests to the host of *url*, with so many connections kept open."""
        super().__init__()
        self.trust_env = False
        self.proxies.update(get_environ_proxies(url))
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        for scheme in ("http://", "https://"):
            self.mount(scheme, TimedAdapter(pool_connections=4, pool_maxsize=connections))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the method's shape
        """Nowhere: a redirect is an answer like any other."""
        return None

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """As requests does, but for the keys ``.`` and ``..``, which it would resolve as steps of a path."""
        prepared = super().prepare_request(request)
        folder, _, last = str(request.url).rpartition("/")
        if last in (".", ".."):
            query = urlsplit(str(prepared.url)).query
            prepared.url = f"{folder}/{last.replace('.', '%2E')}" + (f"?{query}" if query else "")
        return prepared


def read_body(response: requests.Response, most: int) -> bytes:
    """The body as it came over the wire, undecoded; at most *most* + 1 bytes, then the connection is closed.

    Raises requests' or urllib3's exceptions: when the body ends before its Content-Length or its last
    chunk, when nothing comes for the read timeout, and when it comes slower than `deadlines.SLOWEST` for
    longer than that.
    """
    raw: Any = response.raw
    parts: list[bytes] = []
    size = 0
    while size <= most:
        part = raw.read1(min(_CHUNK, most + 1 - size), decode_content=False)
        if not part:
            break
        parts.append(part)
        size += len(part)
    if size > most:
        response.close()  # the rest stays unread
    return parts[0] if len(parts) == 1 else b"".join(parts)
