"""The schema of the catalog, as migrations; docs/catalog.md describes every column.

A migration that has been released is never changed: a later one follows it. `VERSION` is what
``PRAGMA user_version`` of a catalog of this schema says, so that a reader can tell an older or
newer file apart without loading sqlite-utils.
"""

from collections.abc import Iterable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from ossrec.catalog.schema import v1_scan, v2_inspections, v3_tasks, v4_task_lists, v5_standard_names
from ossrec.catalog.schema.version import APPLICATION_ID

migrations = Migrations("ossrec")


@migrations()
def m001_scan(db: Database) -> None:
    """Everything that a scan at depth `listing` keeps."""
    _run(db, v1_scan.SCRIPTS)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.conn.execute("PRAGMA user_version = 1")


@migrations()
def m002_looks(db: Database) -> None:
    """What looks at the bytes of segments give, and what follows from it for recordings."""
    _run(db, v2_inspections.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 2")


@migrations()
def m003_tasks(db: Database) -> None:
    """Tasks: what imports, calls and callbacks say of them, and how files fit."""
    _run(db, v3_tasks.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 3")


@migrations()
def m004_books(db: Database) -> None:
    """Tasks by state; files that callbacks named are looked for less and less often."""
    _run(db, v4_task_lists.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 4")


@migrations()
def m005_standard_names(db: Database) -> None:
    """Rename tables and columns to standard terms."""
    _run(db, v5_standard_names.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 5")


def _run(db: Database, scripts: Iterable[str]) -> None:
    """Statement by statement: `executescript` would commit, and a migration is one transaction."""
    for script in scripts:
        for statement in script.split(";\n"):
            if statement.strip():
                db.conn.execute(statement)
