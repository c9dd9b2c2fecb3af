"""Rules 44 and 45, and what it means when ossrec could not look."""

from ossrec.findings import Rule
from ossrec.rules.declare import blind, info, warning

RULES: tuple[Rule, ...] = (
    warning(
        "NAM440",
        "object's name is not that of a recording",
        "Nothing is lost, it is kept in the catalog: if it is a recording's, rename it to `rid_…`; else "
        "store it elsewhere.",
    ),
    info(
        "NAM441",
        "room or user id breaks the vendor's rule for ids",
        "Nothing need be done: the recording is read all the same. The vendor allows 1 to 64 of A-Z a-z 0-9 _ -.",
    ),
    warning(
        "NAM442",
        "name in the folder cannot be an object's",
        "Rename the file, or make it readable; until then no part of ossrec can look at it.",
    ),
    info(
        "NAM450",
        "name can be read in more than one way",
        "Nothing need be done: the likeliest reading is used. Importing the task that recorded it settles the reading.",
    ),
    blind(
        "LOOK000",
        "recording was listed, but not looked at yet",
        "Run `ossrec scan` again: the one that listed it still runs, or was stopped before it came to this recording.",
    ),
    blind(
        "LOOK001",
        "object is archived, so nobody can look at it",
        "Restore the object (ossutil `restore`, minutes to 48 hours by storage class), then scan and check again.",
    ),
    blind(
        "LOOK002",
        "access to a playlist or segment was denied",
        "Give the RAM user `oss:GetObject` on the prefix, then scan or check again; `ossrec doctor` shows what is "
        "allowed.",
    ),
    blind(
        "LOOK003",
        "bucket failed while a playlist or segment was read",
        "Scan or check again later; if it goes on, give the request id in the detail to the support of the bucket's "
        "provider.",
    ),
    blind(
        "LOOK004",
        "playlist is larger than 16 MiB",
        "No recording is that long: look at what it is, and move it out of the prefix if it is no recording.",
    ),
    blind(
        "LOOK005",
        "playlist or segment is not what was listed any more",
        "Scan again: it was changed or deleted since it was listed.",
    ),
    blind(
        "LOOK006",
        "playlist has more than a million lines, and was not read to its end",
        "No recording is that long: look at what it is, and move it out of the prefix if it is no recording.",
    ),
)
