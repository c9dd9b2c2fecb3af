"""Declare rows of the rule table: one function per severity."""

from ossrec.findings import DamageKind, Rule, Severity, Verdict


def error(
    code: str, verdict: Verdict, title: str, remedy: str, section: str = "", *, damage: DamageKind | None = None
) -> Rule:
    """Declare a fault by which content is missing or cannot be played; *verdict* says which."""
    return Rule(code, Severity.ERROR, title, remedy, section, verdict, damage)


def warning(
    code: str, title: str, remedy: str, section: str = "", *, damage: DamageKind | None = None, habit: str = ""
) -> Rule:
    """Declare a fault with which a recording plays with a flaw, or breaks some players.

    *habit* completes the sentence "info if ...": then the fault is a habit of the recorder, and nothing is lost.
    """
    return Rule(code, Severity.WARNING, title, remedy, section, Verdict.FLAWED, damage, habit)


def info(code: str, title: str, remedy: str, section: str = "") -> Rule:
    """Declare a fact that is worth knowing and leaves a recording complete."""
    return Rule(code, Severity.INFO, title, remedy, section, Verdict.COMPLETE)


def not_inspected(code: str, title: str, remedy: str) -> Rule:
    """Declare a failure of access: nothing is known about the recording."""
    return Rule(code, Severity.WARNING, title, remedy, "", Verdict.UNKNOWN)
