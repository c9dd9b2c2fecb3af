"""The timeline in a terminal: every gap and every damage is visible, however short."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.catalog.details.damage import KINDS, Damage
from ossrec.catalog.details.state_runs import state_runs
from ossrec.cli.views.timeline import COLORS, STATES, axis, length_of, marks, pointers, timeline

LETTERS = {
    "p": "present",
    "m": "missing",
    "e": "empty",
    "c": "cut",
    "g": "declared_gap",
    "o": "outside",
    "u": "not_inspected",
}


def segments(states: str, length: float | None = 10.0) -> list[dict[str, Any]]:
    """Segments of the same length in these states, by their first letters."""
    return [
        {"number": n, "start": None if length is None else n * length, "length": length, "state": LETTERS[letter]}
        for n, letter in enumerate(states)
    ]


def drawn(states: str, width: int, length: float | None = 10.0) -> str:
    return "".join(_letter(state) for state in timeline(state_runs(segments(states, length)), width))


def _letter(state: str) -> str:
    """The key of *state* in `LETTERS`; for a kind of damage its first letter."""
    return next((letter for letter, named in LETTERS.items() if named == state), state[0])


DRAWN = {
    "one character a segment": ("pmpp", 4, "pmpp"),
    "two characters a segment": ("pm", 4, "ppmm"),
    "two segments a character show the worse": ("pmpp", 2, "mp"),
    "one in a thousand shows": ("p" * 500 + "m" + "p" * 499, 10, "pppppmpppp"),
    "missing is worse than empty": ("emcgou", 1, "m"),
    "not looked at is hardly worse than there": ("ppug", 2, "pg"),
    "nothing to draw": ("", 10, ""),
    "no room to draw": ("pm", 0, ""),
}


@pytest.mark.parametrize(("states", "width", "expected"), DRAWN.values(), ids=DRAWN)
def test_draws(states: str, width: int, expected: str) -> None:
    assert drawn(states, width) == expected


def test_without_lengths_each_segment_has_as_much_room() -> None:
    assert drawn("pcp", 10, None) == "pcp"
    assert drawn("pcpp", 2, None) == "cp"
    assert length_of(state_runs(segments("p", None))) is None
    assert drawn("pp", 4, 0.0) == "pp"


@given(st.text("pmecgou", min_size=1, max_size=300), st.integers(1, 120))
def test_every_state_that_is_worst_somewhere_shows(states: str, width: int) -> None:
    line = drawn(states, width)
    assert len(line) == width
    worst = max(states, key=[_letter(state) for state in STATES].index)
    assert worst in line


def damage(kind: str, start: float | None, length: float | None, segment: int | None = 0) -> Damage:
    return Damage(kind, start, length, ("TS350",), 0, segment, None)


DAMAGED: dict[str, tuple[str, float | None, list[Damage], str]] = {
    "over what is there": ("pppp", 10.0, [damage("lost", 10.0, 10.0)], "ppll pppp"),
    "a moment": ("pppp", 10.0, [damage("flaw", 39.99, None)], "pppp pppf"),
    "a moment in a thousand segments": ("p" * 1000, 10.0, [damage("lost", 0.0, 0.001)], "lppp pppp"),
    "the worst of several": (
        "pppp",
        10.0,
        [damage("broken", 1.0, 1.0), damage("flaw", 1.0, 9.0), damage("jump", 6.0, 1.0)],
        "bjpp pppp",
    ),
    "a missing segment is worse": ("pmpp", 10.0, [damage("broken", 9.0, 12.0)], "pbmm bppp"),
    "by segment where there are no lengths": ("pppp", None, [damage("jump", None, 1.0, 2)], "ppjp"),
    "of no known place": ("pppp", 10.0, [damage("lost", None, None, None)], "pppp pppp"),
    "past the end": ("pppp", 10.0, [damage("lost", 1e9, 5.0)], "pppp pppl"),
    "longer than all": ("pppp", 10.0, [damage("lost", 0.0, 1e300)], "llll llll"),
    "of a segment that is not there": ("pppp", None, [damage("lost", None, None, 2**62)], "pppl"),
}


@pytest.mark.parametrize(("states", "length", "found", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_draws_damage(states: str, length: float | None, found: list[Damage], expected: str) -> None:
    line = timeline(state_runs(segments(states, length)), 8, found)
    assert "".join(_letter(state) for state in line) == expected.replace(" ", "")


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.floats(0, 100), st.floats(0, 100)), min_size=1), st.integers(1, 99)
)
def test_the_worst_damage_shows_however_short(found: list[tuple[str, float, float]], width: int) -> None:
    line = timeline(state_runs(segments("p" * 10)), width, [damage(*one) for one in found])
    assert len(line) == width
    assert max((kind for kind, *_ in found), key=KINDS.index) in line


def test_every_kind_of_damage_is_drawn() -> None:
    assert set(KINDS) < set(STATES)
    assert sorted(KINDS, key=list(STATES).index) == list(KINDS)
    assert set(COLORS) == set(STATES) - {"present"}


def test_the_ends_of_time_stand_below() -> None:
    assert axis(3600.0, 20) == "0:00         1:00:00"
    assert axis(3600.0, 3) == "0:00 1:00:00"
    assert axis(None, 20) == ""


def test_findings_are_pointed_at() -> None:
    assert pointers([0.0, 15.0, 40.0, None, -1.0], 40.0, 4) == "^^ ^"
    assert pointers([float("inf")], 40.0, 4) == ""
    assert pointers([], 40.0, 4) == ""
    assert pointers([1.0], None, 4) == ""


def test_a_terminal_without_blocks_gets_letters() -> None:
    assert marks("utf-8")["present"] == "█"
    for encoding in ("ascii", "latin-1", None, "no such encoding"):
        assert marks(encoding)["present"] == "#"
    assert len(set(marks("ascii").values())) == len(STATES)
