"""Attribute lists: ``NAME=VALUE,NAME="quoted, value"`` (RFC 8216 4.2)."""

import re
from typing import NamedTuple

from ossrec.hls.collector import excerpt

MAX_ATTRIBUTES = 100  # of one list; no tag has a tenth as many

_NAME = re.compile(r"[A-Z0-9-]+")
_PLAIN = re.compile(r'[^,"\s]+')
_NEXT = re.compile(r"[A-Z0-9-]{1,64}=|,")  # the bound keeps the search linear


class AttributeFault(NamedTuple):
    """What is wrong with a piece of text: the code of a rule, and where exactly."""

    code: str
    detail: str


def read_attributes(text: str) -> tuple[dict[str, str], list[AttributeFault]]:
    """The attributes of a list by name, unquoted, and its faults; the first value of a repeated name counts.

    Reads on past a fault where it can: a missing value is skipped up to the next comma. Linear in
    the length of *text*.
    """
    values: dict[str, str] = {}
    faults: list[AttributeFault] = []
    at = 0
    while at < len(text):
        if len(values) + len(faults) >= MAX_ATTRIBUTES:
            faults.append(AttributeFault("HLS050", f"more than {MAX_ATTRIBUTES} attributes or faults in one list"))
            break
        name, value, at = _read_one(text, at, faults)
        if not name:
            continue
        if name in values:
            faults.append(AttributeFault("HLS051", name))
        else:
            values[name] = value
    if text.endswith(","):
        faults.append(AttributeFault("HLS050", "comma at the end"))
    return values, faults


def place_of(text: str, name: str) -> tuple[int, int] | None:
    """Where the value of the first attribute *name* stands in a list, quotes and all; None when it has none."""
    at = 0
    for _ in range(MAX_ATTRIBUTES):
        if at >= len(text):
            break
        found, value, after = _read_one(text, at, [])
        if found == name:
            start = text.index("=", at) + 1
            return start, start + len(value) + (2 if text.startswith('"', start) else 0)
        at = after
    return None


def _read_one(text: str, at: int, faults: list[AttributeFault]) -> tuple[str, str, int]:
    """One attribute from position *at*: its name ("" for none), its value, and where the next begins."""
    start = at
    while at < len(text) and text[at] in " \t":  # forbidden, and common after a comma
        at += 1
    if at > start:
        faults.append(AttributeFault("HLS050", f"white space before {excerpt(text[at : at + 40])!r}"))
    name = _NAME.match(text, at)
    if name is None or not text.startswith("=", name.end()):
        faults.append(AttributeFault("HLS050", f"no NAME= at {excerpt(text[at : at + 40])!r}"))
        return "", "", _past_comma(text, at)
    at = name.end() + 1
    if text.startswith('"', at):
        close = text.find('"', at + 1)
        if close < 0:
            faults.append(AttributeFault("HLS052", excerpt(f"{name[0]}={text[at : at + 40]}")))
            return name[0], text[at + 1 :], len(text)
        value, at = text[at + 1 : close], close + 1
    else:
        plain = _PLAIN.match(text, at)
        value, at = (plain[0], plain.end()) if plain else ("", at)
        if not plain:
            faults.append(AttributeFault("HLS050", f"{excerpt(name[0])} has no value"))
    if at < len(text) and text[at] != ",":
        faults.append(
            AttributeFault("HLS050", f"no comma after {excerpt(name[0])}, but {excerpt(text[at : at + 40])!r}")
        )
        return name[0], value, _past_junk(text, at)
    return name[0], value, at + 1


def _past_comma(text: str, at: int) -> int:
    """The position behind the next comma, or the end."""
    comma = text.find(",", at)
    return len(text) if comma < 0 else comma + 1


def _past_junk(text: str, at: int) -> int:
    """Where reading goes on when a comma is missing: at the next NAME= or behind the next comma."""
    found = _NEXT.search(text, at)
    if found is None:
        return len(text)
    return found.end() if found[0] == "," else found.start()
