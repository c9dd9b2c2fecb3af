"""Send one request to the recorder's service; if no reply comes, tell whether the request may have arrived."""

import ssl
from typing import NamedTuple

import requests
import urllib3

from ossrec import __version__
from ossrec.net.error_causes import causes
from ossrec.net.session import PlainSession, read_body
from ossrec.recorder.authentication import Authentication, UnsignedRequest
from ossrec.recorder.response import MAX_BYTES

CONNECT_TIMEOUT = 5.0  # seconds


class Reply(NamedTuple):
    """An HTTP reply."""

    status: int
    body: bytes


class NoReply(Exception):
    """No reply came. ``arrived`` is False if the request certainly did not reach the service."""

    def __init__(self, message: str, *, arrived: bool) -> None:
        """Keep *message*, which must not be the library's own text: that may contain secrets."""
        super().__init__(message)
        self.arrived = arrived


def send(base: str, request: UnsignedRequest, app_id: int, authentication: Authentication, timeout: float) -> Reply:
    """Send *request* once, over a new connection, and return the reply; raises NoReply. *timeout* is seconds."""
    headers = {
        "Content-Type": "application/json;charset=UTF-8",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "AppID": str(app_id),
        "User-Agent": f"ossrec/{__version__}",
        "Cache-Control": "no-store",
        "Connection": "close",  # the service may just have closed a kept-alive connection
        **authentication.headers(request),
    }
    with PlainSession(base, connections=1) as session:
        try:
            response = session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=headers,
                timeout=(CONNECT_TIMEOUT, timeout),
                stream=True,
            )
            return Reply(response.status_code, read_body(response, MAX_BYTES))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise no_reply(error) from None  # the library's own text may contain a proxy password


def no_reply(error: Exception) -> NoReply:
    """Translate a network error."""
    found = list(causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in found)

    if has(ssl.SSLCertVerificationError):
        advice = "check --recorder, or set REQUESTS_CA_BUNDLE to your own CA"
        return NoReply(f"its certificate is not trusted: {advice}", arrived=False)
    if any(isinstance(one, ssl.SSLError) and one.reason == "WRONG_VERSION_NUMBER" for one in found):
        return NoReply("it does not speak https: check --recorder", arrived=False)
    if has(urllib3.exceptions.ProxyError):  # raised only before the request is sent
        return NoReply("the proxy refused or failed: check HTTPS_PROXY and NO_PROXY", arrived=False)
    if has(urllib3.exceptions.NameResolutionError):
        return NoReply("its name cannot be resolved: check --recorder and the network", arrived=False)
    if has(urllib3.exceptions.NewConnectionError):  # a kind of ConnectTimeoutError
        return NoReply("the connection was refused: check --recorder and the network", arrived=False)
    if has(urllib3.exceptions.ConnectTimeoutError):
        return NoReply("the connection timed out: check the network", arrived=False)
    if has(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        return NoReply("no reply before the timeout", arrived=True)
    return NoReply("the connection broke before the reply", arrived=True)
