"""Rule 46: files against the tasks that recorded them."""

from ossrec.findings import Rule, Severity, Verdict
from ossrec.rules.declare import error


def _contradiction(code: str, title: str, remedy: str) -> Rule:
    """Declare a contradiction between file and task: the file itself plays as it is."""
    return Rule(code, Severity.WARNING, title, remedy, "", Verdict.COMPLETE)


RULES: tuple[Rule, ...] = (
    _contradiction(
        "TSK460",
        "no task is known for the recordid",
        "Import the task, or find out who records into this bucket: `ossrec tasks unmatched` lists all such files.",
    ),
    # A finding of a task that has no recording: `ossrec tasks unmatched` reports it.
    Rule(
        "TSK461",
        Severity.ERROR,
        "task ended longer ago than the upload lag and has no file",
        "Contact the recorder's support with recordid, room and time; check whether its OSS path and access are right.",
        "",
        Verdict.COMPLETE,
    ),
    _contradiction(
        "TSK462",
        "file belongs to another room than its task",
        "Check which is right, the file name or the task: `ossrec show` lists the source of each task fact.",
    ),
    _contradiction(
        "TSK463",
        "file has another stream type than its task",
        "Check which is right, the file name or the task: `ossrec show` lists the source of each task fact.",
    ),
    _contradiction(
        "TSK464",
        "file belongs to a user that its task does not list",
        "Check whether the user belongs there; if the list was incomplete, import the task again with all its users.",
    ),
    error(
        "TSK465",
        Verdict.UNFINISHED,
        "task has stopped, and its segments have no playlist",
        "The recorder died before it wrote the playlist: `ossrec rebuild` writes one from the segments.",
    ),
)
