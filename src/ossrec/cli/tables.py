"""Tables for people, with columns that line up in wide scripts too."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import click

Cell = tuple[str, str | None]  # text, and the name of its colour

WIDEST = 48  # columns of a cell that others follow
_BETWEEN = 2  # spaces between two columns


class Ranked(Protocol):
    """A column that may have to go."""

    @property
    def title(self) -> str:
        """Its name."""

    @property
    def rank(self) -> int:
        """0 of one that stays; the greatest go first."""

    @property
    def instead_of(self) -> str:
        """Title of the column of a lower rank without which it is shown; empty of most."""


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


def fitting(texts: Mapping[int, Sequence[str]], columns: Sequence[Ranked], room: int) -> list[int]:
    """The columns that a terminal of *room* columns has place for, in order.

    *texts* are those in each column that there is something to show of, its title among them, by its place
    in *columns*. Those of rank 0 are shown in any case, of the others the lowest ranks that fit.
    """
    last = max(texts, default=0)
    widths = {at: max(width(text if at == last else clipped(text)) for text in texts[at]) for at in texts}
    shown: list[int] = []
    taken = -_BETWEEN
    for at in sorted(texts, key=lambda at: columns[at].rank):
        fits = columns[at].rank == 0 or taken + _BETWEEN + widths[at] <= room
        if fits and columns[at].instead_of not in {columns[other].title for other in shown}:
            shown.append(at)
            taken += _BETWEEN + widths[at]
    return sorted(shown)


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
    end = room - 1
    while width(text[:end]) > room - 1:
        end -= 1
    return f"{text[:end]}…"
