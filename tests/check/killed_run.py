"""A check that kills itself, as `kill -9` does, before its n-th statement: ``python -m … CATALOG DEPTH N``."""

import sys
from pathlib import Path

from ossrec.jobs.check import run as rounds
from tests.check.run_check import check
from tests.scan.interrupted.killing import die_before

die_before(int(sys.argv[3]))
rounds._COMMIT_EVERY = 0.0  # so that each run gets on
check(Path(sys.argv[1]), depth=sys.argv[2], threads=2)
