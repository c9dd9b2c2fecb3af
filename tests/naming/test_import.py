"""The modules that importing the parser loads."""

import subprocess
import sys
from pathlib import Path

from ossrec.naming import RecordingName
from ossrec.naming.recording_name import _Fields

SOURCE = Path(__file__).parents[2] / "src"
OURS = {"ossrec", "ossrec.naming", "ossrec.naming.recording_name", "ossrec.naming.parse"}
CHEAP = {
    "__future__",
    "_collections",
    "collections",
    "itertools",
    "keyword",
    "operator",
    "_operator",
    "reprlib",
}


def test_the_import_loads_only_cheap_modules() -> None:
    code = "import sys; before = set(sys.modules); import ossrec.naming;print(*sorted(set(sys.modules) - before))"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(SOURCE)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(run.stdout.split())
    assert loaded >= OURS
    assert {name for name in loaded - OURS if name.partition(".")[0] not in CHEAP | {"_collections_abc"}} == set()


def test_the_fields_are_those_that_the_type_checker_sees() -> None:
    text = (SOURCE / "ossrec/naming/recording_name.py").read_text(encoding="utf-8")
    declared = text.partition("class _Fields(NamedTuple):\n")[2].partition("else:")[0].split("\n")
    names = [line.partition(":")[0].strip() for line in declared if ":" in line]
    assert tuple(names) == _Fields._fields == RecordingName._fields
    optional = [line.partition(":")[0].strip() for line in declared if "=" in line]
    assert optional == list(RecordingName._field_defaults)
