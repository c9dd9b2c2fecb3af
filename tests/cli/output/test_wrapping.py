"""Lines that are wider than the terminal are wrapped between words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.cli.output.tables import width
from ossrec.cli.output.wrapping import wrapped

RESTORE = "ossutil restore 'oss://bucket/a name with spaces.ts'"
CASES = {
    "what fits stays": ("  two words", 11, ["  two words"]),
    "it is broken between words": ("  two words and more", 12, ["  two words", "    and more"]),
    "what is to be done hangs behind its label": (
        "   next: write it down in a book, then go on",
        30,
        ["   next: write it down in a", "         book, then go on"],
    ),
    "text is aligned behind a label": (
        "Remedy:    Restore it from a backup, or not",
        32,
        ["Remedy:    Restore it from a", "           backup, or not"],
    ),
    "a narrow terminal has no room for the label": ("Remedy:    Restore it", 18, ["Remedy:    Restore", "  it"]),
    "what is aligned stays so": ("  a      b      c", 12, ["  a      b", "    c"]),
    "a long word has a line of its own": (
        "key 2026/rid_long/long.m3u8 is",
        12,
        ["key", "  2026/rid_long/long.m3u8", "  is"],
    ),
    "a command is one word": ("run (`ossrec scan a b c`) soon", 20, ["run", "  (`ossrec scan a b c`)", "  soon"]),
    "a command that a finding holds is one word": (f"Archive: {RESTORE}", 30, ["Archive:", f"  {RESTORE}"]),
    "a backtick alone is a letter": ("one ` two three", 9, ["one ` two", "  three"]),
    "colours take no room": ("\x1b[31mred red\x1b[0m red", 11, ["\x1b[31mred red\x1b[0m red"]),
    "wide scripts take two columns": ("三年 二班 三年", 9, ["三年 二班", "  三年"]),
    "an empty line": ("", 1, [""]),
}


@pytest.mark.parametrize(("line", "columns", "lines"), CASES.values(), ids=CASES)
def test_a_line_is_broken_between_words(line: str, columns: int, lines: list[str]) -> None:
    assert wrapped(line, columns).split("\n") == lines


@given(st.text("ab `'/三", max_size=60).map(str.rstrip), st.integers(1, 40))
def test_no_word_is_lost_or_broken_and_only_a_word_alone_is_too_wide(line: str, columns: int) -> None:
    lines = wrapped(line, columns).split("\n")
    assert " ".join(lines).split() == line.split()
    for one in lines:
        assert width(one) <= columns or " " not in one.strip() or "`" in one
    assert all(one.strip() for one in lines[1:])
