"""Attribute lists are parsed by the RFC, and after a fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.hls.parser.attributes import MAX_ATTRIBUTES, read_attributes, value_span

NAMES = st.text("ABCXYZ019-", min_size=1, max_size=8)
QUOTED = st.text(st.characters(exclude_characters='"\r\n', exclude_categories=["Cs"])).map(lambda text: f'"{text}"')
PLAIN = st.text(st.characters(exclude_characters='",', exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1)


@given(st.dictionaries(NAMES, QUOTED | PLAIN, max_size=10))
def test_well_formed_lists_are_parsed(attributes: dict[str, str]) -> None:
    text = ",".join(f"{name}={value}" for name, value in attributes.items())

    values, faults = read_attributes(text)

    assert faults == []
    assert values == {name: value.strip('"') if value[0] == '"' else value for name, value in attributes.items()}


@pytest.mark.parametrize(
    ("text", "values", "codes"),
    [
        pytest.param("", {}, [], id="an empty list"),
        pytest.param('A="x,y=z",B=1', {"A": "x,y=z", "B": "1"}, [], id="a comma in quotation marks"),
        pytest.param('A=""', {"A": ""}, [], id="an empty quoted value"),
        pytest.param("A=1,A=2,B=3", {"A": "1", "B": "3"}, ["HLS051"], id="a name twice"),
        pytest.param('A="1,B=2', {"A": "1,B=2"}, ["HLS052"], id="an unclosed quotation mark"),
        pytest.param('A="1"B=2,C=3', {"A": "1", "B": "2", "C": "3"}, ["HLS050"], id="a missing comma"),
        pytest.param("A=1 B=2,C=3", {"A": "1", "B": "2", "C": "3"}, ["HLS050"], id="a space instead of a comma"),
        pytest.param('A="1"x,C=3', {"A": "1", "C": "3"}, ["HLS050"], id="junk after a value"),
        pytest.param("A=1, B=2", {"A": "1", "B": "2"}, ["HLS053"], id="a space after a comma"),
        pytest.param("A=,B=2", {"A": "", "B": "2"}, ["HLS050"], id="no value"),
        pytest.param("A=1,,B=2", {"A": "1", "B": "2"}, ["HLS053"], id="two commas"),
        pytest.param("A=1,", {"A": "1"}, ["HLS053"], id="a comma at the end"),
        pytest.param("a=1,B=2", {"B": "2"}, ["HLS050"], id="a name in lower case"),
        pytest.param("=1,B=2", {"B": "2"}, ["HLS050"], id="no name"),
        pytest.param("A,B=2", {"B": "2"}, ["HLS050"], id="a name without a value"),
        pytest.param("A=1 ", {"A": "1"}, ["HLS053"], id="a space at the end"),
        pytest.param("A=1, ", {"A": "1"}, ["HLS053"], id="a comma and a space at the end"),
        pytest.param(' A="1"', {"A": "1"}, ["HLS053"], id="a space at the start"),
        pytest.param("A=1,\t B=2", {"A": "1", "B": "2"}, ["HLS053"], id="a tab after a comma"),
        pytest.param("A = 1,B=2", {"A": "1", "B": "2"}, ["HLS054"], id="spaces around an equals sign"),
        pytest.param('A= "1",B=2', {"A": "1", "B": "2"}, ["HLS054"], id="a space before a quoted value"),
        pytest.param("A=1 ,B=2", {"A": "1", "B": "2"}, ["HLS054"], id="a space before a comma"),
    ],
)
def test_faults(text: str, values: dict[str, str], codes: list[str]) -> None:
    found, faults = read_attributes(text)

    assert found == values
    assert [fault.code for fault in faults] == codes


@given(st.text(st.sampled_from("AB=\",' \t-1x\x00")) | st.text())
def test_any_text_is_parsed(text: str) -> None:
    values, faults = read_attributes(text)

    assert len(values) + len(faults) <= MAX_ATTRIBUTES + 3


@pytest.mark.parametrize("piece", ["A", "A=", 'A="', "A=1,", 'A="x"', " ", ",", "A=1 ", "-", '"'])
def test_long_lists_are_parsed_in_linear_time(piece: str) -> None:
    values, faults = read_attributes(piece * 200_000)  # a quadratic parser would take minutes

    assert len(values) + len(faults) <= MAX_ATTRIBUTES + 3


@given(st.dictionaries(NAMES, QUOTED | PLAIN, max_size=10), st.text('ABX=,"- ', max_size=20))
def test_the_span_of_a_value_contains_the_value(attributes: dict[str, str], junk: str) -> None:
    text = ",".join(f"{name}={value}" for name, value in attributes.items()) + f",{junk}"
    values, _ = read_attributes(text)
    for name, value in values.items():
        place = value_span(text, name)
        assert place is not None
        assert text[slice(*place)].strip('"') == value.strip('"')
    assert value_span(text, "NOT-THERE") is None
