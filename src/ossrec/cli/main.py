"""The entry point: runs a command; whatever comes of it is an exit code, and one line if it failed."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def main() -> NoReturn:
    """Run `ossrec` with the arguments of this process."""
    code = run(sys.argv[1:])
    _close_stdout()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run `ossrec` with *arguments*; gives the exit code."""
    try:
        # A Ctrl-C while modules load is no traceback either, so they load in here.
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        from ossrec.cli.output.suggestions import forget
        from ossrec.cli.root_command import root

        forget()
        code = root.main(list(arguments), prog_name="ossrec", standalone_mode=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("OSSREC_DEBUG"):
            raise
        from ossrec.cli.error_lines import failure
        from ossrec.cli.output.output import say

        told = failure(error)
        if told.line:
            say(f"ossrec: {told.line}")
        return told.code
    return code if isinstance(code, int) else 0


def _close_stdout() -> None:
    """What is still to be written, without Python's own complaint at exit about a reader that went away."""
    from ossrec.cli.output.output import write

    try:
        write(())
    except OSError:
        sys.stdout = None
