"""A scan that kills itself with SIGKILL before its n-th SQL statement: ``python -m … FOLDER CATALOG N``."""

import sys
from pathlib import Path

from tests.scan.bucket_maker import SmallPages
from tests.scan.interrupted.killing import die_before
from tests.scan.scanning import scan

die_before(int(sys.argv[3]))
scan(SmallPages(sys.argv[1]), Path(sys.argv[2]), threads=2)
