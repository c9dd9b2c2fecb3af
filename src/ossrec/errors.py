"""The exceptions of ossrec as one tree, each with its exit code on the command line.

    OssrecError                 3   partly done: some of the work failed
    ├── UsageProblem            2   the command, the call or a setting is wrong
    ├── CatalogError            10  the catalog cannot be used
    │   ├── CatalogMissing      10  there is no catalog at that path
    │   ├── CatalogDamaged      10  the file is not a catalog, or SQLite finds it corrupt
    │   └── CatalogTooNew       10  a newer ossrec wrote it
    ├── CatalogLocked           11  another run holds the catalog
    ├── Interrupted             130 stopped by Ctrl-C or SIGTERM; the work done so far is saved
    ├── RecorderError           3   a call of the recorder's service failed
    │   ├── RecorderRefused     3   the service answered with a code other than 0
    │   ├── RecorderDenied      12  the certificate is wrong or missing
    │   ├── RecorderUnreachable 3   the request was not sent, so nothing was done: retry
    │   ├── RecorderUnanswered  3   the request was sent and not answered: it may have been carried out
    │   └── ResidSpent          2   the resid was used, or is older than five minutes; nothing was sent
    └── BucketError             3   a request to the bucket failed
        ├── AccessDenied        12  permission denied, or the credentials are wrong or missing
        ├── BucketMissing       12  no such bucket or folder
        ├── ObjectMissing       3   no such object (also a FileNotFoundError)
        ├── ObjectExists        2   the key of a new object is in use by another
        ├── ObjectArchived      3   the object must be restored before it can be read
        ├── ObjectTooLarge      3   the object is larger than the reader allows
        ├── BodyDamaged         3   the body does not match its checksum, or is truncated
        ├── ListingDamaged      3   a page of the listing is malformed or inconsistent
        └── BucketBusy          3   throttled, timed out or failing: retry later

A message is one line that ends with the next step. It never contains credentials.
"""


class OssrecError(Exception):
    """Base class of all expected errors; ``str()`` returns one line for users."""

    exit_code = 3


class UsageProblem(OssrecError):
    """The command, the call or a setting is wrong."""

    exit_code = 2


class CatalogError(OssrecError):
    """The catalog cannot be used."""

    exit_code = 10


class CatalogMissing(CatalogError):
    """There is no catalog at the path."""


class CatalogDamaged(CatalogError):
    """The file is not a catalog, or SQLite finds it corrupt."""


class CatalogTooNew(CatalogError):
    """A newer version of ossrec wrote the catalog."""


class CatalogLocked(OssrecError):
    """Another run holds the catalog's write lock."""

    exit_code = 11


class Interrupted(OssrecError):
    """Stopped by Ctrl-C or SIGTERM; the work done so far is saved."""

    exit_code = 130


class RecorderError(OssrecError):
    """A call of the recorder's service failed; ``trace_id`` identifies the request, empty if there was none."""

    def __init__(self, message: str, *, trace_id: str = "") -> None:
        """Store the traceId and append it to *message*."""
        super().__init__(f"{message} (traceId {trace_id})" if trace_id else message)
        self.trace_id = trace_id


class RecorderRefused(RecorderError):
    """The service refused the call; ``code`` is the code of its response, None if there was none."""

    def __init__(self, message: str, *, trace_id: str, code: int | None, said: str) -> None:
        """Store the code, and the service's own message as *said*."""
        super().__init__(message, trace_id=trace_id)
        self.code = code
        self.said = said


class RecorderDenied(RecorderError):
    """The certificate is wrong or missing, or does not permit the call."""

    exit_code = 12


class RecorderUnreachable(RecorderError):
    """The request did not reach the service, so nothing was done."""


class RecorderUnanswered(RecorderError):
    """The request was sent, but no readable response arrived: it may have been carried out."""


class ResidSpent(RecorderError):
    """The resid was used, or is older than five minutes; nothing was sent."""

    exit_code = 2


class BucketError(OssrecError):
    """A request to the bucket failed.

    ``code``, ``ec`` and ``request_id`` are those of the OSS response, empty if there is none.
    """

    def __init__(self, message: str, *, code: str = "", ec: str = "", request_id: str = "") -> None:
        """Store the codes of the OSS response."""
        super().__init__(message)
        self.code = code
        self.ec = ec
        self.request_id = request_id


class AccessDenied(BucketError):
    """Permission denied, or the credentials are wrong or missing."""

    exit_code = 12


class BucketMissing(BucketError):
    """There is no such bucket or folder."""

    exit_code = 12


class ObjectMissing(BucketError, FileNotFoundError):
    """There is no such object."""


class ObjectExists(BucketError):
    """The key of a new object is in use by another."""

    exit_code = 2


class ObjectArchived(BucketError):
    """The object has an archive storage class and has not been restored."""


class ObjectTooLarge(BucketError):
    """The object is larger than the reader allows."""


class BodyDamaged(BucketError):
    """A body does not match its checksum, or is truncated."""


class ListingDamaged(BucketError):
    """A page of the listing is malformed or inconsistent."""


class BucketBusy(BucketError):
    """The request was throttled, timed out or reset, or the server failed: retry later."""
