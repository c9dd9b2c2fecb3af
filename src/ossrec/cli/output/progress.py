"""Where a running scan is, on stderr: a bar on a terminal, one plain line a minute elsewhere, or nothing."""

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

_WIDE = 130  # columns of a terminal that has room for a bar beside the words
EVERY = 60.0  # seconds between plain lines


class ProgressDisplay(Protocol):
    """Told where a scan or check is."""

    def __call__(self, state: State) -> None:
        """Show *state*."""


@contextmanager
def shown(*, quiet: bool, first: str = "listing") -> Iterator[ProgressDisplay]:
    """What shows the progress of a scan or a check, as stderr can; *first* is its first phase."""
    if quiet or sys.stderr is None:
        yield _nothing
    elif _is_terminal():
        yield from _bar(first)
    else:
        yield PlainProgress()


class PlainProgress:
    """A plain line a minute, for logs."""

    def __init__(self) -> None:
        """The first line comes after the first minute: a short scan says nothing."""
        self._began = self._last = time.monotonic()

    def __call__(self, state: State) -> None:
        """A line, when it is time for one."""
        now = time.monotonic()
        if now - self._last >= EVERY:
            self._last = now
            say(in_words(state, now - self._began))


def say_that_it_stops(after: str = "the page in hand") -> None:
    """For the handler of a signal that asks a scan or check to stop."""
    with suppress(RuntimeError):  # a write to stderr was interrupted, which cannot be entered twice
        if _is_terminal():
            sys.stderr.write("\r\x1b[K")  # where a bar may stand, or the terminal's own ^C
        say(f"ossrec: stopping after {after}; Ctrl-C again stops at once")


def in_words(state: State, seconds: float) -> str:
    """``listing: 120,000 of about 500,000 objects (2,000/s), 34 playlists read, 5 findings``."""
    if isinstance(state, CheckState):
        rate = f" ({human_bytes(round(state.bytes_read / seconds))}/s)" if seconds > 0 else ""
        done = f"{state.segments:,} of about {state.planned.segments:,} segments, {human_bytes(state.bytes_read)}{rate}"
        return f"looking: {done}, {counted(state.recordings, 'recording')} judged, {counted(state.findings, 'finding')}"
    if state.phase == "listing":
        of = f" of about {state.expected:,}" if state.expected else ""
        rate = f" ({state.objects / seconds:,.0f}/s)" if seconds > 0 else ""
        done = f"{state.objects:,}{of} objects{rate}"
    else:
        of = f" of {state.due:,}" if state.due is not None else ""
        done = f"{state.checked:,}{of} recordings"
    return f"{state.phase}: {done}, {counted(state.playlists, 'playlist')} read, {counted(state.findings, 'finding')}"


def in_short(words: str, phase: str) -> str:
    """What `in_words` says of a phase, for a terminal of 80 columns."""
    if phase == "listing":
        return words.partition(", ")[0]  # no playlist is read and nothing is found before all is listed
    return words.partition(" (")[0] if phase == "looking" else words  # how fast, and what it has led to by now


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _nothing(state: State) -> None:
    """Shows nothing."""
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
        TextColumn("{task.fields[told]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(first, total=None, told="")
        began = time.monotonic()

        def show(state: State) -> None:
            phase, done, total = _reached(state)
            words = in_words(state, time.monotonic() - began).partition(": ")[2]
            told = words if is_wide else in_short(words, phase)
            if total is not None:
                total = max(total, done)  # the bucket may have grown since the last scan
            bar.update(task, description=phase, total=total, completed=done, told=told)

        yield show


def _reached(state: State) -> tuple[str, int, int | None]:
    """The phase, how much of it is done, and how much there is to do if that is known."""
    if isinstance(state, CheckState):
        return "looking", state.bytes_read, state.planned.bytes
    if state.phase == "listing":
        return state.phase, state.objects, state.expected
    return state.phase, state.checked, state.due
