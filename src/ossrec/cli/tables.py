"""Tables for people, with columns that line up in wide scripts too."""

from collections.abc import Sequence

import click
import tabulate
import wcwidth  # tabulate measures with it, too

Cell = tuple[str, str | None]  # text, and the name of its colour

_WIDEST = 48  # columns of a cell that others follow


def table(titles: Sequence[str], rows: Sequence[Sequence[Cell]], align: Sequence[str], coloured: bool) -> str:
    """A table with a line of titles, ended by a newline."""
    texts = [[_cell(*cell, coloured=coloured) for cell in [*map(_clipped, row[:-1]), row[-1]]] for row in rows]
    heads = [click.style(title, bold=True) if coloured else title for title in titles]
    made = tabulate.tabulate(
        texts, heads, tablefmt="plain", colalign=align, headersglobalalign=None, disable_numparse=True
    )
    return "\n".join(line.rstrip() for line in made.split("\n")) + "\n"


def _cell(text: str, color: str | None, *, coloured: bool) -> str:
    return click.style(text, fg=color) if coloured and color else text


def _clipped(cell: Cell) -> Cell:
    """A cell that is not too wide, else its start and an ellipsis: a room of 900 letters would hide all else."""
    text, color = cell
    if len(text) <= _WIDEST // 2 or wcwidth.wcswidth(text) <= _WIDEST:
        return cell
    width = 0
    for place, char in enumerate(text):
        width += max(wcwidth.wcwidth(char), 0)
        if width >= _WIDEST:
            return f"{text[:place]}…", color
    return cell
