"""The migrations of the catalog; docs/catalog.md describes every column.

A migration that has been released is never changed; a change of the schema is a new migration. Each sets
``PRAGMA user_version``, so that a reader can recognize an older or newer file without loading sqlite-utils.
Catalogs record the names of the functions as applied, so a function is never renamed.
"""

from collections.abc import Iterable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from ossrec.catalog.schema import (
    v1_scan,
    v2_inspections,
    v3_tasks,
    v4_task_lists,
    v5_standard_names,
    v6_located_segments,
)
from ossrec.catalog.schema.version import APPLICATION_ID

migrations = Migrations("ossrec")


@migrations()
def m001_scan(db: Database) -> None:
    """Create the tables that a scan at depth `listing` fills."""
    _run(db, v1_scan.SCRIPTS)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.conn.execute("PRAGMA user_version = 1")


@migrations()
def m002_looks(db: Database) -> None:
    """Add the inspections of segments, and the columns of recordings that follow from them."""
    _run(db, v2_inspections.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 2")


@migrations()
def m003_tasks(db: Database) -> None:
    """Add tasks, their facts from imports, calls and callbacks, and the link from recordings to tasks."""
    _run(db, v3_tasks.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 3")


@migrations()
def m004_books(db: Database) -> None:
    """Add indexes for lists of tasks, and the time of the next check for a file that a callback names."""
    _run(db, v4_task_lists.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 4")


@migrations()
def m005_standard_names(db: Database) -> None:
    """Rename tables and columns to standard terms."""
    _run(db, v5_standard_names.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 5")


@migrations()
def m006_located_segments(db: Database) -> None:
    """Add how a segment was found whose URI leads to no object."""
    _run(db, v6_located_segments.SCRIPTS)
    db.conn.execute("PRAGMA user_version = 6")


def _run(db: Database, scripts: Iterable[str]) -> None:
    """Execute statement by statement, because `executescript` would commit and a migration is one transaction."""
    for script in scripts:
        for statement in script.split(";\n"):
            if statement.strip():
                db.conn.execute(statement)
