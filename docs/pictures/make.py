"""Draw the pictures of README from the real output of ossrec on the fixtures: ``python docs/pictures/make.py``.

Each picture is an SVG of a terminal, 108 columns wide, without fonts or scripts of its own. A test compares the text of
each picture with what the command prints today.
"""

import os
import subprocess
import sys
import tempfile
from html import escape
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHOWN_ROOT = "/home/you/ossrec"  # stands in the pictures for the folder of the checkout
COLUMNS = 108
TIMELINE = "ba1111200000ffa51f062193a9ce541c848d7_physics_8a"

# Contrast of at least 4.5 to 1 on the background (WCAG 2.2, 1.4.3).
_BLACK, _RED, _GREEN, _YELLOW = (22, 27, 34), (255, 123, 114), (86, 211, 100), (227, 179, 65)
_BLUE, _MAGENTA, _CYAN, _WHITE = (121, 192, 255), (210, 168, 255), (86, 212, 221), (230, 237, 243)
_THEME = TerminalTheme(_BLACK, _WHITE, [_BLACK, _RED, _GREEN, _YELLOW, _BLUE, _MAGENTA, _CYAN, _WHITE])

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="@COMMAND@">
<style>
text {{ font: {char_height}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
text {{ white-space: pre; }}
{styles}
</style>
<defs>{lines}</defs>
<rect width="{width}" height="{height}" rx="8" fill="#161b22"/>
<text x="{terminal_x}" y="32" fill="#8b949e">@COMMAND@</text>
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
{matrix}
</g>
</svg>
"""


def timeline() -> tuple[str, str]:
    """Return the command that shows an incomplete recording, and its output down to the first finding."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "fixtures").symlink_to(ROOT / "fixtures")
        _ossrec(folder, "scan", "fixtures/class-day", "--fail-on", "never", "-q")
        command = f"ossrec show rid_{TIMELINE}"
        printed = _ossrec(folder, "show", f"rid_{TIMELINE}", "--color", "always")
    head, _, _ = printed.partition("\n\x1b[1mFindings")
    return command, head.rstrip() + "\n"


def picture(command: str, printed: str) -> str:
    """Return an SVG of *printed*, the output of *command* with terminal colors."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed))
    svg = console.export_svg(theme=_THEME, code_format=_SVG, unique_id="terminal")
    return svg.replace("@COMMAND@", escape(f"$ {command}"))


def _ossrec(folder: str, *arguments: str) -> str:
    """Run ossrec in *folder* and return its output, with the folder of the checkout replaced."""
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONUTF8": "1", "COLUMNS": str(COLUMNS)}
    program = [sys.executable, "-m", "ossrec", *arguments]
    done = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.replace(str(ROOT), SHOWN_ROOT)


if __name__ == "__main__":
    (HERE / "timeline.svg").write_text(picture(*timeline()), encoding="utf-8")
