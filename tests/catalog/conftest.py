"""Connections to catalogs that tests write to."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.catalog.connection.open_writer import open_for_writing


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to an empty catalog."""
    with closing(open_for_writing(tmp_path / "catalog.db")) as conn:
        yield conn


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A connection to one catalog for all examples of a property; each example uses its own bucket."""
    with closing(open_for_writing(tmp_path_factory.mktemp("shared") / "catalog.db")) as conn:
        yield conn
