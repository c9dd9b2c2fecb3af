"""What can go wrong, as one tree; each leaf knows the exit code that the command line gives it.

    OssrecError                 3   partly done: some of the work could not be done
    ├── UsageProblem            2   the call or a setting is wrong
    ├── CatalogError            10  the catalog cannot be used
    │   ├── CatalogMissing      10  there is no catalog at that path
    │   ├── CatalogDamaged      10  the file is not a catalog, or SQLite finds it broken
    │   └── CatalogTooNew       10  a newer ossrec wrote it
    ├── CatalogLocked           11  another run holds the catalog
    ├── Interrupted             130 stopped by Ctrl-C or SIGTERM, what was done is kept
    ├── RecorderError           3   the recorder's service did not do what was asked of it
    │   ├── RecorderRefused     3   it answered with a code that is not 0
    │   ├── RecorderDenied      12  the certificate is wrong or missing
    │   ├── RecorderUnreachable 3   nothing was sent, so nothing was done: worth trying again
    │   ├── RecorderUnanswered  3   it was sent and not answered: it may have been done
    │   └── ResidSpent          2   the resid was used or is older than five minutes; nothing was sent
    └── BucketError             3   the bucket did not answer as it should
        ├── AccessDenied        12  not allowed, or the credentials are wrong or missing
        ├── BucketMissing       12  no such bucket or folder
        ├── ObjectMissing       3   no such object (also a FileNotFoundError)
        ├── ObjectExists        2   there is another object already where a new one was to be written
        ├── ObjectArchived      3   the object must be restored before it can be read
        ├── ObjectTooLarge      3   the object is larger than the reader allows
        ├── BodyDamaged         3   the body does not match its checksum, or was cut short
        ├── ListingDamaged      3   a page of the listing does not add up
        └── BucketBusy          3   throttled, timed out or failing, worth trying again

A message is one line, and says what to do next. Credentials never stand in one.
"""


class OssrecError(Exception):
    """Any failure that ossrec foresees; ``str()`` of it is one line for people."""

    exit_code = 3


class UsageProblem(OssrecError):
    """The call or a setting is wrong."""

    exit_code = 2


class CatalogError(OssrecError):
    """The catalog cannot be used."""

    exit_code = 10


class CatalogMissing(CatalogError):
    """There is no catalog at that path."""


class CatalogDamaged(CatalogError):
    """The file is not a catalog, or SQLite finds it broken."""


class CatalogTooNew(CatalogError):
    """A newer version of ossrec wrote the catalog."""


class CatalogLocked(OssrecError):
    """Another run holds the catalog's write lock."""

    exit_code = 11


class Interrupted(OssrecError):
    """Stopped by Ctrl-C or SIGTERM; what was done until then is kept."""

    exit_code = 130


class RecorderError(OssrecError):
    """The recorder's service did not do what was asked of it; ``trace_id`` names the request, empty before one."""

    def __init__(self, message: str, *, trace_id: str = "") -> None:
        """Keep the traceId beside the message, which ends with it."""
        super().__init__(f"{message} (traceId {trace_id})" if trace_id else message)
        self.trace_id = trace_id


class RecorderRefused(RecorderError):
    """The service answered that it will not; ``code`` is what it gave, None when it gave none."""

    def __init__(self, message: str, *, trace_id: str, code: int | None, said: str) -> None:
        """Keep the service's own words, `said`, beside the message."""
        super().__init__(message, trace_id=trace_id)
        self.code = code
        self.said = said


class RecorderDenied(RecorderError):
    """The certificate is wrong or missing, or may not do that."""

    exit_code = 12


class RecorderUnreachable(RecorderError):
    """Nothing reached the service, so nothing was done."""


class RecorderUnanswered(RecorderError):
    """It was sent, and no answer came that can be read: nobody knows whether it was done."""


class ResidSpent(RecorderError):
    """The resid was used already, or is older than five minutes; nothing was sent."""

    exit_code = 2


class BucketError(OssrecError):
    """The bucket did not answer as it should.

    ``code``, ``ec`` and ``request_id`` are what OSS gave, empty where there is none.
    """

    def __init__(self, message: str, *, code: str = "", ec: str = "", request_id: str = "") -> None:
        """Keep what OSS said beside the message."""
        super().__init__(message)
        self.code = code
        self.ec = ec
        self.request_id = request_id


class AccessDenied(BucketError):
    """Not allowed, or the credentials are wrong or missing."""

    exit_code = 12


class BucketMissing(BucketError):
    """There is no such bucket or folder."""

    exit_code = 12


class ObjectMissing(BucketError, FileNotFoundError):
    """There is no such object."""


class ObjectExists(BucketError):
    """There is another object already where a new one was to be written."""

    exit_code = 2


class ObjectArchived(BucketError):
    """The object is in an archive storage class and not restored."""


class ObjectTooLarge(BucketError):
    """The object is larger than the reader allows."""


class BodyDamaged(BucketError):
    """A body does not match its checksum, or ended before its length."""


class ListingDamaged(BucketError):
    """A page of the listing is not well-formed or does not add up."""


class BucketBusy(BucketError):
    """Throttled, timed out, reset or failing on its side: worth trying again."""
