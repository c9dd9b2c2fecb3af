"""One request to the recorder's service, and whether it arrived when no answer came."""

import ssl
from typing import NamedTuple

import requests
import urllib3

from ossrec import __version__
from ossrec.net.error_causes import causes
from ossrec.net.session import PlainSession, read_body
from ossrec.recorder.authentication import Authentication, UnsignedRequest
from ossrec.recorder.response import MOST_BYTES

CONNECT = 5.0  # seconds


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class NoReply(Exception):
    """No reply came; ``arrived`` is False when it is certain that the request reached nobody."""

    def __init__(self, message: str, *, arrived: bool) -> None:
        """*message* has no secrets: it is never the library's own."""
        super().__init__(message)
        self.arrived = arrived


def send(base: str, request: UnsignedRequest, app_id: int, authentication: Authentication, timeout: float) -> Reply:
    """The reply to *request*, which is sent once, over a connection of its own; raises Silence."""
    headers = {
        "Content-Type": "application/json;charset=UTF-8",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "AppID": str(app_id),
        "User-Agent": f"ossrec/{__version__}",
        "Cache-Control": "no-store",
        "Connection": "close",  # one that was kept open may just have been closed at the other end
        **authentication.headers(request),
    }
    with PlainSession(base, connections=1) as session:
        try:
            response = session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=headers,
                timeout=(CONNECT, timeout),
                stream=True,
            )
            return Reply(response.status_code, read_body(response, MOST_BYTES))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise no_reply(error) from None  # the library's own text may hold a proxy's password


def no_reply(error: Exception) -> NoReply:
    """What a network error means."""
    found = list(causes(error))

    def met(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in found)

    if met(ssl.SSLCertVerificationError):
        advice = "check --recorder, or set REQUESTS_CA_BUNDLE to your own CA"
        return NoReply(f"its certificate is not trusted: {advice}", arrived=False)
    if any(isinstance(one, ssl.SSLError) and one.reason == "WRONG_VERSION_NUMBER" for one in found):
        return NoReply("it does not speak https: check --recorder", arrived=False)
    if met(urllib3.exceptions.ProxyError):  # raised only before the request is sent
        return NoReply("the proxy refused or failed: check HTTPS_PROXY and NO_PROXY", arrived=False)
    if met(urllib3.exceptions.NameResolutionError):
        return NoReply("its name is not known: check --recorder and the network", arrived=False)
    if met(urllib3.exceptions.NewConnectionError):  # a kind of ConnectTimeoutError
        return NoReply("the connection was refused: check --recorder and the network", arrived=False)
    if met(urllib3.exceptions.ConnectTimeoutError):
        return NoReply("no connection in time: check the network", arrived=False)
    if met(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        return NoReply("no answer in time", arrived=True)
    return NoReply("the connection broke before the answer", arrived=True)
