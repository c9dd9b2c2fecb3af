"""Tables for people, with columns that line up in wide scripts too."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import click

Cell = tuple[str, str | None]  # text, and the name of its colour

WIDEST = 48  # columns of a cell that others follow
_NARROWER = (WIDEST, 32, 24, 16, 12, 10, 8)  # of a column that may shrink, where the terminal has too little room
_TELLING = 2  # the rank up to which a column tells rows apart
_BETWEEN = 2  # spaces between two columns
_UNITS = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nrt])|.", re.DOTALL)  # what is never cut in two


class RankedColumn(Protocol):
    """A column that may have to go."""

    @property
    def title(self) -> str:
        """Its name."""

    @property
    def rank(self) -> int:
        """0 of one that stays; the greatest go first."""

    @property
    def instead_of(self) -> str:
        """Title of the column without which it is shown; empty of most."""

    @property
    def shrinks(self) -> bool:
        """Its cells may be cut shorter than `WIDEST`: what is left still tells something."""

    @property
    def least(self) -> int:
        """To how many columns the last one may be cut, 0 if it may not."""


def table(titles: Sequence[str], rows: Sequence[Sequence[Cell]], align: Sequence[str], coloured: bool) -> str:
    """A table with a line of titles, ended by a newline; a column is aligned ``left`` or ``right``.

    A cell that others follow is cut at `WIDEST`: a room of 900 letters would hide all else.
    """
    cells = [[*((clipped(text), color) for text, color in row[:-1]), row[-1]] for row in rows]
    heads: list[Cell] = [(title, None) for title in titles]
    widths = [max(width(row[place][0]) for row in (heads, *cells)) for place in range(len(titles))]

    def line(row: Sequence[Cell], *, bold: bool = False) -> str:
        parts = []
        for (text, color), wide, side in zip(row, widths, align, strict=True):
            shown = click.style(text, fg=color, bold=bold or None) if coloured and (color or bold) else text
            space = " " * (wide - width(text))
            parts.append(space + shown if side == "right" else shown + space)
        return (" " * _BETWEEN).join(parts).rstrip() + "\n"

    return line(heads, bold=True) + "".join(line(row) for row in cells)


def fitting(
    texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], room: int, widest: int = WIDEST
) -> list[int]:
    """The columns that a terminal of *room* columns has place for, in order; cells that may shrink are cut at *widest*.

    *texts* are those in each column that there is something to show of, its title among them, by its place
    in *columns*. Those of rank 0 are shown in any case, of the others the lowest ranks that fit; where one does
    not fit that another stands in for, that one is thought of by its own rank.
    """
    widths = _widths(texts, columns, widest)
    shown = _lowest(widths, columns, room, [at for at in texts if not columns[at].instead_of])
    titles = {columns[at].title for at in shown}
    replaced = {columns[at].instead_of for at in texts} - titles - {""}
    if not replaced:
        return sorted(shown)
    others = [at for at in texts if columns[at].title not in replaced and columns[at].instead_of not in titles]
    return sorted(_lowest(widths, columns, room, others))


def _lowest(widths: Mapping[int, int], columns: Sequence[RankedColumn], room: int, some: Sequence[int]) -> list[int]:
    """Of *some* columns the lowest ranks that fit, and those that stay."""
    shown: list[int] = []
    taken = -_BETWEEN
    for at in sorted(some, key=lambda at: columns[at].rank):
        if columns[at].rank == 0 or taken + _BETWEEN + widths[at] <= room:
            shown.append(at)
            taken += _BETWEEN + widths[at]
    return shown


def cell_width(texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], room: int) -> int:
    """How wide a cell that may shrink is to be: what tells rows apart is shown if it can be; else as `fitting`."""
    telling = sorted((at for at in texts if columns[at].rank <= _TELLING), key=lambda at: columns[at].rank)
    best, most = WIDEST, [False]
    for widest in _NARROWER:
        shown, widths = fitting(texts, columns, room, widest), _widths(texts, columns, widest)
        taken = sum(widths[at] + _BETWEEN for at in shown) - _BETWEEN
        titles = {columns[at].title for at in shown}
        told = [taken <= room and (at in shown or columns[at].instead_of in titles) for at in telling]
        if told > most:
            best, most = widest, told
    return best


def _widths(texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], widest: int) -> dict[int, int]:
    """Of each column, of which the last is cut to its `least` alone."""
    most = {at: widest if columns[at].shrinks else WIDEST for at in texts}
    last = max(texts, default=0)
    widths = {at: max(width(text if at == last else clipped(text, most[at])) for text in texts[at]) for at in texts}
    if texts and columns[last].least:
        widths[last] = min(widths[last], max(columns[last].least, width(columns[last].title)))
    return widths


def rest(
    texts: Mapping[int, Sequence[str]], columns: Sequence[RankedColumn], shown: Sequence[int], room: int, widest: int
) -> int:
    """How many of *room* columns the others of those *shown*, as `fitting` gives them, leave for the last."""
    widths = _widths(texts, columns, widest)
    return room - sum(widths[at] + _BETWEEN for at in shown[:-1])


def width(text: str) -> int:
    """Columns that *text*, all of it printable, takes on a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # slow to load, and most names need none of it

    return max(wcswidth(text), 0)


def clipped(text: str, room: int = WIDEST) -> str:
    """*text* if it takes at most *room* columns, else as much of its start as there is room for, and an ellipsis."""
    if len(text) <= room // 2 or width(text) <= room:
        return text
    return f"{_start(_UNITS.findall(text), room - 1)}…"


def shortened(text: str, room: int) -> str:
    """*text* if it takes at most *room* columns, else its start and its end: names may differ in either."""
    if width(text) <= room:
        return text
    units = _UNITS.findall(text)
    end = _start([unit[::-1] for unit in reversed(units)], (room - 1) // 2)[::-1]
    return f"{_start(units, room - 1 - width(end))}…{end}"


def _start(units: Sequence[str], room: int) -> str:
    """As many of *units*, from the first, as *room* columns hold."""
    taken = end = 0
    while end < len(units) and taken <= room:
        taken += width(units[end])
        end += 1
    while width("".join(units[:end])) > room:  # together they may be wider, as a sign that a selector makes an emoji
        end -= 1
    return "".join(units[:end])
