"""Tables for people, with columns that line up in wide scripts too."""

from collections.abc import Sequence

import click

Cell = tuple[str, str | None]  # text, and the name of its colour

WIDEST = 48  # columns of a cell that others follow


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
        return "  ".join(parts).rstrip() + "\n"

    return line(heads, bold=True) + "".join(line(row) for row in cells)


def width(text: str) -> int:
    """Columns that *text*, all of it printable, takes on a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # slow to load, and most names need none of it

    return max(wcswidth(text), 0)


def clipped(text: str) -> str:
    """*text* if it is not too wide, else as much of its start as there is room for, and an ellipsis."""
    if len(text) <= WIDEST // 2 or width(text) <= WIDEST:
        return text
    end = WIDEST - 1
    while width(text[:end]) > WIDEST - 1:
        end -= 1
    return f"{text[:end]}…"
