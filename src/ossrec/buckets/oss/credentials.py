"""The OSS access key from the environment, or anonymous access."""

from collections.abc import Mapping
from dataclasses import dataclass

from ossrec.errors import UsageProblem

ID_VARIABLE = "OSS_ACCESS_KEY_ID"
SECRET_VARIABLE = "OSS_ACCESS_KEY_SECRET"  # noqa: S105 - the name of the variable
TOKEN_VARIABLE = "OSS_SESSION_TOKEN"  # noqa: S105 - the name of the variable


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An access key, with its security token when it is a temporary one (STS)."""

    key_id: str
    key_secret: str
    token: str = ""

    def __repr__(self) -> str:
        """Return a text without the key."""
        return "Credentials(***)"


def credentials_from(environment: Mapping[str, str]) -> Credentials | None:
    """Return the access key in *environment*, None (anonymous access) if there is none.

    Raises UsageProblem when a part is missing, or is not valid in an HTTP header.
    """
    names = (ID_VARIABLE, SECRET_VARIABLE, TOKEN_VARIABLE)
    key_id, secret, token = (environment.get(name, "").strip() for name in names)
    if not (key_id or secret or token):
        return None
    for name, value in zip(names, (key_id, secret, token or "-"), strict=True):
        if not value:
            raise UsageProblem(
                f"{name} is not set but other OSS credentials are: set {ID_VARIABLE} and {SECRET_VARIABLE}, "
                f"and {TOKEN_VARIABLE} if they are temporary, or none of them for anonymous access"
            )
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise UsageProblem(f"{name} contains characters that no access key has: set it without quotes or spaces")
    return Credentials(key_id, secret, token)
