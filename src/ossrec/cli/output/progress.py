"""Show the progress of a scan or check on stderr: a bar on a terminal, else one line per minute, or nothing."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from ossrec.cli.output.output import say
from ossrec.cli.output.text import counted, human_bytes
from ossrec.jobs.check.report import CheckState
from ossrec.jobs.scan.report import ScanState

State = ScanState | CheckState

_WIDE = 130  # columns of a terminal with room for a bar beside the text
INTERVAL = 60.0  # seconds between plain lines


class ProgressDisplay(Protocol):
    """Called with the state of a scan or check as it proceeds."""

    def __call__(self, state: State) -> None:
        """Show *state*."""


@contextmanager
def progress_display(*, quiet: bool, first: str = "listing") -> Iterator[ProgressDisplay]:
    """Yield the display that suits stderr; *first* is the name of the first phase."""
    if quiet or sys.stderr is None:
        yield _nothing
    elif _is_terminal():
        yield from _bar(first)
    else:
        yield PlainProgress()


class PlainProgress:
    """One plain line per minute, for logs."""

    def __init__(self) -> None:
        """Start the first minute: a run that is shorter prints nothing."""
        self._began = self._last = time.monotonic()

    def __call__(self, state: State) -> None:
        """Print a line if a minute has passed since the last."""
        now = time.monotonic()
        if now - self._last >= INTERVAL:
            self._last = now
            say(describe_progress(state, now - self._began))


def announce_stop(after: str = "the current page") -> None:
    """Report that a scan or check stops gracefully; safe to call from a signal handler."""
    with suppress(RuntimeError):  # the signal interrupted a write to stderr, which is not reentrant
        if _is_terminal():
            sys.stderr.write("\r\x1b[K")  # clear a progress bar, or the ^C that the terminal printed
        say(f"ossrec: stopping after {after}; Ctrl-C again stops at once")


def describe_progress(state: State, seconds: float) -> str:
    """Return a line such as ``listing: 120,000 of about 500,000 objects (2,000/s), 34 playlists read, 5 findings``."""
    if isinstance(state, CheckState):
        rate = f" ({human_bytes(round(state.bytes_read / seconds))}/s)" if seconds > 0 else ""
        done = f"{state.segments:,} of about {state.planned.segments:,} segments, {human_bytes(state.bytes_read)}{rate}"
        evaluated = f"{counted(state.recordings, 'recording')} evaluated"
        return f"inspecting: {done}, {evaluated}, {counted(state.findings, 'finding')}"
    if state.phase == "listing":
        of = f" of about {state.expected:,}" if state.expected else ""
        rate = f" ({state.objects / seconds:,.0f}/s)" if seconds > 0 else ""
        done = f"{state.objects:,}{of} objects{rate}"
    else:
        of = f" of {state.due:,}" if state.due is not None else ""
        done = f"{state.checked:,}{of} recordings"
    return f"{state.phase}: {done}, {counted(state.playlists, 'playlist')} read, {counted(state.findings, 'finding')}"


def describe_briefly(words: str, phase: str) -> str:
    """Return the part of *words* from `describe_progress` that fits a terminal of 80 columns."""
    if phase == "listing":
        return words.partition(", ")[0]  # playlists and findings only come after the listing
    return words.partition(" (")[0] if phase == "inspecting" else words


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _nothing(state: State) -> None:
    """Show nothing."""
    del state


def _bar(first: str) -> Iterator[ProgressDisplay]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    is_wide = console.width >= _WIDE
    columns: tuple[Any, ...] = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        *((BarColumn(),) if is_wide else ()),
        TextColumn("{task.fields[text]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(first, total=None, text="")
        began = time.monotonic()

        def show(state: State) -> None:
            phase, done, total = _position(state)
            words = describe_progress(state, time.monotonic() - began).partition(": ")[2]
            text = words if is_wide else describe_briefly(words, phase)
            if total is not None:
                total = max(total, done)  # the bucket may have grown since the last scan
            bar.update(task, description=phase, total=total, completed=done, text=text)

        yield show


def _position(state: State) -> tuple[str, int, int | None]:
    """Return the phase, the amount done, and the total amount if it is known."""
    if isinstance(state, CheckState):
        return "inspecting", state.bytes_read, state.planned.bytes
    if state.phase == "listing":
        return state.phase, state.objects, state.expected
    return state.phase, state.checked, state.due
