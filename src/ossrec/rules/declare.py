"""How a row of the rule table is made: one function per severity."""

from ossrec.findings import Rule, Severity, Verdict


def error(code: str, verdict: Verdict, title: str, remedy: str, section: str = "") -> Rule:
    """Content is missing or cannot be played; *verdict* says which."""
    return Rule(code, Severity.ERROR, title, remedy, section, verdict)


def warning(code: str, title: str, remedy: str, section: str = "") -> Rule:
    """It plays with a flaw, or breaks some players."""
    return Rule(code, Severity.WARNING, title, remedy, section, Verdict.FLAWED)


def info(code: str, title: str, remedy: str, section: str = "") -> Rule:
    """Worth knowing; a recording is no worse for it."""
    return Rule(code, Severity.INFO, title, remedy, section, Verdict.COMPLETE)


def blind(code: str, title: str, remedy: str) -> Rule:
    """The look itself failed, so nothing is known about the recording."""
    return Rule(code, Severity.WARNING, title, remedy, "", Verdict.UNKNOWN)
