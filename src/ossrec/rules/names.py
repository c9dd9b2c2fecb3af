"""Rules 44 and 45: names of objects and files."""

from ossrec.findings import Rule
from ossrec.rules.declare import info, warning

RULES: tuple[Rule, ...] = (
    warning(
        "NAM440",
        "object name is not that of a recording",
        "Nothing is lost, the object stays in the catalog: if it is a recording, rename it to `rid_…`; otherwise "
        "store it elsewhere.",
    ),
    info(
        "NAM441",
        "room or user id breaks the vendor's rule for ids",
        "No action needed: the recording is still read. The vendor allows 1 to 64 characters of A-Z a-z 0-9 _ -.",
    ),
    warning(
        "NAM442",
        "file name cannot be an object name",
        "Rename the file, or make it readable; until then ossrec cannot read it.",
    ),
    info(
        "NAM450",
        "name has more than one reading",
        "No action needed: the most likely reading is used. Importing the task that recorded it resolves the reading.",
    ),
)
