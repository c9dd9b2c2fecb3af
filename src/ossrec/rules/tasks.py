"""Rule 46: files against the tasks that recorded them."""

from ossrec.findings import Rule, Severity, Verdict
from ossrec.rules.declare import error


def _differs(code: str, title: str, remedy: str) -> Rule:
    """The books do not agree: something is wrong, but not with the file, which plays as it is."""
    return Rule(code, Severity.WARNING, title, remedy, "", Verdict.COMPLETE)


RULES: tuple[Rule, ...] = (
    _differs(
        "TSK460",
        "no task knows the recordid",
        "Import the task, or find out who records into this bucket: `ossrec tasks unmatched` lists all such files.",
    ),
    # Of a task, since there is no recording to find it at: `ossrec tasks unmatched` tells it.
    Rule(
        "TSK461",
        Severity.ERROR,
        "task is over longer than the upload lag and has no file",
        "Ask the recorder's support with recordid, room and time; look whether its OSS path and access are right.",
        "",
        Verdict.COMPLETE,
    ),
    _differs(
        "TSK462",
        "file is of another room than its task",
        "Look which is right, the file's name or what was told of the task: `ossrec show` tells who said what.",
    ),
    _differs(
        "TSK463",
        "file is of another stream type than its task",
        "Look which is right, the file's name or what was told of the task: `ossrec show` tells who said what.",
    ),
    _differs(
        "TSK464",
        "file is of a user that its task does not name",
        "Look whether the user belongs there; import the task again with all its users if the list was not whole.",
    ),
    error(
        "TSK465",
        Verdict.UNFINISHED,
        "task has stopped, and segments have no playlist",
        "The recorder died before it wrote the playlist: `ossrec rebuild` writes one from the segments that are there.",
    ),
)
