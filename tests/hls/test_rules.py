"""The rule table is whole: every rule has its words, its cases and its row in the documentation."""

import re
from pathlib import Path

import pytest

from ossrec.findings import RANK, Rule, Severity, Verdict
from ossrec.hls.collector import REPEATS
from ossrec.rules import AREAS, RULES, area
from ossrec.rules.explain import explain, findings_page
from tests.hls.cases import header as cases_header
from tests.hls.cases import listing as cases_listing
from tests.hls.cases import segments as cases_segments
from tests.hls.cases import syntax as cases_syntax
from tests.hls.cases import uris as cases_uris

ROOT = Path(__file__).parents[2]
TOLD_ELSEWHERE = {
    "LST272",
    "HLS205",
    "HLS014",
}  # segments without a playlist: test_listing.py; keys elsewhere: test_uris.py; compressed: test_decompress.py


def test_each_rule_of_a_playlist_has_a_case_that_breaks_it() -> None:
    tables = (cases_syntax.CASES, cases_header.CASES, cases_segments.CASES, cases_listing.CASES)
    broken = {case.code for table in tables for case in table}
    broken |= {code for case in cases_uris.CASES for code in case.codes}

    assert broken | TOLD_ELSEWHERE == {code for code in RULES if area(code) in ("HLS", "LST")}


def test_each_case_has_its_own_sentence() -> None:
    tables = (cases_syntax.CASES, cases_header.CASES, cases_segments.CASES)
    sentences = [case.sentence for table in tables for case in table]

    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_row_of_the_table(rule: Rule) -> None:
    assert re.fullmatch(r"(HLS|LST|TS|NAM|TSK)\d{3}|LOOK\d{3}", rule.code)
    assert area(rule.code) in AREAS
    assert 0 < len(rule.title) <= 80
    assert not rule.title.endswith(".")
    assert len(rule.remedy) > 40
    assert rule.remedy.endswith(".")


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_verdict_follows_the_severity(rule: Rule) -> None:
    if area(rule.code) == "LOOK":
        assert rule.verdict is Verdict.UNKNOWN
    elif rule.code == "TSK461":  # of a task that has no recording, so that there is none to be judged
        assert (rule.severity, rule.verdict) == (Severity.ERROR, Verdict.COMPLETE)
    elif rule.severity is Severity.ERROR:
        assert RANK[rule.verdict] >= RANK[Verdict.UNKNOWN]
    elif area(rule.code) == "TSK":  # the books are wrong, not the file
        assert rule.verdict is Verdict.COMPLETE
    else:
        assert rule.verdict is (Verdict.FLAWED if rule.severity is Severity.WARNING else Verdict.COMPLETE)


def test_titles_differ() -> None:
    titles = [rule.title for rule in RULES.values()]

    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("code", RULES)
def test_each_code_is_explained(code: str) -> None:
    text = explain(code.lower()) or ""

    assert text.startswith(f"{code}: ")
    assert RULES[code].remedy in text


def test_an_unknown_code_is_not_explained() -> None:
    assert explain("HLS999") is None


def test_the_documentation_is_in_step() -> None:
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")

    assert page == findings_page(), "run: python -m ossrec.rules > docs/findings.md"
    assert f"{REPEATS:,} times" in page
