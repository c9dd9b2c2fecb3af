"""Clients for the tests of the local OSS server: a bare HTTP connection, and oss2 with either signature."""

import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

import oss2

from tests.oss_server import OssServer
from tests.running import PATIENCE

BUCKET = "recordings"
NAME_AND_PORT = slice(len("http://"), None)


class Reply(NamedTuple):
    """A response, with the names of header fields in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)

    def text(self, path: str) -> str | None:
        return self.xml.findtext(path)

    def texts(self, path: str) -> list[str]:
        return [node.text or "" for node in self.xml.findall(path)]


class RawClient:
    """One keep-alive connection for unsigned requests."""

    def __init__(self, server: OssServer) -> None:
        self.connection = http.client.HTTPConnection(server.endpoint[NAME_AND_PORT], timeout=PATIENCE)

    def ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """*target* goes out as it is."""
        self.connection.putrequest(method, target, skip_host="Host" in (headers or {}))
        for name, value in (headers or {}).items():
            self.connection.putheader(name, value)
        if body is not None:
            self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders(body)
        reply = self.connection.getresponse()
        return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())

    def get(self, key: str = "", **headers: str) -> Reply:
        """Send GET for a quoted key; underscores in the names of *headers* stand for hyphens."""
        return self.ask("GET", f"/{BUCKET}/{key}", {k.replace("_", "-"): v for k, v in headers.items()})

    def list(self, **params: str) -> Reply:
        """List with quoted *params*, whose underscores stand for hyphens."""
        query = "&".join(f"{name.replace('_', '-')}={value}" for name, value in params.items())
        return self.ask("GET", f"/{BUCKET}/?{query}")


def fetch(url: str) -> Reply:
    """Send GET for a URL."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}")
        reply = connection.getresponse()
        return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())


@contextmanager
def client(server: OssServer, signature: str = "V4", **options: object) -> Iterator[oss2.Bucket]:
    """Yield an oss2 bucket. Options: id, secret, token, bucket, endpoint, is_cname, proxies."""
    name = str(options.pop("bucket", BUCKET))
    endpoint = str(options.pop("endpoint", server.endpoint))
    identity = str(options.pop("id", server.access_key_id))
    secret = str(options.pop("secret", server.access_key_secret))
    version = {"V1": oss2.AUTH_VERSION_1, "V4": oss2.AUTH_VERSION_4}[signature]
    if token := options.pop("token", None):
        auth = oss2.StsAuth(identity, secret, token, auth_version=version)
    else:
        auth = oss2.make_auth(identity, secret, version)
    region = options.pop("region", server.region)
    bucket = oss2.Bucket(auth, endpoint, name, region=region, **options)
    bucket.session.session.trust_env = False
    with closing(bucket.session.session):
        yield bucket


def exchange(server: OssServer, request: bytes) -> bytes:
    """Send bytes, close the sending side, and return all bytes until the server closes."""
    host, port = server.endpoint[NAME_AND_PORT].split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            return stream.read()
