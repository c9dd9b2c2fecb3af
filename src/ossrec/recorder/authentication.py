"""Who asks the recorder's service: a certificate from the environment, told in the header that the service wants."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ossrec.errors import RecorderDenied

ID_VARIABLE = "OSSREC_CERTIFICATE_ID"
KEY_VARIABLE = "OSSREC_CERTIFICATE_KEY"


class UnsignedRequest(NamedTuple):
    """A request before somebody has signed it."""

    method: str
    url: str
    body: bytes


class Authentication(Protocol):
    """What makes a request one of ours; another edition of the service signs in another way."""

    def headers(self, request: UnsignedRequest) -> Mapping[str, str]:
        """What is to stand in the head of *request*; asked anew for each."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be told, in every form in which `headers` sends it."""


@dataclass(frozen=True, slots=True, repr=False)
class Basic:
    """Basic authentication (RFC 7617) in the header ``token``."""

    certificate_id: str
    certificate_key: str

    def __repr__(self) -> str:
        """Say that it exists, and nothing of what it is."""
        return "Basic(***)"

    def headers(self, request: UnsignedRequest) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's shape
        """The same for every request."""
        return {"token": f"Basic {self._packed}"}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Both parts, and both as they are sent."""
        return (self.certificate_id, self.certificate_key, self._packed)

    @property
    def _packed(self) -> str:
        return base64.b64encode(f"{self.certificate_id}:{self.certificate_key}".encode()).decode()


def authentication_from(environment: Mapping[str, str]) -> Authentication:
    """The certificate that *environment* holds; raises RecorderDenied when it holds none, or half of one."""
    certificate_id, key = (environment.get(name, "").strip() for name in (ID_VARIABLE, KEY_VARIABLE))
    for name, value in ((ID_VARIABLE, certificate_id), (KEY_VARIABLE, key)):
        if not value:
            raise RecorderDenied(f"{name} is not set: set {ID_VARIABLE} and {KEY_VARIABLE} in the environment")
        if not value.isprintable():
            raise RecorderDenied(f"{name} has characters that no certificate has: set it again")
    if ":" in certificate_id:
        raise RecorderDenied(f"{ID_VARIABLE} has a colon, which parts it from the key: set the id alone")
    return Basic(certificate_id, key)
