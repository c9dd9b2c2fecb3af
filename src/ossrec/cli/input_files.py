"""Files that a command reads, and standard input in place of one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ossrec.errors import UsageProblem


@contextmanager
def opened_input(file: str) -> Iterator[BinaryIO]:
    """The bytes of *file*, or of standard input if it is ``-``. Raises UsageProblem."""
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
        raise UsageProblem("no file can have that name") from None
    with stream:
        yield stream
