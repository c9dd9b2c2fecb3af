"""The entry point: run a command, and turn its outcome into an exit code, with one line on stderr if it failed."""

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
    """Run `ossrec` with *arguments* and return the exit code."""
    try:
        # Modules are loaded in here, so that a Ctrl-C meanwhile gives no traceback.
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        from ossrec.cli.output.suggestions import reset_options
        from ossrec.cli.root_command import root

        reset_options()
        code = root.main(list(arguments), prog_name="ossrec", standalone_mode=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("OSSREC_DEBUG"):
            raise
        from ossrec.cli.error_lines import error_line
        from ossrec.cli.output.output import say

        failure = error_line(error)
        if failure.line:
            say(f"ossrec: {failure.line}")
        return failure.code
    return code if isinstance(code, int) else 0


def _close_stdout() -> None:
    """Flush stdout; if that fails, detach it, so that Python prints no error of its own at exit."""
    from ossrec.cli.output.output import write

    try:
        write(())
    except OSError:
        sys.stdout = None
