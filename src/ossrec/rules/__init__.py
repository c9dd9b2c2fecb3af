"""The rule table: every fault that a check can find, by its code.

A code is the area, the number of the rule and an index: ``HLS151`` is the second fault of rule 15, in the text of a
playlist. Areas: HLS (playlist text), LST (playlist against the listing), TS (bytes of segments), NAM (names), TSK
(files against tasks), LOOK (not checked). The meaning of a code never changes. docs/findings.md is generated from
this table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ossrec.findings import Finding, Rule, Severity, Verdict
from ossrec.rules import access, listing, names, tasks, transport_stream
from ossrec.rules import playlist_header as header
from ossrec.rules import playlist_segments as segments
from ossrec.rules import playlist_syntax as syntax

AREAS: Mapping[str, str] = MappingProxyType(
    {
        "HLS": "Playlist text",
        "LST": "Playlist against the bucket listing",
        "TS": "Bytes of segments",
        "NAM": "Names",
        "TSK": "Files against tasks",
        "LOOK": "Not checked",
    }
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.code: rule
        for table in (
            syntax.RULES,
            header.RULES,
            segments.RULES,
            listing.RULES,
            transport_stream.RULES,
            names.RULES,
            tasks.RULES,
            access.RULES,
        )
        for rule in table
    }
)


def rule_of(finding: Finding) -> Rule:
    """Return the rule that a finding breaks; for a habit of the recorder, as an info that changes no verdict."""
    rule = RULES[finding.code]
    if finding.severity is None or finding.severity >= rule.severity:
        return rule
    return rule._replace(severity=Severity.INFO, verdict=Verdict.COMPLETE, damage=None)


def area(code: str) -> str:
    """Return the area of a code: its leading letters."""
    return code.rstrip("0123456789")
