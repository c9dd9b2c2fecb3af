"""Failures of access: a recording, playlist or segment that could not be read."""

from ossrec.findings import Rule
from ossrec.rules.declare import not_inspected

RULES: tuple[Rule, ...] = (
    not_inspected(
        "LOOK000",
        "recording is listed, but not checked yet",
        "Run `ossrec scan` again: the scan that listed it is still running, or was stopped before it checked this "
        "recording.",
    ),
    not_inspected(
        "LOOK001",
        "object is archived and cannot be read",
        "Restore the object (ossutil `restore`, minutes to 48 hours depending on the storage class), then scan "
        "and check again.",
    ),
    not_inspected(
        "LOOK002",
        "access to a playlist or segment was denied",
        "Grant the RAM user `oss:GetObject` on the prefix, then scan or check again; `ossrec doctor` shows what "
        "is allowed.",
    ),
    not_inspected(
        "LOOK003",
        "bucket failed while a playlist or segment was read",
        "Scan or check again later; if it keeps failing, give the request id in the detail to the support of the "
        "bucket's provider.",
    ),
    not_inspected(
        "LOOK004",
        "playlist is larger than 16 MiB, as stored or when decompressed",
        "No recording is that long: check what the object is, and move it out of the prefix if it is not a recording.",
    ),
    not_inspected(
        "LOOK005",
        "playlist or segment was changed or deleted after it was listed",
        "Scan again: the object in the bucket is no longer the one that was listed.",
    ),
    not_inspected(
        "LOOK006",
        "playlist has more than a million lines, and was not read to its end",
        "No recording is that long: check what the object is, and move it out of the prefix if it is not a recording.",
    ),
)
