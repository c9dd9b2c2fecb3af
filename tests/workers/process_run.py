"""The command line with processes for however little there is to look at: ``python -m … FILE ARGUMENT…``.

Their numbers are written to FILE, one a line.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from ossrec.cli.main import run
from ossrec.jobs.workers import adaptive_pool, process_pool

start = process_pool._start_process


def noted() -> Any:
    started: tuple[subprocess.Popen[bytes], Any, Any] = start()
    with Path(sys.argv[1]).open("a") as file:
        print(started[0].pid, file=file)
    return started


if __name__ == "__main__":
    process_pool._start_process = noted
    adaptive_pool._WORTHWHILE = 0.0
    sys.exit(run(sys.argv[2:]))
