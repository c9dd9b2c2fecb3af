"""Hold the write lock of a catalog until stdin ends: ``python -m … CATALOG``; prints ``held`` once it has the lock."""

import sys
from pathlib import Path

from ossrec.catalog.connection.lock import lock_catalog

with lock_catalog(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
