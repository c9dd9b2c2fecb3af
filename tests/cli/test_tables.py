"""Tables line up, whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.cli.tables import WIDEST, clipped, table, width
from ossrec.cli.text import printable

TEXTS = st.text(max_size=80).map(printable)


def test_lines_up_in_wide_scripts() -> None:
    rows = [[("三年二班", None), ("7", None), ("end", None)], [("ab", None), ("12345", None), ("", None)]]
    assert table(["room", "n", "last"], rows, ["left", "right", "left"], coloured=False) == (
        "room          n  last\n"
        "三年二班      7  end\n"
        "ab        12345\n"
    )  # fmt: skip


def test_colour_takes_no_room() -> None:
    rows = [[("a", "red"), ("b", None)], [("abc", None), ("b", None)]]
    assert table(["x", "y"], rows, ["left", "left"], coloured=True) == (
        "\x1b[1mx\x1b[0m    \x1b[1my\x1b[0m\n\x1b[31ma\x1b[0m    b\nabc  b\n"
    )


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8))
def test_every_second_column_begins_at_the_same_place(texts: list[tuple[str, str]]) -> None:
    rows = [[(first, None), (f"|{second}", None)] for first, second in texts]
    lines = table(["first", "|"], rows, ["left", "left"], coloured=False).split("\n")[:-1]
    assert len(lines) == len(rows) + 1
    begin = width(lines[0][:-1])
    for line, (first, _) in zip(lines[1:], texts, strict=True):
        shown = clipped(first)
        assert line.startswith(shown)
        spaces = begin - width(shown)
        assert line[len(shown) :].startswith(" " * spaces + "|")


@given(TEXTS)
def test_a_clipped_text_fits(text: str) -> None:
    shown = clipped(text)
    assert width(shown) <= WIDEST
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@pytest.mark.parametrize("text", ["x" * 200, "房" * 100, "e\u0301" * 90])
def test_only_what_is_too_wide_is_clipped(text: str) -> None:
    assert clipped(text).endswith("…")
    assert clipped(text[: WIDEST // 2]) == text[: WIDEST // 2]
