"""Holds the write lock of a catalog until its input ends: ``python -m … CATALOG``; says ``held`` when it has it."""

import sys
from pathlib import Path

from ossrec.catalog.connection.lock import writing

with writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
