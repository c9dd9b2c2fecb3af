"""A bucket of Alibaba Cloud OSS, with the signers and the transport of oss2; no other module imports oss2."""

import base64
import binascii
import hashlib
import logging
import time
from typing import Any
from urllib.parse import urlsplit

import oss2
import requests
import urllib3

from ossrec import __version__
from ossrec.buckets.oss.credentials import Credentials
from ossrec.buckets.oss.endpoints import address_of, endpoint_of
from ossrec.buckets.oss.errors import (
    BucketRequest,
    damaged_page,
    damaged_reply,
    error_from_reply,
    network_error,
    parse_error_reply,
)
from ossrec.buckets.oss.listing_page import page_parameters, read_page
from ossrec.buckets.oss.redaction import Redact, request_redactor
from ossrec.buckets.oss.responses import body_of, content_length, content_range, request_id, verify_body
from ossrec.buckets.protocol import START
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import BucketError, ListingDamaged, ObjectMissing, ObjectTooLarge
from ossrec.model import Body, BucketAddress, Cursor, Page
from ossrec.net.http_date import parse_http_date
from ossrec.net.messages import brief
from ossrec.net.session import PlainSession, read_body

PAGE_LIMIT = 16 * 1024 * 1024  # bytes; 1000 keys of 1023 bytes, percent-encoded, are 4 MB
_ERROR_LIMIT = 64 * 1024  # bytes

# At debug level oss2 logs every header, including the security token.
logging.getLogger("oss2").setLevel(logging.WARNING)


class OssBucket:
    """An OSS bucket. Each call sends one signed request and does not retry it (see `RetryingBucket`)."""

    def __init__(self, name: str, settings: BucketSettings, credentials: Credentials | None = None) -> None:
        """Determine the endpoint of the bucket *name*, without a request. Access is anonymous without *credentials*.

        Raises UsageProblem when the settings do not determine an endpoint.
        """
        endpoint = endpoint_of(name, settings, signed=credentials is not None)
        self._name = name
        self._settings = settings
        self._credentials = credentials
        self._signed = credentials is not None
        self._auth = _auth(settings.signing, credentials)
        self._address = address_of(name, endpoint, settings)
        self._region = endpoint.region
        self._bucket = oss2.Bucket(
            self._auth,
            endpoint.url,
            name,
            is_cname=endpoint.cname,
            is_path_style=endpoint.path_style,
            region=endpoint.region,
        )
        url: str = self._bucket._make_url(name, "")
        self._host = urlsplit(url).netloc
        self._session = oss2.Session()
        self._session.session = PlainSession(url, settings.threads)
        self._last_date: tuple[str, float] | None = None

    def __repr__(self) -> str:
        """Return name and host, without the credentials."""
        return f"<OssBucket {self.name} at {self._host}>"

    @property
    def name(self) -> str:
        """``oss://`` and the bucket's name."""
        return f"oss://{self._name}"

    @property
    def address(self) -> BucketAddress:
        """The bucket's host names, derived from the settings and the region."""
        return self._address

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which this machine's clock is ahead of OSS's, by the last response; None before the first."""
        if self._last_date is None:
            return None
        text, received = self._last_date
        sent = parse_http_date(text)
        return None if sent is None else received - sent

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """Return the next page, with one ListObjectsV2 request; see `protocol.Bucket.page`."""
        params = page_parameters(prefix, cursor)
        request = BucketRequest(self._name, None, self._signed)
        try:
            response = self._send("GET", request, params=params)
        except BucketError as error:
            if cursor.token and error.code == "InvalidArgument":  # an expired token; the key serves as well
                return self._page_without(cursor.token, prefix, cursor.after, until)
            raise
        body = self._read_body(request, response, PAGE_LIMIT)
        try:
            return read_page(body, prefix, cursor, until)
        except ListingDamaged as problem:
            detail = brief(self._redactor(response)(str(problem)))
            raise damaged_page(request, detail, request_id(response)) from None

    def _page_without(self, token: str, prefix: str, after: str, until: str | None) -> Page:
        """Return the page after the key *after*, where OSS rejected *token*.

        Raises ListingDamaged if OSS returns the same token again.
        """
        page = self.page(prefix, Cursor(after), until=until)
        if page.next is not None and page.next.token == token:
            detail = "its continuation token is the one that was just rejected"
            raise damaged_page(BucketRequest(self._name, None, self._signed), detail)
        return page

    def read(self, key: str, *, limit: int) -> Body:
        """Return an object as stored, undecoded, with one GetObject request; see `protocol.Bucket.read`."""
        request = self._object_request(key)
        response = self._send("GET", request)
        size = content_length(response)
        if size is None or size <= limit:
            data = self._read_body(request, response, limit)
            if len(data) <= limit:
                verify_body(request, response, data)
                return body_of(request, response, data, len(data))
        response.close()
        actual = "more bytes" if size is None else f"{size} bytes"
        raise ObjectTooLarge(f"{request}: the object has {actual}, and the limit is {limit}: check the object")

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """Return a range, with one GetObject request, and a HeadObject when *start* is past the end of the object.

        See `protocol.Bucket.read_range`. Raises ValueError for an invalid range.
        """
        if not 0 <= start <= stop:
            raise ValueError(f"[{start}, {stop}) is not a range")
        request = self._object_request(key)
        last = max(start, stop - 1)  # HTTP has no empty range
        headers = {"Range": f"bytes={start}-{last}", "x-oss-range-behavior": "standard"}
        response = self._send("GET", request, headers=headers, allowed=(200, 206, 416))
        if response.status_code == 416:
            self._read_body(request, response, _ERROR_LIMIT)
            head = self._send("HEAD", request)
            self._read_body(request, head, 0)  # empty; reading it releases the connection
            return body_of(request, head, b"", content_length(head) or 0)
        whole = content_length(response) if response.status_code == 200 else None  # from a server without ranges
        part = content_range(response) if whole is None else (0, whole, whole)
        if part is None or part[:2] != (start, min(last + 1, part[2])):
            response.close()
            raise damaged_reply(request, f"the response is not the range {start} to {last}", request_id(response))
        size = part[2]
        data = self._read_body(request, response, part[1] - start)
        if len(data) != part[1] - start:
            detail = f"received {len(data)} bytes instead of {part[1] - start}"
            raise damaged_reply(request, detail, request_id(response))
        if len(data) == size:
            verify_body(request, response, data)
        return body_of(request, response, data[: stop - start], size)

    def write_new(self, key: str, data: bytes, content_type: str) -> None:
        """Create an object, with one PutObject request; see `writable.WritableBucket.write_new`."""
        request = self._object_request(key, writes=True)
        digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        headers = {"Content-Type": content_type, "Content-MD5": digest, "x-oss-forbid-overwrite": "true"}
        response = self._send("PUT", request, headers=headers, data=data)
        self._read_body(request, response, _ERROR_LIMIT)  # empty; reading it releases the connection

    def _object_request(self, key: str, *, writes: bool = False) -> BucketRequest:
        request = BucketRequest(self._name, key, self._signed, writes)
        try:
            key.encode()
        except UnicodeEncodeError:
            raise ObjectMissing(f"{request}: no object can have this key, which is not Unicode text") from None
        if not key:
            raise ObjectMissing(f"{request}: no object can have an empty key")
        return request

    def _send(
        self,
        method: str,
        request: BucketRequest,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        allowed: tuple[int, ...] = (200,),
        data: bytes | None = None,
    ) -> requests.Response:
        """Send one signed request and return the response, with its body unread.

        Raises BucketError for a status that is not *allowed*.
        """
        key = request.key or ""
        signed = oss2.http.Request(
            method,
            self._bucket._make_url(self._name, key),
            data=data,
            params=params,
            headers=headers,
            app_name=f"ossrec/{__version__}",
            region=self._region,
            product="oss",
        )
        self._auth._sign_request(signed, self._name, key)
        timeouts = (self._settings.timeout_connect, self._settings.timeout_read)
        try:
            response: requests.Response = self._session.do_request(signed, timeouts).response
        except oss2.exceptions.RequestError as error:
            raise network_error(request, self._host, error.exception) from error
        redact = self._redactor(response)
        if "x-oss-request-id" in response.headers:
            response.headers["x-oss-request-id"] = redact(response.headers["x-oss-request-id"])
        if "Date" in response.headers:
            self._last_date = (response.headers["Date"], time.time())
        if response.status_code in allowed:
            return response
        refusal = parse_error_reply(response.status_code, response.headers, self._error_body(response), redact)
        raise error_from_reply(request, refusal, response.headers, self.clock_ahead)

    def _redactor(self, response: requests.Response) -> Redact:
        """Return a function that redacts the secrets of the request that *response* answers."""
        return request_redactor(self._credentials, response.request.headers)

    def _read_body(self, request: BucketRequest, response: requests.Response, limit: int) -> bytes:
        try:
            return read_body(response, limit)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise network_error(request, self._host, error, request_id(response)) from error

    def _error_body(self, response: requests.Response) -> bytes:
        """Return the error document, for HEAD that of the header field; empty if it cannot be read."""
        try:
            body = read_body(response, _ERROR_LIMIT)
            return body or base64.b64decode(response.headers.get("x-oss-err", ""))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, binascii.Error):
            return b""  # the status is sufficient


def _auth(signing: str, credentials: Credentials | None) -> Any:
    if credentials is None:
        return oss2.AnonymousAuth()
    provider = oss2.credentials.StaticCredentialsProvider(credentials.key_id, credentials.key_secret, credentials.token)
    return oss2.ProviderAuth(provider) if signing == "v1" else oss2.ProviderAuthV4(provider)
