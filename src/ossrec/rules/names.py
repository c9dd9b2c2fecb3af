"""Rules 44 and 45: names of objects and files."""

from ossrec.findings import Rule
from ossrec.rules.declare import info, warning

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
)
