"""docs/catalog.md describes the present schema, and its queries run."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlite_utils import Database

from fixtures.times import copy_bucket
from ossrec.catalog.query.find import open_catalog, unnamed_objects
from ossrec.catalog.schema.migrations import migrations
from ossrec.catalog.schema.version import APPLICATION_ID, VERSION
from ossrec.findings import Severity, Verdict
from tests.scan.scanning import scan

PAGE = (Path(__file__).parents[3] / "docs" / "catalog.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
ROW = re.compile(r"\| `(\w+)` \| (.+?) \| (.+) \|")


class Column(NamedTuple):
    """A column, in the schema or on the page."""

    name: str
    type: str
    refers: str | None


def described() -> dict[str, list[Column]]:
    """Return the columns of each table and view according to the page."""
    sections = re.split(r"^### `(\w+)`$", PAGE, flags=re.MULTILINE)[1:]
    tables = {}
    for name, text in zip(sections[::2], sections[1::2], strict=True):
        rows = ROW.findall(text.partition("\n#")[0])
        tables[name] = [Column(column, kind, _refers(meaning)) for column, kind, meaning in rows]
    return tables


def _refers(meaning: str) -> str | None:
    found = re.search(r" → `(\w+)`$", meaning)
    return found[1] if found else None


def real(conn: sqlite3.Connection) -> dict[str, list[Column]]:
    """Return the columns of each table and view of a catalog."""
    names = conn.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE '%sql%'"
    )
    return {name: list(_columns(conn, name, kind)) for name, kind in names.fetchall()}


def _columns(conn: sqlite3.Connection, table: str, kind: str) -> Iterator[Column]:
    refers = {row[3]: row[2] for row in conn.execute(f"PRAGMA foreign_key_list({table})")}
    for _, name, type_, notnull, _, key in conn.execute(f"PRAGMA table_info({table})"):
        null = "" if notnull or key else " or NULL"
        yield Column(name, "view" if kind == "view" else type_ + null, refers.get(name))


def test_the_page_describes_exactly_the_tables_that_exist(writer: sqlite3.Connection) -> None:
    assert set(described()) == set(real(writer))


def test_the_page_describes_every_column_in_its_order(writer: sqlite3.Connection) -> None:
    on_page = described()
    for table, columns in real(writer).items():
        assert on_page[table] == columns, table


def test_the_page_names_every_value_that_a_check_allows(writer: sqlite3.Connection) -> None:
    for name, sql in writer.execute("SELECT name, sql FROM sqlite_master WHERE sql LIKE '%CHECK%'"):
        for column, words in re.findall(r"CHECK \((\w+) IN \((.*?)\)\)", sql):
            for word in re.findall(r"'(\w+)'", words):
                assert f"`{word}`" in _row(name, column)
    for verdict in Verdict:
        assert f"`{verdict}`" in _row("recordings", "verdict")
    for severity in Severity:
        assert f"{severity.value} {severity.name.lower()}" in _row("findings", "severity")


def _row(table: str, column: str) -> str:
    section = PAGE.partition(f"### `{table}`")[2]
    return next(line for line in section.splitlines() if line.startswith(f"| `{column}` |"))


def test_the_page_has_the_version(writer: sqlite3.Connection) -> None:
    assert f"`PRAGMA application_id` is {APPLICATION_ID} (`{APPLICATION_ID.to_bytes(4, 'big').decode()}`)" in PAGE
    assert f"version of the schema: {VERSION}." in PAGE
    assert len(migrations.applied(Database(writer))) == VERSION


def test_every_reference_is_to_a_table_that_exists(writer: sqlite3.Connection) -> None:
    for table, columns in described().items():
        for column in columns:
            assert column.refers is None or column.refers in real(writer), (table, column)


@pytest.fixture(scope="module")
def class_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog of a bucket that changed between two scans."""
    home = tmp_path_factory.mktemp("class-day")
    folder = copy_bucket("class-day", home / "bucket")
    scan(folder, home / "catalog.db")
    (folder / "timetable.csv").unlink()
    playlist = next(folder.rglob("*history-9.m3u8"))
    lines = playlist.read_text().splitlines(keepends=True)
    playlist.write_text("".join([*lines[:-3], lines[-1]]))
    scan(folder, home / "catalog.db")
    return home / "catalog.db"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:60])
def test_a_query_on_the_page_returns_rows(class_day: Path, query: str) -> None:
    with closing(sqlite3.connect(f"file:{class_day}?mode=ro", uri=True)) as conn:
        assert conn.execute(query).fetchall()


def test_the_command_on_the_page_returns_rows(class_day: Path) -> None:
    (query,) = re.findall(r'\$ sqlite3 -readonly ossrec.db "(.*)"', PAGE)
    with closing(sqlite3.connect(class_day)) as conn:
        assert conn.execute(query).fetchall()


def test_the_verdict_as_of_now_is_the_verdict_of_find(class_day: Path) -> None:
    query = next(query for query in QUERIES if "verdict_now" in query)
    with closing(sqlite3.connect(class_day, isolation_level=None)) as conn:
        conn.execute("BEGIN")
        conn.execute(
            "UPDATE recordings SET verdict = 'recording', last_arrival = strftime('%s', 'now') - 60 * (id % 10)"
        )
        rows = dict(conn.execute(query).fetchall())
        expected = dict(
            conn.execute("SELECT path, iif(60 * (id % 10) > 330, 'unfinished', 'recording') FROM recordings").fetchall()
        )
        conn.execute("ROLLBACK")
    assert rows == expected
    assert set(rows.values()) == {"unfinished", "recording"}


def test_the_objects_that_are_not_recordings_are_those_that_find_lists(class_day: Path) -> None:
    query = next(query for query in QUERIES if "o.kind = 0" in query)
    with closing(open_catalog(class_day)) as conn:
        listed = [row[:3] for row in conn.execute(query)]
        assert listed == [(row["bucket"], row["key"], row["bytes"]) for row in unnamed_objects(conn)]
