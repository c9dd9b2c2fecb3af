"""Wrap lines for a terminal between words; commands, which people copy, are never broken."""

import re

from ossrec.cli.output.tables import width

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
# A command counts as one word: between backticks, or the `ossutil restore` command in a finding.
_WORD = re.compile(r"ossutil restore (?:'[^']*'|\S)+|(?:`[^`]*`|\S)+")
_HANGING = 2  # spaces by which continuation lines are indented further than the first
_LABEL = re.compile(r" *(?:next: |[A-Z][a-z]+: {2,})")  # continuation lines are aligned with the text after the label
_MIN_TEXT = 20  # columns that an indent must leave for the text


def wrapped(line: str, columns: int, indent: int | None = None) -> str:
    """Wrap *line*, which is printable and may be colored, to *columns*; only a longer word exceeds them.

    Continuation lines are indented by *indent*, by default like the text after a label, or by two more than the line.
    """
    if _wide(line) <= columns:
        return line
    begins = len(line) - len(line.lstrip(" "))
    if indent is None:
        label = _LABEL.match(line)
        indent = begins + _HANGING if label is None else label.end()
    if columns - indent < _MIN_TEXT:
        indent = min(indent, begins + _HANGING)
    lines, here, reach = [], "", 0
    for match in _WORD.finditer(line):
        gap, word = line[reach : match.start()], match[0]
        reach = match.end()
        if here.strip() and _wide(here + gap + word) > columns:
            lines.append(here)
            here = " " * indent + word
        else:
            here += gap + word
    return "\n".join([*lines, here])


def _wide(text: str) -> int:
    return width(_COLOR.sub("", text) if "\x1b" in text else text)
