"""`ossrec explain`: it explains every code."""

from ossrec.rules import RULES
from tests.running import Ossrec


def test_explains_a_code_in_words(ossrec: Ossrec) -> None:
    ran = ossrec("explain", "lst260", "HLS130")
    assert ran.code == 0
    for code in ("LST260", "HLS130"):
        assert f"{code}: {RULES[code].title}" in ran.out
        assert RULES[code].remedy in ran.out


def test_explains_as_data(ossrec: Ossrec) -> None:
    (row,) = ossrec("explain", "LST260", "--format", "json").json
    assert row == {
        "code": "LST260",
        "severity": "error",
        "verdict": "incomplete",
        "title": RULES["LST260"].title,
        "remedy": RULES["LST260"].remedy,
        "section": RULES["LST260"].section,
    }


def test_lists_all_codes(ossrec: Ossrec) -> None:
    rows = ossrec("explain", "--list", "--format", "json").json
    assert [row["code"] for row in rows] == sorted(RULES)
    assert len(ossrec("explain", "--list").out.splitlines()) == 1 + len(RULES)


def test_an_unknown_code_is_a_usage_error_with_a_suggestion(ossrec: Ossrec) -> None:
    ran = ossrec("explain", "LST26O")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("ossrec: there is no code LST26O; did you mean LST26")
    assert "`ossrec explain --list`" in ran.err
    assert ossrec("explain").code == 2
    assert ossrec("explain", "LST260", "--list").code == 2
