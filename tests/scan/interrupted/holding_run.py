"""Holds the write lock of a catalog until its input ends: ``python -m … CATALOG``; says ``held`` when it has it."""

import sys
from pathlib import Path

from ossrec.catalog.connection.lock import lock_catalog

with lock_catalog(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
