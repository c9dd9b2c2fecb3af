"""Where a running scan is, on stderr: a bar on a terminal, one plain line a minute elsewhere, or nothing."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ossrec.cli.output import say
from ossrec.jobs.report import Progress, ScanState

_WIDE = 130  # columns of a terminal that has room for a bar beside the words
EVERY = 60.0  # seconds between plain lines


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """What shows the progress of a scan, as stderr can."""
    if quiet or sys.stderr is None:
        yield _nothing
    elif _is_terminal():
        yield from _bar()
    else:
        yield Lines()


class Lines:
    """A plain line a minute, for logs."""

    def __init__(self) -> None:
        """The first line comes after the first minute: a short scan says nothing."""
        self._began = self._last = time.monotonic()

    def __call__(self, state: ScanState) -> None:
        """A line, when it is time for one."""
        now = time.monotonic()
        if now - self._last >= EVERY:
            self._last = now
            say(in_words(state, now - self._began))


def say_that_it_stops() -> None:
    """For the handler of a signal that asks a scan to stop."""
    with suppress(RuntimeError):  # a write to stderr was interrupted, which cannot be entered twice
        if _is_terminal():
            sys.stderr.write("\r\x1b[K")  # where a bar may stand, or the terminal's own ^C
        say("ossrec: stopping after the page in hand; Ctrl-C again stops at once")


def in_words(state: ScanState, seconds: float) -> str:
    """``listing: 120,000 of about 500,000 objects (2,000/s), 34 playlists read, 5 findings``."""
    if state.phase == "listing":
        of = f" of about {state.expected:,}" if state.expected else ""
        rate = f" ({state.objects / seconds:,.0f}/s)" if seconds > 0 else ""
        done = f"{state.objects:,}{of} objects{rate}"
    else:
        of = f" of {state.due:,}" if state.due is not None else ""
        done = f"{state.checked:,}{of} recordings"
    return f"{state.phase}: {done}, {state.playlists:,} playlists read, {state.findings:,} findings"


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _nothing(state: ScanState) -> None:
    """Shows nothing."""
    del state


def _bar() -> Iterator[Progress]:
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
        task = bar.add_task("listing", total=None, told="")
        began = time.monotonic()

        def show(state: ScanState) -> None:
            listing = state.phase == "listing"
            total, done = (state.expected, state.objects) if listing else (state.due, state.checked)
            told = in_words(state, time.monotonic() - began).partition(": ")[2]
            if listing and not is_wide:
                told = told.partition(", ")[0]  # no playlist is read and nothing is found before all is listed
            if total is not None:
                total = max(total, done)  # the bucket may have grown since the last scan
            bar.update(task, description=state.phase, total=total, completed=done, told=told)

        yield show
