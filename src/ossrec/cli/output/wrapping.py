"""Lines for people broken between words, where a terminal would break them inside; what is copied stays whole."""

import re

from ossrec.cli.output.tables import width

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
# A command is one word, whatever is in it: between backticks, or the one that a finding holds.
_WORD = re.compile(r"ossutil restore (?:'[^']*'|\S)+|(?:`[^`]*`|\S)+")
_HANGING = 2  # further in than the line begins
_LABEL = "next: "  # what follows it hangs from behind it


def wrapped(line: str, columns: int) -> str:
    """*line*, a printable one that may be coloured, in lines of at most so many columns, unless a word is longer."""
    if _wide(line) <= columns:
        return line
    begins = len(line) - len(line.lstrip(" "))
    indent = begins + (len(_LABEL) if line.startswith(_LABEL, begins) else _HANGING)
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
