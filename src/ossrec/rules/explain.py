"""The rule table in words: for `ossrec explain CODE` and for docs/findings.md."""

from ossrec.findings import Rule, Severity, Verdict
from ossrec.rules import AREAS, RULES, area

_SEVERITIES = {
    Severity.ERROR: "content is missing or cannot be played",
    Severity.WARNING: "it plays with a flaw, or breaks some players",
    Severity.INFO: "worth knowing, nothing is wrong",
}

_MEANINGS = {
    ("LOOK", Severity.WARNING): "nothing is known",
    ("TSK", Severity.WARNING): "files and tasks do not agree, the file plays as it is",
    ("TSK", Severity.ERROR): "what was to be recorded is not there, or not whole",
}

_CONSEQUENCES = {
    Verdict.COMPLETE: "A recording can still be `complete`.",
    Verdict.FLAWED: "A recording is `flawed` at best: it plays to its end, but something is off.",
    Verdict.UNKNOWN: "A recording is `unknown` at best: it could not be looked at, and may be sound.",
    Verdict.INCOMPLETE: "A recording is `incomplete` at best: parts of it are missing.",
    Verdict.DAMAGED: "A recording is `damaged` at best: its bytes are there, but broken.",
    Verdict.UNFINISHED: "A recording is `unfinished` at best, or `recording` while segments still arrive.",
}

_HEAD = """# What a check can find

Made from the rule table by `python -m ossrec.rules > docs/findings.md`; a test keeps it in step.
`ossrec explain CODE` shows one row.

A code keeps its meaning for ever. **Severity**: `error`, content is missing or cannot be played; `warning`,
it plays with a flaw or breaks some players, or, in the area TSK, files and tasks do not agree; `info`,
worth knowing. **Verdict** is the best that a recording
can be while the finding holds; the worst of all its findings counts. A playlist reports a code at most
1,000 times, a segment at most 20 times; one more finding of that code then says how many were left out.

What the recorder writes in every playlist (no comma after EXTINF, EXT-X-ALLOW-CACHE, private tags, a
discontinuity before the first segment) is `info` at most: a recording with nothing else is `complete`.
"""


def explain(code: str) -> str | None:
    """What a code means for the verdict and what to do, in several lines; None for an unknown code."""
    rule = RULES.get(code.strip().upper())
    if rule is None:
        return None
    meaning = _MEANINGS.get((area(rule.code), rule.severity), _SEVERITIES[rule.severity])
    return "\n".join(
        (
            f"{rule.code}: {rule.title}",
            "",
            f"Severity:  {rule.severity.name.lower()}: {meaning}",
            f"Verdict:   {_CONSEQUENCES[rule.verdict]}",
            f"What next: {rule.remedy}",
            f"Written:   {rule.section or 'a rule of ossrec, in no standard'}",
        )
    )


def findings_page() -> str:
    """The text of docs/findings.md."""
    return "\n".join((_HEAD, *(_table(name) for name in AREAS)))


def _table(name: str) -> str:
    """One area as a heading and a table."""
    rows = [_row(rule) for code, rule in sorted(RULES.items()) if area(code) == name]
    head = "| code | severity | verdict | what is wrong | what to do | written in |\n|---|---|---|---|---|---|"
    return "\n".join((f"## {name}: {AREAS[name]}\n", head, *rows, ""))


def _row(rule: Rule) -> str:
    cells = (rule.code, rule.severity.name.lower(), rule.verdict, rule.title, rule.remedy, rule.section)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
