"""Attribute lists: ``NAME=VALUE,NAME="quoted, value"`` (RFC 8216 4.2)."""

import re
from typing import NamedTuple

from ossrec.hls.collector import excerpt

BLANK = " \t"
MAX_ATTRIBUTES = 100  # of one list; no tag has a tenth as many

_NAME = re.compile(r"[A-Z0-9-]+")
_PLAIN = re.compile(r'[^,"\s]+')
_NEXT = re.compile(r"[A-Z0-9-]{1,64}=|,")  # the bound keeps the search linear


class TextFault(NamedTuple):
    """A fault in a piece of text: the code of the broken rule, and where exactly."""

    code: str
    detail: str


def read_attributes(text: str) -> tuple[dict[str, str], list[TextFault]]:
    """Return the unquoted values of an attribute list by name, and its faults; of a repeated name the first counts.

    Parsing continues after a fault where possible: text without ``NAME=`` is skipped up to the next comma.
    The time is linear in the length of *text*.
    """
    values: dict[str, str] = {}
    faults: list[TextFault] = []
    at = 0
    while at < len(text):
        if len(values) + len(faults) >= MAX_ATTRIBUTES:
            faults.append(TextFault("HLS050", f"more than {MAX_ATTRIBUTES} attributes or faults in one list"))
            break
        name, value, at = _read_attribute(text, at, faults)
        if not name:
            continue
        if name in values:
            faults.append(TextFault("HLS051", name))
        else:
            values[name] = value
    if text.rstrip(BLANK).endswith(","):
        faults.append(TextFault("HLS053", "comma at the end"))
    return values, faults


def value_span(text: str, name: str) -> tuple[int, int] | None:
    """Return start and end of the value of the first attribute *name*, including its quotes; None without one."""
    at = 0
    for _ in range(MAX_ATTRIBUTES):
        if at >= len(text):
            break
        found, value, after = _read_attribute(text, at, [])
        if found == name:
            start = _after_blank(text, text.index("=", at) + 1)
            return start, start + len(value) + (2 if text.startswith('"', start) else 0)
        at = after
    return None


def _read_attribute(text: str, at: int, faults: list[TextFault]) -> tuple[str, str, int]:
    """Read the attribute at position *at*: return its name ("" for none), its value, and where the next one begins."""
    start, at = at, _after_blank(text, at)
    if at == len(text):
        return "", "", at  # only white space after the last comma
    if at > start:  # common after a comma
        faults.append(TextFault("HLS053", f"white space before {excerpt(text[at : at + 40])!r}"))
    if text[at] == ",":
        faults.append(TextFault("HLS053", f"two commas in a row at {excerpt(text[at : at + 40])!r}"))
        return "", "", at + 1
    name = _NAME.match(text, at)
    equals = at if name is None else _after_blank(text, name.end())
    if name is None or not text.startswith("=", equals):
        faults.append(TextFault("HLS050", f"no NAME= at {excerpt(text[at : at + 40])!r}"))
        return "", "", _after_next_comma(text, at)
    at = _after_blank(text, equals + 1)
    if at > name.end() + 1:
        faults.append(TextFault("HLS054", f"white space next to the = of {excerpt(name[0])}"))
    value, at = _read_value(text, at, name[0], faults)
    end, at = at, _after_blank(text, at)
    if at < len(text) and text[at] != ",":
        faults.append(
            TextFault("HLS050", f"no comma after {excerpt(name[0])}; found {excerpt(text[end : end + 40])!r}")
        )
        return name[0], value, _next_attribute(text, at)
    if at > end:
        code = "HLS054" if at < len(text) else "HLS053"
        faults.append(TextFault(code, f"white space after the value of {excerpt(name[0])}"))
    return name[0], value, at + 1


def _read_value(text: str, at: int, name: str, faults: list[TextFault]) -> tuple[str, int]:
    """Read the value of attribute *name* at position *at*: return it without quotes, and where it ends."""
    if text.startswith('"', at):
        close = text.find('"', at + 1)
        if close < 0:
            faults.append(TextFault("HLS052", excerpt(f"{name}={text[at : at + 40]}")))
            return text[at + 1 :], len(text)
        return text[at + 1 : close], close + 1
    plain = _PLAIN.match(text, at)
    if plain is None:
        faults.append(TextFault("HLS050", f"{excerpt(name)} has no value"))
        return "", at
    return plain[0], plain.end()


def _after_blank(text: str, at: int) -> int:
    """Return the first position from *at* on that is not white space, or the end."""
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at


def _after_next_comma(text: str, at: int) -> int:
    """Return the position after the next comma, or the end."""
    comma = text.find(",", at)
    return len(text) if comma < 0 else comma + 1


def _next_attribute(text: str, at: int) -> int:
    """Return where to resume after a missing comma: at the next NAME= or after the next comma."""
    found = _NEXT.search(text, at)
    if found is None:
        return len(text)
    return found.end() if found[0] == "," else found.start()
