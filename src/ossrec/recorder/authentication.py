"""Authentication with the recorder's service: a certificate from the environment, sent in the header ``token``."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ossrec.errors import RecorderDenied

ID_VARIABLE = "OSSREC_CERTIFICATE_ID"
KEY_VARIABLE = "OSSREC_CERTIFICATE_KEY"


class UnsignedRequest(NamedTuple):
    """A request before authentication headers are added."""

    method: str
    url: str
    body: bytes


class Authentication(Protocol):
    """The authentication scheme. Other editions of the service may sign requests differently."""

    def headers(self, request: UnsignedRequest) -> Mapping[str, str]:
        """Return the headers to add to *request*. Called for every request."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The strings to redact from messages, in every form in which `headers` sends them."""


@dataclass(frozen=True, slots=True, repr=False)
class Basic:
    """Basic authentication (RFC 7617) in the header ``token``."""

    certificate_id: str
    certificate_key: str

    def __repr__(self) -> str:
        """Return a text without the certificate."""
        return "Basic(***)"

    def headers(self, request: UnsignedRequest) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's shape
        """Return the same header for every request."""
        return {"token": f"Basic {self._encoded}"}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The id, the key, and both as they are sent."""
        return (self.certificate_id, self.certificate_key, self._encoded)

    @property
    def _encoded(self) -> str:
        return base64.b64encode(f"{self.certificate_id}:{self.certificate_key}".encode()).decode()


def authentication_from(environment: Mapping[str, str]) -> Authentication:
    """Read the certificate from *environment*; raises RecorderDenied if the id or the key is missing or malformed."""
    certificate_id, key = (environment.get(name, "").strip() for name in (ID_VARIABLE, KEY_VARIABLE))
    for name, value in ((ID_VARIABLE, certificate_id), (KEY_VARIABLE, key)):
        if not value:
            raise RecorderDenied(f"{name} is not set: set {ID_VARIABLE} and {KEY_VARIABLE} in the environment")
        if not value.isprintable():
            raise RecorderDenied(f"{name} has characters that cannot be part of a certificate: set it again")
    if ":" in certificate_id:
        raise RecorderDenied(f"{ID_VARIABLE} has a colon, which separates the id from the key: set only the id")
    return Basic(certificate_id, key)
