"""Tables for people, with columns that line up in wide scripts too."""

from collections.abc import Sequence

import click
import tabulate
import wcwidth  # tabulate measures with it when it is there  # noqa: F401

Cell = tuple[str, str | None]  # text, and the name of its colour


def table(titles: Sequence[str], rows: Sequence[Sequence[Cell]], align: Sequence[str], coloured: bool) -> str:
    """A table with a line of titles, ended by a newline."""
    texts = [[click.style(text, fg=color) if coloured and color else text for text, color in row] for row in rows]
    heads = [click.style(title, bold=True) if coloured else title for title in titles]
    made = tabulate.tabulate(
        texts, heads, tablefmt="plain", colalign=align, headersglobalalign=None, disable_numparse=True
    )
    return "\n".join(line.rstrip() for line in made.splitlines()) + "\n"
