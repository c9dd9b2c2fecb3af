"""Run `ossrec` in this process, in an empty folder, and check its output."""

import re

import pytest

from tests.running import Ossrec, Ran, alone
from tests.running import ossrec as plain

__all__ = ["alone", "plain"]

# What a terminal obeys or what turns the direction of writing; line ends are the program's own.
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def ossrec(plain: Ossrec) -> Ossrec:
    """Return a function that runs `ossrec`, and fails on an unexpected error or a control character in the output."""

    def go(*arguments: str) -> Ran:
        ran = plain(*arguments)
        assert "unexpected error" not in ran.err, ran.err
        assert "Traceback" not in ran.err + ran.out, ran.err
        assert not _OBEYED.search(ran.out + ran.err), repr(ran.out + ran.err)
        return ran

    return go
