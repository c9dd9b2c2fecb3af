"""Explain the rule table in words: for `ossrec explain CODE` and for docs/findings.md."""

from ossrec.findings import Rule, Severity, Verdict
from ossrec.rules import AREAS, RULES, area

_SEVERITIES = {
    Severity.ERROR: "content is missing or cannot be played",
    Severity.WARNING: "plays with a flaw, or breaks some players",
    Severity.INFO: "worth knowing, nothing is wrong",
}

_MEANINGS = {
    ("LOOK", Severity.WARNING): "nothing is known about the recording",
    ("TSK", Severity.WARNING): "file and task disagree; the file plays as it is",
    ("TSK", Severity.ERROR): "a recording that a task requested is missing or incomplete",
}

_CONSEQUENCES = {
    Verdict.COMPLETE: "A recording can still be `complete`.",
    Verdict.FLAWED: "A recording is `flawed` at best: it plays to its end, but with a flaw.",
    Verdict.UNKNOWN: "A recording is `unknown` at best: it could not be checked, and may be intact.",
    Verdict.INCOMPLETE: "A recording is `incomplete` at best: parts of it are missing.",
    Verdict.DAMAGED: "A recording is `damaged` at best: its bytes exist, but are broken.",
    Verdict.UNFINISHED: "A recording is `unfinished` at best, or `recording` while segments still arrive.",
}

_HEAD = """# What a check can find

Generated from the rule table by `python -m ossrec.rules > docs/findings.md`; a test keeps it up to date.
`ossrec explain CODE` shows one row.

The meaning of a code never changes. **Severity** is `error` if content is missing or cannot be played; `warning` if
the recording plays with a flaw or breaks some players, or, in the area TSK, if file and task disagree; `info` if the
finding is only worth knowing. **Verdict** is the best verdict that a recording with the finding can have; if several
apply, the worst one wins. A code is reported at most 1,000 times for a playlist and at most 20 times for a segment;
one more finding of that code then gives the number of those left out.

Deviations that the recorder writes into every playlist (no comma after EXTINF, EXT-X-ALLOW-CACHE, private tags, a
discontinuity before the first segment) are `info` at most: a recording with no other findings is `complete`. Some
warnings are an `info`, in one line, where they are a habit of the recorder and nothing is lost; their row says when
([decision 19](decisions/0019-habits-are-infos.md)).
"""


def explain(code: str) -> str | None:
    """Return the severity, verdict and remedy of a code as lines of text; None for an unknown code."""
    rule = RULES.get(code.strip().upper())
    if rule is None:
        return None
    meaning = _MEANINGS.get((area(rule.code), rule.severity), _SEVERITIES[rule.severity])
    return "\n".join(
        (
            f"{rule.code}: {rule.title}",
            "",
            f"Severity:  {rule.severity.name.lower()}: {meaning}",
            *((f"Habit:     info if {rule.habit}",) if rule.habit else ()),
            f"Verdict:   {_CONSEQUENCES[rule.verdict]}",
            f"Remedy:    {rule.remedy}",
            f"Source:    {rule.section or 'a rule of ossrec, not of a standard'}",
        )
    )


def findings_page() -> str:
    """Return the text of docs/findings.md."""
    return "\n".join((_HEAD, *(_table(name) for name in AREAS)))


def _table(name: str) -> str:
    """Return one area as a heading and a table."""
    rows = [_row(rule) for code, rule in sorted(RULES.items()) if area(code) == name]
    head = "| code | severity | verdict | fault | remedy | source |\n|---|---|---|---|---|---|"
    return "\n".join((f"## {name}: {AREAS[name]}\n", head, *rows, ""))


def _row(rule: Rule) -> str:
    severity = rule.severity.name.lower() + (f"; info if {rule.habit}" if rule.habit else "")
    cells = (rule.code, severity, rule.verdict, rule.title, rule.remedy, rule.section)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
