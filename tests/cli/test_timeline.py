"""The timeline in a terminal: every gap shows, however short; and it is said in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.catalog.segments import Stretch, stretches
from ossrec.cli.timeline import STATES, axis, in_words, length_of, marks, pointers, timeline

LETTERS = {"p": "present", "m": "missing", "e": "empty", "c": "cut", "g": "gap", "o": "outside"}


def segments(states: str, length: float | None = 10.0) -> list[dict[str, Any]]:
    """Segments of the same length in these states, by their first letters."""
    return [
        {"number": n, "start": None if length is None else n * length, "length": length, "state": LETTERS[letter]}
        for n, letter in enumerate(states)
    ]


def drawn(states: str, width: int, length: float | None = 10.0) -> str:
    return "".join(state[0] for state in timeline(stretches(segments(states, length)), width))


def gaps(rows: list[dict[str, Any]]) -> list[Stretch]:
    return [stretch for stretch in stretches(rows) if stretch.state != "present"]


DRAWN = {
    "one character a segment": ("pmpp", 4, "pmpp"),
    "two characters a segment": ("pm", 4, "ppmm"),
    "two segments a character show the worse": ("pmpp", 2, "mp"),
    "one in a thousand shows": ("p" * 500 + "m" + "p" * 499, 10, "pppppmpppp"),
    "missing is worse than empty": ("emcgo", 1, "m"),
    "nothing to draw": ("", 10, ""),
    "no room to draw": ("pm", 0, ""),
}


@pytest.mark.parametrize(("states", "width", "expected"), DRAWN.values(), ids=DRAWN)
def test_draws(states: str, width: int, expected: str) -> None:
    assert drawn(states, width) == expected


def test_without_lengths_each_segment_has_as_much_room() -> None:
    assert drawn("pcp", 10, None) == "pcp"
    assert drawn("pcpp", 2, None) == "cp"
    assert length_of(stretches(segments("p", None))) is None
    assert drawn("pp", 4, 0.0) == "pp"


@given(st.text("pmecgo", min_size=1, max_size=300), st.integers(1, 120))
def test_every_state_that_is_worst_somewhere_shows(states: str, width: int) -> None:
    line = drawn(states, width)
    assert len(line) == width
    worst = max(states, key=[state[0] for state in STATES].index)
    assert worst in line


def test_neighbours_of_one_state_are_one_gap() -> None:
    assert [in_words(gap) for gap in gaps(segments("pmmpeg"))] == [
        "0:10 to 0:30 missing (segments 1 to 2)",
        "0:40 to 0:50 empty (segment 4)",
        "0:50 to 1:00 declared missing by the recorder (segment 5)",
    ]
    assert [in_words(gap) for gap in gaps(segments("pcc", None))] == ["cut short (segments 1 to 2)"]


def test_a_gap_of_unknown_length_says_where_it_begins() -> None:
    one = segments("m")
    one[0]["length"] = None
    assert [in_words(gap) for gap in gaps(one)] == ["at 0:00 missing (segment 0)"]


def test_the_ends_of_time_stand_below() -> None:
    assert axis(3600.0, 20) == "0:00         1:00:00"
    assert axis(3600.0, 3) == "0:00 1:00:00"
    assert axis(None, 20) == ""


def test_findings_are_pointed_at() -> None:
    assert pointers([0.0, 15.0, 40.0, None, -1.0], 40.0, 4) == "^^ ^"
    assert pointers([], 40.0, 4) == ""
    assert pointers([1.0], None, 4) == ""


def test_a_terminal_without_blocks_gets_letters() -> None:
    assert marks("utf-8")["present"] == "█"
    for encoding in ("ascii", "latin-1", None, "no such encoding"):
        assert marks(encoding)["present"] == "#"
    assert len(set(marks("ascii").values())) == len(STATES)
