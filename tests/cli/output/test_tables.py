"""Tables are aligned and fit, whatever their cells contain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.cli.output.output import Column
from ossrec.cli.output.tables import MAX_CELL, clip_end, clip_middle, columns_that_fit, table, widest_cell, width
from ossrec.cli.output.text import printable

TEXTS = st.text(max_size=80).map(printable)


def test_lines_up_in_wide_scripts() -> None:
    rows = [[("三年二班", None), ("7", None), ("end", None)], [("ab", None), ("12345", None), ("", None)]]
    assert table(["room", "n", "last"], rows, ["left", "right", "left"], colored=False) == (
        "room          n  last\n"
        "三年二班      7  end\n"
        "ab        12345\n"
    )  # fmt: skip


def test_colour_takes_no_room() -> None:
    rows = [[("a", "red"), ("b", None)], [("abc", None), ("b", None)]]
    assert table(["x", "y"], rows, ["left", "left"], colored=True) == (
        "\x1b[1mx\x1b[0m    \x1b[1my\x1b[0m\n\x1b[31ma\x1b[0m    b\nabc  b\n"
    )


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8))
def test_every_second_column_begins_at_the_same_place(texts: list[tuple[str, str]]) -> None:
    rows = [[(first, None), (f"|{second}", None)] for first, second in texts]
    lines = table(["first", "|"], rows, ["left", "left"], colored=False).split("\n")[:-1]
    assert len(lines) == len(rows) + 1
    begin = width(lines[0][:-1])
    for line, (first, _) in zip(lines[1:], texts, strict=True):
        shown = clip_end(first)
        assert line.startswith(shown)
        spaces = begin - width(shown)
        assert line[len(shown) :].startswith(" " * spaces + "|")


@given(TEXTS)
def test_a_clipped_text_fits(text: str) -> None:
    shown = clip_end(text)
    assert width(shown) <= MAX_CELL
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@pytest.mark.parametrize("text", ["x" * 200, "房" * 100, "e\u0301" * 90])
def test_only_what_is_too_wide_is_clipped(text: str) -> None:
    assert clip_end(text).endswith("…")
    assert clip_end(text[: MAX_CELL // 2]) == text[: MAX_CELL // 2]


def column(title: str, rank: int, fallback_for: str = "") -> Column:
    return Column(title, lambda _row: "", rank=rank, fallback_for=fallback_for)


FITTED: dict[str, tuple[int, list[str]]] = {
    "room for all": (100, ["when", "size", "name", "path"]),
    "just room for all": (4 + 2 + 5 + 2 + 4 + 2 + 30, ["when", "size", "name", "path"]),
    "the greatest rank goes first": (48, ["when", "name", "path"]),
    "what is too wide makes room for what is not": (23, ["when", "size", "name", "id"]),
    "what stands in for it comes in its turn": (17, ["when", "name", "id"]),
    "what stands in for it may not fit either": (12, ["when", "name"]),
    "what stays, stays": (3, ["when"]),
}


@pytest.mark.parametrize(("room", "shown"), FITTED.values(), ids=FITTED)
def test_columns_fit_the_terminal(room: int, shown: list[str]) -> None:
    columns = [column("when", 0), column("size", 4), column("name", 1), column("id", 3, "path"), column("path", 2)]
    texts = {0: ["when"], 1: ["12 MB"], 2: ["abcd"], 3: ["id42"], 4: ["x" * 30]}
    assert [columns[at].title for at in columns_that_fit(texts, columns, room)] == shown


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60)), min_size=1), st.integers(0, 300))
def test_shown_columns_fit_unless_they_are_always_shown(wide: list[tuple[int, int]], room: int) -> None:
    columns = [column(str(at), rank) for at, (rank, _) in enumerate(wide)]
    texts = {at: ["x" * length] for at, (_, length) in enumerate(wide)}
    shown = columns_that_fit(texts, columns, room)
    assert {at for at, (rank, _) in enumerate(wide) if rank == 0} <= set(shown)
    if any(columns[at].rank for at in shown):
        lengths = [length if at == len(wide) - 1 else min(length, MAX_CELL) for at, (_, length) in enumerate(wide)]
        assert sum(lengths[at] for at in shown) + 2 * (len(shown) - 1) <= room


ROOM_AND_USER: dict[str, tuple[int, int, int, list[str]]] = {
    "room for whole names": (40, 30, 200, ["when", "room", "user", "path"]),
    "names narrower, so that both are shown": (60, 60, 80, ["when", "room", "user"]),
    "names as wide as can be": (60, 20, 4 + 2 + 48 + 2 + 20, ["when", "room", "user"]),
    "no room for both": (60, 60, 23, ["when", "room"]),
    "no room for anything": (60, 60, 10, ["when", "room"]),
}


@pytest.mark.parametrize(("first", "second", "room", "shown"), ROOM_AND_USER.values(), ids=ROOM_AND_USER)
def test_cells_are_clipped_before_identifying_columns_are_omitted(
    first: int, second: int, room: int, shown: list[str]
) -> None:
    columns = [column("when", 0), column("room", 0), column("user", 1), column("path", 2)]
    columns[1], columns[2] = columns[1]._replace(shrinks=True), columns[2]._replace(shrinks=True)
    texts = {0: ["when"], 1: ["r" * first], 2: ["u" * second], 3: ["p" * 90]}
    widest = widest_cell(texts, columns, room)
    assert [columns[at].title for at in columns_that_fit(texts, columns, room, widest)] == shown
    assert widest == MAX_CELL or first > widest


def test_columns_that_cannot_shrink_are_not_clipped() -> None:
    columns = [column("task", 0), column("user", 1)]
    texts = {0: ["ba1107310000565164da34f816f842da94d"], 1: ["u" * 30], 2: ["x"]}
    columns.append(column("last", 0))
    assert columns_that_fit(texts, columns, 60, widest_cell(texts, columns, 60)) == [0, 2]


@given(TEXTS, st.integers(2, 60))
def test_text_clipped_in_the_middle_fits_and_keeps_both_ends(text: str, room: int) -> None:
    shown = clip_middle(text, room)
    assert width(shown) <= max(room, 0)
    head, mark, tail = shown.partition("…") if shown != text else (text, "", "")
    assert text.startswith(head)
    assert text.endswith(tail)
    assert shown == text or mark


def test_names_that_differ_at_their_ends_stay_different() -> None:
    assert clip_middle(f"{'student' * 9}-01", 20) != clip_middle(f"{'student' * 9}-02", 20)
    assert clip_middle("三年二班" * 9, 8) == "三年…班"


@pytest.mark.parametrize("room", range(2, 24))
def test_no_escape_is_cut_in_two(room: int) -> None:
    text = printable("\x1b\u202e\U000e0001") * 2
    for shown in (clip_end(text, room), clip_middle(text, room)):
        for part in shown.split("…"):
            assert not part.replace("\\x1b", "").replace("\\u202e", "").replace("\\U000e0001", ""), shown
