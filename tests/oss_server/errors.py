"""Every error of the server, with OSS's own code, status, message and EC, and its XML form."""

from collections.abc import Mapping
from typing import NamedTuple

from tests.oss_server.markup import document, element


class Problem(NamedTuple):
    """The default status, message and EC of an error code."""

    status: int
    message: str
    ec: str


# Codes and messages are OSS's. ECs are OSS's where its documents or published samples show them;
# the others only have the right form, because a client must not distinguish errors by EC.
PROBLEMS = {
    "AccessDenied": Problem(403, "You have no right to access this object because of bucket acl.", "0003-00000001"),
    "EntityTooLarge": Problem(400, "Your proposed upload exceeds the maximum allowed object size.", "0016-00000105"),
    "FileAlreadyExists": Problem(
        409, "The object you specified already exists and can not be overwritten.", "0026-00000121"
    ),
    "InternalError": Problem(500, "We encountered an internal error. Please try again.", "0010-00000001"),
    "InvalidAccessKeyId": Problem(
        403, "The OSS Access Key Id you provided does not exist in our records.", "0002-00000902"
    ),
    "InvalidArgument": Problem(400, "The argument is invalid.", "0017-00000001"),
    "InvalidBucketName": Problem(400, "The specified bucket is not valid.", "0015-00000001"),
    "InvalidDigest": Problem(400, "The Content-MD5 you specified was invalid.", "0016-00000503"),
    "InvalidObjectName": Problem(400, "The specified object is not valid.", "0016-00000102"),
    "InvalidObjectState": Problem(403, "The operation is not valid for the object's state", "0016-00000330"),
    "InvalidRange": Problem(416, "The requested range cannot be satisfied", "0016-00000401"),
    "InvalidRequest": Problem(400, "The request is not a valid HTTP request.", "0001-00000001"),
    "InvalidSecurityToken": Problem(403, "The security token you provided is invalid.", "0002-00000006"),
    "MethodNotAllowed": Problem(405, "The specified method is not allowed against this resource.", "0001-00000405"),
    "NoSuchBucket": Problem(404, "The specified bucket does not exist.", "0015-00000101"),
    "NoSuchKey": Problem(404, "The specified key does not exist.", "0026-00000001"),
    "NotImplemented": Problem(
        400, "A header or query you provided requests a function that is not implemented.", "0001-00000501"
    ),
    "NotModified": Problem(304, "Not modified", "0016-00000304"),
    "OperationNotSupported": Problem(400, "The operation is not supported for this resource", "0016-00000702"),
    "PartitionQpsLimitted": Problem(503, "The partition's QPS exceeds its limit.", "0004-00000303"),
    "PreconditionFailed": Problem(
        412, "At least one of the pre-conditions you specified did not hold.", "0016-00000412"
    ),
    "QpsLimitExceeded": Problem(503, "The queries per second exceed the limit.", "0004-00000301"),
    "RequestTimeTooSkewed": Problem(
        403, "The difference between the request time and the current time is too large.", "0002-00000504"
    ),
    "RestoreAlreadyInProgress": Problem(409, "The restore operation is in progress.", "0016-00000701"),
    "SecurityTokenExpired": Problem(403, "The security token you provided has expired.", "0002-00000007"),
    "ServiceUnavailable": Problem(503, "Please reduce your request rate.", "0010-00000002"),
    "SignatureDoesNotMatch": Problem(
        403,
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
        "0002-00000040",
    ),
    "SlowDown": Problem(503, "Please reduce your request rate.", "0010-00000003"),
    "TotalQpsLimitExceeded": Problem(503, "The account's queries per second exceed the limit.", "0004-00000302"),
}


class OssError(Exception):
    """An error response; *details* are the elements specific to its code, in order."""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        status: int = 0,
        ec: str = "",
        details: Mapping[str, str] | None = None,
    ) -> None:
        """Take missing values from `PROBLEMS`; an unknown code is a 503."""
        known = PROBLEMS.get(code, Problem(status or 503, "The service cannot answer now.", "0010-00000999"))
        self.code = code
        self.status = status or known.status
        self.message = message or known.message
        self.ec = ec or known.ec
        self.details = dict(details or {})
        super().__init__(f"{self.status} {code}: {self.message}")

    def render(self, request_id: str, host: str) -> bytes:
        """Return the error document in the layout of OSS."""
        elements = [
            element("Code", self.code),
            element("Message", self.message),
            element("RequestId", request_id),
            element("HostId", host),
            *(element(name, text) for name, text in self.details.items()),
            element("EC", self.ec),
            element("RecommendDoc", f"https://api.aliyun.com/troubleshoot?q={self.ec}"),
        ]
        return document("Error", elements)


def invalid_argument(name: str, value: str | None, message: str) -> OssError:
    """Return the error for one invalid parameter or header field."""
    return OssError("InvalidArgument", message, details={"ArgumentName": name, "ArgumentValue": value or ""})
