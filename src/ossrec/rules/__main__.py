"""Print docs/findings.md: ``python -m ossrec.rules > docs/findings.md``."""

import sys

from ossrec.rules.explain import findings_page

if __name__ == "__main__":
    sys.stdout.write(findings_page())
