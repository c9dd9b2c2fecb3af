"""Open a file that a command reads, or standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ossrec.errors import UsageProblem


@contextmanager
def open_input(file: str) -> Iterator[BinaryIO]:
    """Open *file* for reading bytes, or standard input if it is ``-``. Raises UsageProblem."""
    if file == "-":
        if sys.stdin is None:
            raise UsageProblem("standard input is closed: name a file")
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}") from None
    except ValueError:  # a NUL in the name
        raise UsageProblem("a file name cannot contain a NUL character") from None
    with stream:
        yield stream
