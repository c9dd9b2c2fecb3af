"""What follows for a task from its facts, and how a recording fits its task."""

from itertools import permutations
from typing import Any, NamedTuple

import pytest

from ossrec.model import TaskFact
from ossrec.naming import parse_name
from ossrec.tasks.linking import Task, contradictions, fold, settle

RID = "ba1107310000565164da34f816f842da94d"


def fact(source: str, kind: str = "told", **fields: Any) -> TaskFact:
    return TaskFact(RID, source, "", kind, **fields)


def task(**fields: Any) -> Task:
    return Task(**dict.fromkeys(Task._fields) | {"recordid": RID, "state": "started", "state_from": "rest"} | fields)


class Life(NamedTuple):
    sentence: str
    facts: list[TaskFact]
    state: tuple[str, str, int | None]


LIVES = [
    Life("nothing but a name", [fact("import")], ("unknown", "import", None)),
    Life("applied for", [fact("rest", "applied", at_ms=1)], ("applied", "rest", 1)),
    Life(
        "started by a call",
        [fact("rest", "applied", at_ms=1), fact("rest", "started", at_ms=2, started_ms=2)],
        ("started", "rest", 2),
    ),
    Life("started says the import", [fact("import", started_ms=5)], ("started", "import", 5)),
    Life("stopped says the import", [fact("import", started_ms=5, stopped_ms=9)], ("stopped", "import", 9)),
    Life(
        "stopped by a call, whatever came later",
        [fact("rest", "stopped", at_ms=8, stopped_ms=8), fact("rest", "layout", at_ms=9)],
        ("stopped", "rest", 8),
    ),
    Life(
        "stopped says the import, and the file is complete",
        [fact("import", stopped_ms=9), fact("callback", "result", at_ms=12, started_ms=1, duration=0.007)],
        ("stopped", "import", 9),
    ),
    Life(
        "a file is complete and nobody stopped it: it ended by itself, when the file does",
        [fact("rest", "started", at_ms=2), fact("callback", "result", at_ms=99, started_ms=10, duration=0.05)],
        ("idle", "callback", 60),
    ),
    Life("a complete file of no known length", [fact("callback", "result", at_ms=7)], ("idle", "callback", 7)),
    Life("a failure", [fact("rest", "started", at_ms=1), fact("rest", "failed", at_ms=2)], ("failed", "rest", 2)),
    Life("a callback of an unknown kind tells no state", [fact("callback", at_ms=3)], ("unknown", "callback", 3)),
]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.sentence)
def test_the_state_of_a_task_has_a_source_and_a_time(life: Life) -> None:
    for facts in (life.facts, life.facts[::-1]):  # in whatever order they came
        folded = fold(facts)
        assert (folded.state, folded.state_from, folded.state_ms) == life.state


def test_callbacks_say_the_same_in_whatever_order_they_come() -> None:
    told = [
        TaskFact(RID, "callback", "a", "result", 5_000, "lobby", "source", ("anna",), 1_000, None, 3.0, "a.m3u8"),
        TaskFact(RID, "callback", "b", "result", 6_000, "lobby", "source", ("ben",), 2_000, None, 3.5, "b.m3u8"),
        TaskFact(RID, "callback", "c", "told", 5_500, "hall", None, None, 1_500),
    ]
    for facts in permutations(told):
        folded = fold(facts)
        assert (folded.roomid, folded.started_ms, folded.state, folded.state_ms) == ("lobby", 1_000, "idle", 5_500)
    assert fold(told[2:]).state_ms == 1_500


def test_our_own_calls_count_before_imports_and_those_before_callbacks() -> None:
    facts = [
        fact("callback", roomid="c", started_ms=3),
        fact("import", roomid="i", stream="mixed"),
        fact("rest", roomid="r"),
    ]

    assert (fold(facts).roomid, fold(facts).stream, fold(facts).started_ms) == ("r", "mixed", 3)
    assert fold(facts[:2]).roomid == "i"


def test_the_last_import_replaces_earlier_ones() -> None:
    facts = [fact("import", roomid="old", uids=("a",), stopped_ms=9), fact("import", uids=("b",), started_ms=1)]

    folded = fold(facts)
    assert (folded.roomid, folded.uids, folded.stopped_ms, folded.state) == (None, ("b",), None, "started")


def test_the_newest_callback_counts() -> None:
    assert fold([fact("callback", roomid="a"), fact("callback", roomid="b")]).roomid == "b"


def test_a_callback_of_one_user_does_not_say_who_is_expected() -> None:
    assert fold([fact("callback", "result", uids=("a",))]).uids is None


class Fit(NamedTuple):
    sentence: str
    task: dict[str, Any]
    file: tuple[str, str, str | None]
    codes: list[str]


FITS = [
    Fit("what nobody said contradicts nothing", {}, ("x", "source", "u"), []),
    Fit("all the same", {"roomid": "x", "stream": "source", "uids": ("u",)}, ("x", "source", "u"), []),
    Fit("another room", {"roomid": "y"}, ("x", "mixed", None), ["TSK462"]),
    Fit("another stream", {"stream": "mixed"}, ("x", "source", "u"), ["TSK463"]),
    Fit("a user nobody named", {"uids": ("v",)}, ("x", "source", "u"), ["TSK464"]),
    Fit("all users of a mixed file", {"uids": ("v",)}, ("x", "mixed", None), []),
    Fit(
        "everything at once",
        {"roomid": "y", "stream": "mixed", "uids": ("v",)},
        ("x", "source", "u"),
        ["TSK462", "TSK463", "TSK464"],
    ),
]


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.sentence)
def test_a_file_against_its_task(fit: Fit) -> None:
    assert [found.code for found in contradictions(task(**fit.task), *fit.file)] == fit.codes


AMBIGUOUS = f"2026/rid_{RID}_a__uid_s_b__uid_s_c__uid_e.m3u8"


class Reading(NamedTuple):
    sentence: str
    task: dict[str, Any]
    read: tuple[str, str | None]
    ambiguous: bool


READINGS = [
    Reading("nothing is known: the likeliest", {}, ("a__uid_s_b", "c"), True),
    Reading("the room settles it", {"roomid": "a"}, ("a", "b__uid_s_c"), False),
    Reading("the user settles it", {"uids": ("b__uid_s_c",)}, ("a", "b__uid_s_c"), False),
    Reading("the likelier user settles it too", {"uids": ("c", "d")}, ("a__uid_s_b", "c"), False),
    Reading("a mixed stream of a strange room", {"stream": "mixed"}, ("a__uid_s_b__uid_s_c__uid_e", None), False),
    Reading("the stream alone leaves it open", {"stream": "source"}, ("a__uid_s_b", "c"), True),
    Reading("a room that no reading has: the likeliest, as before", {"roomid": "zz"}, ("a__uid_s_b", "c"), True),
]


@pytest.mark.parametrize("case", READINGS, ids=lambda case: case.sentence)
def test_a_task_settles_a_name(case: Reading) -> None:
    settled = settle([AMBIGUOUS], task(**case.task))

    assert settled is not None
    assert (settled.name.roomid, settled.name.uid) == case.read
    assert settled.ambiguous == case.ambiguous


def test_a_plain_name_is_read_as_ever() -> None:
    key = f"rid_{RID}_lobby__uid_s_7__uid_e.m3u8"
    settled = settle([key], task(roomid="lobby", uids=("7",)))

    assert settled is not None
    assert (settled.name, settled.ambiguous) == (parse_name(key), False)


def test_what_is_no_name_settles_nothing() -> None:
    assert settle(["notes.txt"], task()) is None
