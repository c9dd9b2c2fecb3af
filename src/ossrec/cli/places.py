"""A bucket of the catalog, as people name it."""

import os
from collections.abc import Sequence

from ossrec.cli.output import say


def known_bucket(given: str | None, known: Sequence[str]) -> tuple[str | None, str]:
    """The bucket as the catalog names it, and the prefix in it; says so if it was never scanned."""
    if given is None:
        return None, ""
    for text in (given, f"oss://{given}", os.path.abspath(given), os.path.realpath(given)):  # noqa: PTH100
        for name in known:
            if text.rstrip("/") == name.rstrip("/"):
                return name, ""
            if text.startswith(name.rstrip("/") + "/"):
                return name, text[len(name.rstrip("/")) + 1 :]
    say(f"ossrec: {given} was never scanned into this catalog, which holds {', '.join(known) or 'no bucket'}")
    return given, ""
