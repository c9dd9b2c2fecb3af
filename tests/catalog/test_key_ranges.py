"""Key ranges: the keys and the suffixes of a stem that they contain."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ossrec.catalog.key_ranges import KeyRange, key_range, successor

# The characters on both sides of each boundary in UTF-8 and UTF-16, and NUL, the lowest.
_CHARACTERS = "\0\x01/09aAz~\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010fffe\U0010ffff"
texts = st.text(st.sampled_from(_CHARACTERS), max_size=5)


@given(texts, texts)
def test_keys_are_in_the_order_of_their_bytes(one: str, other: str) -> None:
    assert (one < other) == (one.encode() < other.encode())


@given(texts, texts)
def test_a_successor_is_greater_than_every_key_that_starts_with_the_prefix(prefix: str, suffix: str) -> None:
    following = successor(prefix)
    assert following is None or prefix + suffix < following


@given(texts, texts)
@example("a", "b")
@example("", "\U0010ffff")
def test_a_successor_is_the_smallest_such_string(prefix: str, text: str) -> None:
    following = successor(prefix)
    assume(following is None or text < following)
    assert text.startswith(prefix) or text < prefix


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("2026/", "20260"),
        ("a\ud7ff", "a\ue000"),  # between them are surrogates, which are not characters
        ("a\U0010ffff\U0010ffff", "b"),
        ("\U0010ffff", None),
        ("", None),
    ],
    ids=["a folder", "before the surrogates", "after the last character", "nothing but the last character", "all"],
)
def test_the_successor_of(prefix: str, expected: str | None) -> None:
    assert successor(prefix) == expected


@given(texts, texts, st.one_of(st.none(), texts), texts)
@example("2026/b", "", "", "2026/c.txt")  # an empty page of an empty listing
def test_a_range_contains_the_keys_of_the_prefix_between_its_limits(
    prefix: str, after: str, upto: str | None, key: str
) -> None:
    covered = key_range(prefix, after, upto)
    expected = key.startswith(prefix) and (key > after or not after) and (upto is None or key <= upto)
    assert _contains(covered, key) == expected
    assert covered.high is None or covered.low <= covered.high


@given(texts, texts, st.one_of(st.none(), texts), texts, texts)
@example("2026/b", "", "", "2026/", "c.txt")
@example("", "a", "ab", "a", "b")
def test_a_range_contains_the_suffixes_whose_keys_it_contains(
    prefix: str, after: str, upto: str | None, stem: str, suffix: str
) -> None:
    covered = key_range(prefix, after, upto)
    assume(covered.high is None or stem < covered.high)
    assume(stem >= covered.low or covered.low.startswith(stem))
    assert _contains(covered.suffixes_of(stem), suffix) == _contains(covered, stem + suffix)


def _contains(covered: KeyRange, text: str) -> bool:
    return covered.low <= text and (covered.high is None or text < covered.high)
