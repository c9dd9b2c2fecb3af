"""The rule table: every fault that a check can find, by its code.

A code is the area, the number of the rule and an index: ``HLS151`` is rule 15 of the playlist's text, second
fault. Areas: HLS (text of a playlist), LST (playlist against the listing), TS (segments by their bytes), NAM
(names), TSK (files against tasks), LOOK (could not look). A code keeps its meaning for ever; docs/findings.md is
made from this table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ossrec.findings import Rule
from ossrec.rules import access, listing, names, tasks, transport_stream
from ossrec.rules import playlist_header as header
from ossrec.rules import playlist_segments as segments
from ossrec.rules import playlist_syntax as syntax

AREAS: Mapping[str, str] = MappingProxyType(
    {
        "HLS": "Text of a playlist",
        "LST": "Playlist against the listing of the bucket",
        "TS": "Segments by their bytes",
        "NAM": "Names",
        "TSK": "Files against tasks",
        "LOOK": "Could not look",
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


def area(code: str) -> str:
    """The area of a code: its leading letters."""
    return code.rstrip("0123456789")
