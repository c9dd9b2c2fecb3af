"""HTTP sessions without implicit settings, and bodies read within limits."""

import os
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from ossrec.net.timeouts import TimedAdapter

_CHUNK = 1 << 20  # bytes read from the socket at once


class PlainSession(requests.Session):
    """A session that ignores ``~/.netrc`` and follows no redirect.

    A ``~/.netrc`` would replace the signature, and a redirect would carry the security token to any host. Proxies and
    the CA bundle are read from the environment once, on creation.
    """

    def __init__(self, url: str, connections: int) -> None:
        """Prepare for requests to the host of *url*, and keep up to *connections* open."""
        super().__init__()
        self.trust_env = False
        self.proxies.update(get_environ_proxies(url))
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        for scheme in ("http://", "https://"):
            self.mount(scheme, TimedAdapter(pool_connections=4, pool_maxsize=connections))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the method's shape
        """Return None: a redirect is a response like any other."""
        return None

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare *request*, with the keys ``.`` and ``..`` escaped, which requests would resolve as path segments."""
        prepared = super().prepare_request(request)
        folder, _, last = str(request.url).rpartition("/")
        if last in (".", ".."):
            query = urlsplit(str(prepared.url)).query
            prepared.url = f"{folder}/{last.replace('.', '%2E')}" + (f"?{query}" if query else "")
        return prepared


def read_body(response: requests.Response, limit: int) -> bytes:
    """Return the body as transferred, undecoded: at most *limit* + 1 bytes, after which the connection is closed.

    Raises exceptions of requests or urllib3 when the body ends before its Content-Length or its last chunk, when no
    byte arrives within the read timeout, and when the body is slower than `timeouts.MIN_RATE` for longer than that.
    """
    raw: Any = response.raw
    parts: list[bytes] = []
    size = 0
    while size <= limit:
        part = raw.read1(min(_CHUNK, limit + 1 - size), decode_content=False)
        if not part:
            break
        parts.append(part)
        size += len(part)
    if size > limit:
        response.close()  # the remainder is not read
    return parts[0] if len(parts) == 1 else b"".join(parts)
