"""`ossrec` as a process: the modules that a query loads; pipes, signals and failing files."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import ossrec
from tests.catalog.builder import CatalogBuilder, mixed

SOURCE = str(Path(ossrec.__file__).parents[1])
COMMAND = [sys.executable, "-m", "ossrec"]
HEAVY = (
    *("oss2", "sqlite_utils", "m3u8", "numpy", "rich", "asyncio", "filelock", "requests", "tabulate", "wcwidth"),
    *("urllib.request", "http.client", "fastcrc", "tomllib", "difflib", "csv", "logging", "concurrent.futures"),
    *("ossrec.jobs", "ossrec.buckets", "ossrec.rules", "ossrec.catalog.schema.migrations"),
)


@pytest.fixture
def environ(catalog: CatalogBuilder) -> dict[str, str]:
    """An environment with the catalog in it."""
    return {
        "PYTHONPATH": SOURCE,
        "PATH": os.environ["PATH"],
        "OSSREC_CATALOG": str(catalog.path),
        "PYTHONWARNINGS": "error",
    }


def start(environ: dict[str, str], *arguments: str, **streams: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*COMMAND, *arguments], env=environ, **streams)


QUERIES = {
    "find": ["find", "--room", "a", "--since", "2026-01-01", "--format", "json"],
    "show a recording": ["show", "2026/rid_aa05_a__uid_s_b__uid_s_c__uid_e.m3u8", "--format", "json"],
    "show a room": ["show", "--room", "a", "--format", "json"],
}


@pytest.mark.parametrize("arguments", QUERIES.values(), ids=QUERIES)
def test_a_query_loads_only_what_it_needs(environ: dict[str, str], arguments: list[str]) -> None:
    program = (
        "import sys; from ossrec.cli.main import run\n"
        f"code = run({arguments!r})\n"
        "import json; print(json.dumps(sorted(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=True)
    assert json.loads(done.stdout)
    loaded = json.loads(done.stderr)
    assert [name for name in loaded if name in HEAVY or name.startswith(tuple(f"{one}." for one in HEAVY))] == []


@pytest.fixture
def many(tmp_path: Path) -> str:
    """A catalog of more recordings than a buffer holds."""
    build = CatalogBuilder(tmp_path / "many.db")
    build.conn.execute("BEGIN")
    for number in range(600):
        build.recording(mixed(f"room{number}"))
    build.conn.execute("COMMIT")
    build.conn.close()
    return str(build.path)


def test_a_reader_that_goes_away_is_no_failure(environ: dict[str, str], many: str) -> None:
    for name in ("jsonl", "table"):
        process = start(
            environ, "find", "--catalog", many, "--format", name,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == 0
        process.stderr.close()


def test_ctrl_c_ends_quietly_with_130(environ: dict[str, str]) -> None:
    told = environ | {"OSSREC_X": "a warning on stderr says that the command is running"}
    process = start(told, "parse", "-", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert process.stderr.readline().startswith(b"ossrec: warning")
    process.send_signal(signal.SIGINT)
    assert process.stderr.read() == b""
    assert process.wait() == 130
    process.communicate()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "table"])
def test_a_full_disk_is_reported_in_one_line(environ: dict[str, str], many: str, name: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "find", "--catalog", many, "--format", name],
            env=environ, stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.returncode == 3
    assert (
        done.stderr == b"ossrec: no space left on the disk of the output: free some space, then run the command again\n"
    )


CLOSED = {
    "stdout": ("find --format json >&-", 3, b"ossrec: stdout is closed: send it to a file, or to /dev/null\n"),
    "stdout of a table": ("find >&-", 3, b"ossrec: stdout is closed: send it to a file, or to /dev/null\n"),
    "stderr": ("find --format json 2>&-", 0, b""),
    "both": ("find --format json >&- 2>&-", 3, b""),
    "stdout of a command without output": ("find --room nowhere >&-", 0, None),
    "stderr that takes nothing": ("find --catalog none 2>/dev/full", 10, b""),
}


@pytest.mark.parametrize(("command", "code", "said"), CLOSED.values(), ids=CLOSED)
def test_streams_that_are_closed_are_no_traceback(
    environ: dict[str, str], command: str, code: int, said: bytes | None
) -> None:
    line = f"{shlex.join(COMMAND)} {command}"
    done = subprocess.run(["sh", "-c", line], env=environ, capture_output=True, check=False)
    assert done.returncode == code
    assert done.stderr == said if said is not None else b"Traceback" not in done.stderr


def test_an_encoding_that_lacks_letters_gets_escapes(environ: dict[str, str]) -> None:
    told = environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, "find", "--format", "json"], env=told, capture_output=True, check=True)
    assert "三年二班" in [row["roomid"] for row in json.loads(done.stdout)]
    done = subprocess.run([*COMMAND, "show", mixed("lobby")], env=told, capture_output=True, check=True)
    assert b"# present  x missing  ^ finding" in done.stdout
