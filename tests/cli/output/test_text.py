"""Text from a bucket is escaped for terminals, spreadsheets and JSON; numbers are formatted for people."""

import json
import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.cli.output.text import clock, human_bytes, human_time, json_text, printable, spreadsheet_cell

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=20) | st.text(
    st.sampled_from("\x00\x07\t\n\r\x1b\x7f\x85\x9b\xad\u200d\u202e\u2028\ufeff\ud800\U000e0041=+-@'\" a房"),
    max_size=12,
)
HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")

PRINTED = {
    "plain text stays": ("2026/a b.m3u8", "2026/a b.m3u8"),
    "other scripts stay": ("三年二班 Ünïcode 👩", "三年二班 Ünïcode 👩"),
    "an escape sequence": ("\x1b[31m", "\\x1b[31m"),
    "a line end": ("a\nb\r\tc", "a\\nb\\r\\tc"),
    "the eighth bit set": ("\x9b31m", "\\x9b31m"),
    "a direction turned around": ("a\u202eb", "a\\u202eb"),
    "a lone surrogate": ("\udcff", "\\udcff"),
    "an invisible tag": ("\U000e0041", "\\U000e0041"),
}


@pytest.mark.parametrize(("text", "shown"), PRINTED.values(), ids=PRINTED)
def test_prints(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(ANYTHING)
def test_what_is_printed_is_visible_and_on_one_line(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(char) in HARMFUL for char in shown)
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert printable(shown) == shown


@given(ANYTHING)
def test_json_is_visible_and_loses_nothing(text: str) -> None:
    for ascii_only in (False, True):
        written = json_text({text: [text]}, ascii_only=ascii_only)
        assert json.loads(written) == {text: [text]}
        assert not any(unicodedata.category(char) in HARMFUL for char in written)
        written.encode("ascii" if ascii_only else "utf-8")


def test_json_has_no_number_that_json_has_not() -> None:
    value = {"a": math.inf, "b": [math.nan, 1.5], "c": {"d": -math.inf}}
    assert json.loads(json_text(value)) == {"a": None, "b": [None, 1.5], "c": {"d": None}}


CELLS: dict[str, tuple[Any, str]] = {
    "a formula": ("=1+1", "'=1+1"),
    "a formula after a space": (" =1+1", "' =1+1"),
    "a formula after other spaces": ("\xa0\u3000=1+1", "'\xa0\u3000=1+1"),
    "a plus": ("+1", "'+1"),
    "a minus": ("-1", "'-1"),
    "an at": ("@SUM(1)", "'@SUM(1)"),
    "a full-width formula": ("＝1", "'＝1"),
    "a tab": ("\t=1", "\\t=1"),
    "a line end": ("a\r\n=b", "a\\r\\n=b"),
    "a number": (-1.5, "-1.5"),
    "a number that is none": (math.inf, ""),
    "nothing": (None, ""),
    "a truth": (True, "true"),
    "a list": (["LST260", "HLS140"], "LST260 HLS140"),
    "plain text": ("lobby-1", "lobby-1"),
}


@pytest.mark.parametrize(("value", "cell"), CELLS.values(), ids=CELLS)
def test_a_cell(value: Any, cell: str) -> None:
    assert spreadsheet_cell(value) == cell


@given(ANYTHING)
def test_no_cell_starts_a_formula(text: str) -> None:
    assert not spreadsheet_cell(text).lstrip().startswith(tuple("=+-@\t\r"))


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1_500_000, "1.4 MiB"), (2**61, "2048.0 PiB")],
)
def test_a_size(size: int, shown: str) -> None:
    assert human_bytes(size) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, ""),
        (math.nan, ""),
        (0, "0:00"),
        (4.46, "0:04.5"),
        (59.96, "1:00"),
        (3723, "1:02:03"),
        (90000, "25:00:00"),
    ],
)
def test_a_length(seconds: float | None, shown: str) -> None:
    assert clock(seconds) == shown


def test_a_time() -> None:
    assert human_time("2026-11-01T12:00:00.123Z") == "2026-11-01 12:00:00"
    assert human_time(None) == ""
