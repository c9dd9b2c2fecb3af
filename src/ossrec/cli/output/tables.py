"""Tables for people: columns are aligned, also in wide scripts, and chosen to fit the terminal."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import click

Cell = tuple[str, str | None]  # text, and the name of its color

MAX_CELL = 48  # maximum width of a cell, but for the last of a row
_CELL_WIDTHS = (MAX_CELL, 32, 24, 16, 12, 10, 8)  # widths to try for columns that shrink, the widest first
_KEY_RANK = 2  # columns up to this rank identify a row
_GAP = 2  # spaces between two columns
# A character or an escape sequence, which is never split.
_UNITS = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nrt])|.", re.DOTALL)


class RankedColumn(Protocol):
    """The properties of a column that decide whether it is shown; `output.Column` documents them."""

    @property
    def title(self) -> str:
        """The heading."""

    @property
    def rank(self) -> int:
        """0 for a column that is always shown; columns of the highest rank are omitted first."""

    @property
    def fallback_for(self) -> str:
        """Title of a column: this one is shown only if that one does not fit; empty for most."""

    @property
    def shrinks(self) -> bool:
        """Whether its cells may be clipped to less than `MAX_CELL`."""

    @property
    def min_width(self) -> int:
        """The width to which the last column may be clipped; 0 if it may not."""


def table(titles: Sequence[str], rows: Sequence[Sequence[Cell]], align: Sequence[str], colored: bool) -> str:
    """Return a table with a line of titles; a column is aligned ``left`` or ``right``.

    Cells are clipped to `MAX_CELL`, but for the last of a row: a room name of 900 letters would hide the rest.
    """
    cells = [[*((clip_end(text), color) for text, color in row[:-1]), row[-1]] for row in rows]
    heads: list[Cell] = [(title, None) for title in titles]
    widths = [max(width(row[place][0]) for row in (heads, *cells)) for place in range(len(titles))]

    def line(row: Sequence[Cell], *, bold: bool = False) -> str:
        parts = []
        for (text, color), wide, side in zip(row, widths, align, strict=True):
            shown = click.style(text, fg=color, bold=bold or None) if colored and (color or bold) else text
            space = " " * (wide - width(text))
            parts.append(space + shown if side == "right" else shown + space)
        return (" " * _GAP).join(parts).rstrip() + "\n"

    return line(heads, bold=True) + "".join(line(row) for row in cells)


def columns_that_fit(
    texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], room: int, widest: int = MAX_CELL
) -> list[int]:
    """Return the indexes of the columns that fit into a width of *room*, with shrinking cells clipped to *widest*.

    *texts* maps the index of each non-empty column to its texts, title included. Columns of rank 0 are always
    shown; of the others, those of the lowest ranks that fit. If a column with a fallback does not fit, the
    fallback competes by its own rank.
    """
    widths = _widths(texts, columns, widest)
    shown = _lowest(widths, columns, room, [at for at in texts if not columns[at].fallback_for])
    titles = {columns[at].title for at in shown}
    replaced = {columns[at].fallback_for for at in texts} - titles - {""}
    if not replaced:
        return sorted(shown)
    others = [at for at in texts if columns[at].title not in replaced and columns[at].fallback_for not in titles]
    return sorted(_lowest(widths, columns, room, others))


def _lowest(
    widths: Mapping[int, int], columns: Sequence[RankedColumn], room: int, candidates: Sequence[int]
) -> list[int]:
    """Return the candidates of rank 0, and as many of the others as fit, the lowest ranks first."""
    shown: list[int] = []
    taken = -_GAP
    for at in sorted(candidates, key=lambda at: columns[at].rank):
        if columns[at].rank == 0 or taken + _GAP + widths[at] <= room:
            shown.append(at)
            taken += _GAP + widths[at]
    return shown


def widest_cell(texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], room: int) -> int:
    """Return the greatest width of shrinking cells with which most of the columns that identify a row fit."""
    keys = sorted((at for at in texts if columns[at].rank <= _KEY_RANK), key=lambda at: columns[at].rank)
    best, most = MAX_CELL, [False]
    for widest in _CELL_WIDTHS:
        shown, widths = columns_that_fit(texts, columns, room, widest), _widths(texts, columns, widest)
        taken = sum(widths[at] + _GAP for at in shown) - _GAP
        titles = {columns[at].title for at in shown}
        shown_keys = [taken <= room and (at in shown or columns[at].fallback_for in titles) for at in keys]
        if shown_keys > most:
            best, most = widest, shown_keys
    return best


def _widths(texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], widest: int) -> dict[int, int]:
    """Return the width of each column; the last is clipped only if it has a `min_width`, and to that."""
    most = {at: widest if columns[at].shrinks else MAX_CELL for at in texts}
    last = max(texts, default=0)
    widths = {at: max(width(text if at == last else clip_end(text, most[at])) for text in texts[at]) for at in texts}
    if texts and columns[last].min_width:
        widths[last] = min(widths[last], max(columns[last].min_width, width(columns[last].title)))
    return widths


def room_for_last(
    texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], shown: Sequence[int], room: int, widest: int
) -> int:
    """Return the width that the *shown* columns leave for the last of them, out of *room*."""
    widths = _widths(texts, columns, widest)
    return room - sum(widths[at] + _GAP for at in shown[:-1])


def width(text: str) -> int:
    """Return the number of terminal columns that a printable *text* occupies."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # slow to load, and most names are ASCII

    return max(wcswidth(text), 0)


def clip_end(text: str, room: int = MAX_CELL) -> str:
    """Return *text*, clipped to *room* columns with an ellipsis at the end."""
    if len(text) <= room // 2 or width(text) <= room:
        return text
    return f"{_start(_UNITS.findall(text), room - 1)}…"


def clip_middle(text: str, room: int) -> str:
    """Return *text*, clipped to *room* columns with an ellipsis in the middle: names may differ at either end."""
    if width(text) <= room:
        return text
    units = _UNITS.findall(text)
    end = _start([unit[::-1] for unit in reversed(units)], (room - 1) // 2)[::-1]
    return f"{_start(units, room - 1 - width(end))}…{end}"


def _start(units: Sequence[str], room: int) -> str:
    """Return as many of the first *units* as fit into *room* columns."""
    taken = end = 0
    while end < len(units) and taken <= room:
        taken += width(units[end])
        end += 1
    while width("".join(units[:end])) > room:  # a variation selector can widen a sign
        end -= 1
    return "".join(units[:end])
