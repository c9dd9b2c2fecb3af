"""Failures of access: a recording, playlist or segment that could not be read."""

from ossrec.findings import Rule
from ossrec.rules.declare import not_inspected

RULES: tuple[Rule, ...] = (
    not_inspected(
        "LOOK000",
        "recording was listed, but not looked at yet",
        "Run `ossrec scan` again: the one that listed it still runs, or was stopped before it came to this recording.",
    ),
    not_inspected(
        "LOOK001",
        "object is archived, so nobody can look at it",
        "Restore the object (ossutil `restore`, minutes to 48 hours by storage class), then scan and check again.",
    ),
    not_inspected(
        "LOOK002",
        "access to a playlist or segment was denied",
        "Give the RAM user `oss:GetObject` on the prefix, then scan or check again; `ossrec doctor` shows what is "
        "allowed.",
    ),
    not_inspected(
        "LOOK003",
        "bucket failed while a playlist or segment was read",
        "Scan or check again later; if it goes on, give the request id in the detail to the support of the bucket's "
        "provider.",
    ),
    not_inspected(
        "LOOK004",
        "playlist is larger than 16 MiB",
        "No recording is that long: look at what it is, and move it out of the prefix if it is no recording.",
    ),
    not_inspected(
        "LOOK005",
        "playlist or segment is not what was listed any more",
        "Scan again: it was changed or deleted since it was listed.",
    ),
    not_inspected(
        "LOOK006",
        "playlist has more than a million lines, and was not read to its end",
        "No recording is that long: look at what it is, and move it out of the prefix if it is no recording.",
    ),
)
