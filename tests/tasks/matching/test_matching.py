"""Folding of facts into a task, and comparison of a recording with its task."""

import itertools
from typing import Any, NamedTuple

import pytest

from ossrec.model import TaskFact
from ossrec.naming import parse_name
from ossrec.tasks.matching import contradictions, resolve_name
from ossrec.tasks.task import FactSources, Task, fact_sources, fold

RID = "ba1107310000565164da34f816f842da94d"
DAY = 1_793_000_000_000  # Unix ms; times of facts are told from here
NOW = 1_000  # of that day


def fact(source: str, kind: str = "stated", identity: str = "", **fields: Any) -> TaskFact:
    times = {name: fields[name] + DAY for name in ("at_ms", "started_ms", "stopped_ms") if name in fields}
    return TaskFact(RID, source, identity, kind, **fields | times)


def folded(*facts: TaskFact, now: int = NOW) -> Task:
    """The task, its times told from `DAY` too."""
    made = fold(facts, DAY + now)
    times = {name: getattr(made, name) for name in ("started_ms", "stopped_ms", "state_ms")}
    return made._replace(**{name: None if at is None else at - DAY for name, at in times.items()})


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
        made = folded(*facts)
        assert (made.state, made.state_from, made.state_ms) == life.state


def test_our_own_calls_count_before_imports_and_those_before_callbacks() -> None:
    facts = [
        fact("callback", roomid="c", started_ms=3),
        fact("import", roomid="i", stream="mixed"),
        fact("rest", roomid="r"),
    ]

    made = folded(*facts)
    assert (made.roomid, made.stream, made.started_ms) == ("r", "mixed", 3)
    assert folded(*facts[:2]).roomid == "i"


def test_the_last_import_replaces_earlier_ones() -> None:
    made = folded(fact("import", roomid="old", uids=("a",), stopped_ms=9), fact("import", uids=("b",), started_ms=1))

    assert (made.roomid, made.uids, made.stopped_ms, made.state) == (None, ("b",), None, "started")


def test_the_newest_callback_counts_by_its_own_time() -> None:
    older, newer = fact("callback", "stated", "m2", at_ms=1, roomid="a"), fact("callback", at_ms=2, roomid="b")
    undated = fact("callback", roomid="c")
    absurd = undated._replace(at_ms=253_402_300_799_999)

    for facts in itertools.permutations((older, newer, undated, absurd)):
        assert folded(*facts).roomid == "b"


def test_a_task_lasts_from_the_first_start_of_its_files_to_the_last_end() -> None:
    anna = fact("callback", "result", "m1", at_ms=400, started_ms=100, duration=0.2, uids=("anna",), file="a.m3u8")
    ben = fact("callback", "result", "m2", at_ms=410, started_ms=150, duration=0.05, uids=("ben",), file="b.m3u8")
    early = fact("callback", "result", "m0", at_ms=90, started_ms=10, duration=0.9, uids=("ben",), file="b.m3u8")

    for facts in itertools.permutations((anna, ben, early)):
        made = folded(*facts)
        assert (made.started_ms, made.state, made.state_ms) == (100, "idle", 300)


@pytest.mark.parametrize("start", [1_793_000_000, 253_402_300_799_999, DAY + 10 * 86_400_000])
def test_a_time_that_cannot_be_is_none_in_a_callback(start: int) -> None:
    result = fact("callback", "result", at_ms=7, duration=1.0)._replace(started_ms=start)
    told = fact("callback", at_ms=7)._replace(started_ms=start)

    assert (folded(result).started_ms, folded(result).state_ms) == (None, 7)
    assert (folded(told).started_ms, folded(told).state) == (None, "unknown")


def test_a_length_beyond_its_callback_is_none() -> None:
    made = folded(fact("callback", "result", at_ms=7, started_ms=1, duration=10**9))

    assert (made.state, made.state_ms) == ("idle", 7)


def test_a_callback_completes_what_others_said_only_where_it_agrees_with_them() -> None:
    users = fact("import", uids=("c",))
    strange = fact("callback", "result", at_ms=2, roomid="a", uids=("b",), stream="source")
    fitting = fact("callback", "result", at_ms=1, roomid="r", uids=("c",), stream="source")

    assert folded(users, strange).roomid is None
    assert folded(users, strange, fitting).roomid == "r"
    assert folded(fact("import", roomid="i"), strange).stream is None
    assert folded(fact("import", stream="mixed"), strange).roomid is None
    assert fact_sources([users, strange, fitting]) == FactSources("callback", "callback", "import")


PLANS = [
    ("a stop to come", fact("import", started_ms=5, stopped_ms=NOW + 1), ("started", 5), ("stopped", NOW + 1)),
    ("a start to come", fact("import", started_ms=NOW + 1), ("applied", None), ("started", NOW + 1)),
    ("both", fact("import", started_ms=NOW + 1, stopped_ms=NOW + 2), ("applied", None), ("stopped", NOW + 2)),
    ("a stop to come of no known start", fact("import", at_ms=NOW + 1, stopped_ms=NOW + 1), ("unknown", None),
     ("stopped", NOW + 1)),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "before", "after"), [case[1:] for case in PLANS], ids=[case[0] for case in PLANS])
def test_what_lies_ahead_is_a_plan(plan: TaskFact, before: tuple[str, int | None], after: tuple[str, int]) -> None:
    made, later = folded(plan), folded(plan, now=NOW + 2)

    assert (made.state, made.state_ms) == before
    assert (later.state, later.state_ms) == after
    assert made.stopped_ms == plan.stopped_ms if plan.stopped_ms is None else made.stopped_ms == plan.stopped_ms - DAY


def test_a_stop_that_was_asked_for_is_none_to_come() -> None:
    assert folded(fact("rest", "stopped", at_ms=NOW + 9, stopped_ms=NOW + 9)).state == "stopped"


def test_a_callback_of_one_user_does_not_say_who_is_expected() -> None:
    assert folded(fact("callback", "result", uids=("a",))).uids is None


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


def test_a_contradiction_says_who_said_it() -> None:
    says = FactSources("callback", "rest", "import")
    found = contradictions(task(roomid="y", stream="mixed", uids=("v",)), "x", "source", "u", says)

    assert [one.detail for one in found] == [
        "the file is of room x, the task is of room y (source: callback)",
        "the file is of the source stream, the task records mixed (source: rest)",
        "the file is of user u, the task expects v (source: import)",
    ]


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
    settled = resolve_name([AMBIGUOUS], task(**case.task))

    assert settled is not None
    assert (settled.name.roomid, settled.name.uid) == case.read
    assert settled.ambiguous == case.ambiguous


def test_a_plain_name_is_read_as_ever() -> None:
    key = f"rid_{RID}_lobby__uid_s_7__uid_e.m3u8"
    settled = resolve_name([key], task(roomid="lobby", uids=("7",)))

    assert settled is not None
    assert (settled.name, settled.ambiguous) == (parse_name(key), False)


def test_what_is_no_name_settles_nothing() -> None:
    assert resolve_name(["notes.txt"], task()) is None
