"""Fixtures: run `ossrec` in this process, in an empty folder, with a catalog of a few recordings."""

import pytest

from tests.catalog.builder import NOW, RID, CatalogBuilder, mixed, source
from tests.running import Ossrec, Ran, alone, ossrec

HOSTILE = "\x1b]0;owned\x07\u202e\n\x9b31m"  # what a terminal would obey: title, direction, line end, colour


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> CatalogBuilder:
    """A catalog of a few recordings with ordinary, foreign and hostile names."""
    build = CatalogBuilder(tmp_path_factory.mktemp("catalog") / "c.db")
    lobby = mixed("lobby")
    stem = lobby.removesuffix(".m3u8").rpartition("/")[2]
    number = build.recording(
        lobby,
        started="20261101100000000",
        seconds=3600,
        verdict="incomplete",
        reasons=["LST260"],
        segments_expected=4,
        segments_present=3,
        segments_missing=1,
        missing_seconds=10.0,
        bytes=1_500_000,
    )
    build.playlist(
        number,
        lobby,
        [(f"{stem}_2026110110000{n}000.ts", None if n == 2 else 188_000) for n in range(4)],
    )
    build.finding(number, "LST260", 3, lobby, "gone.ts", segment=2, start=20.0, length=10.0, line=9)
    build.finding(number, "HLS140", 1, lobby, line=3)
    build.finding(number, "LST300", 2, lobby, "60.0 s", segment=3, start=30.0, length=60.0)
    build.recording(source("lobby", "10266666"), started="20261101100000000", seconds=1800)
    build.recording(mixed("三年二班", "aa02"), started="20261031100000000")
    build.recording(mixed(HOSTILE, "aa03"), started="20261030100000000", bytes=7)
    build.recording(source("=cmd('calc')!A1", "-1+2", "aa04"), started="20261029100000000")
    build.recording(source("a__uid_s_b", "c", "aa05"), started="20261028100000000")
    build.recording(mixed("live", "aa06"), started="20261101110000000", verdict="recording", last_arrival=NOW)
    build.object(f"foreign/{HOSTILE}.txt", 12)
    build.change(build.scan(), number, None, "incomplete")
    build.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return build


@pytest.fixture
def catalog(built: CatalogBuilder, monkeypatch: pytest.MonkeyPatch) -> CatalogBuilder:
    """The same catalog, named by OSSREC_CATALOG."""
    monkeypatch.setenv("OSSREC_CATALOG", str(built.path))
    return built


__all__ = ["HOSTILE", "RID", "Ossrec", "Ran", "alone", "ossrec"]
