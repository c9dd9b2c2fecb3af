"""`ossrec doctor`: it reports problems and next steps, and never shows a secret."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ossrec.cli.doctor_checks import check_clock, check_programs
from tests.catalog.builder import CatalogBuilder, mixed
from tests.cli.conftest import HOSTILE
from tests.oss_server import OssServer
from tests.running import Ossrec

NOW = int(time.time())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OssServer]:
    with OssServer() as running:
        running.bucket("recordings").put("2026/a.txt", b"x" * 5000)
        monkeypatch.setenv("OSSREC_ENDPOINT", running.endpoint)
        monkeypatch.setenv("OSSREC_REGION", running.region)
        monkeypatch.setenv("OSS_ACCESS_KEY_ID", running.access_key_id)
        monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", running.access_key_secret)
        yield running


@pytest.fixture
def build(alone: Path) -> CatalogBuilder:
    """A catalog at the default path, with a scan that has just finished."""
    made = CatalogBuilder(alone / "ossrec.db")
    made.recording(mixed("lobby"))
    made.scan(started=NOW - 60)
    return made


def checks(ossrec: Ossrec, *arguments: str, code: int = 0) -> dict[str, dict[str, Any]]:
    ran = ossrec("doctor", "--format", "json", *arguments)
    assert ran.code == code, ran
    return {row["check"]: row for row in ran.json}


def test_all_is_well(ossrec: Ossrec, build: CatalogBuilder, server: OssServer) -> None:
    found = checks(ossrec, "oss://recordings")
    assert {row["state"] for name, row in found.items() if name != "crcmod"} == {"ok"}
    assert found["listing"]["detail"] == "oss://recordings: 1 object"
    assert found["reading"]["detail"] == "2026/a.txt: 1024 of 5,000 bytes"
    assert found["credentials"]["detail"] == "set in the environment"
    assert found["last scan"]["detail"].startswith("oss://recordings, ")
    assert found["integrity"]["detail"].startswith("quick_check")
    assert [request.kind for request in server.requests] == ["LIST", "GET"]


def test_no_secret_is_ever_shown(
    ossrec: Ossrec, server: OssServer, monkeypatch: pytest.MonkeyPatch, build: CatalogBuilder
) -> None:
    monkeypatch.setenv("OSS_SESSION_TOKEN", "a-session-token")
    monkeypatch.setenv("OSSREC_ENDPOINT", "https://someone:a-password@oss.example.com")
    for name in ("table", "json"):
        ran = ossrec("doctor", "oss://recordings", "--format", name)
        for secret in (server.access_key_id, server.access_key_secret, "a-session-token", "a-password"):
            assert secret not in ran.out + ran.err
    assert "with OSS_SESSION_TOKEN" in ran.out


def test_half_of_the_credentials(ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAI-something")
    found = checks(ossrec, code=1)
    assert found["credentials"]["state"] == "problem"
    assert "OSS_ACCESS_KEY_SECRET" in found["credentials"]["next"]


def test_no_access(ossrec: Ossrec, server: OssServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "wrong")
    found = checks(ossrec, "oss://recordings", code=1)
    assert found["bucket"]["state"] == "problem"
    assert "SignatureDoesNotMatch" in found["bucket"]["detail"]
    assert found["bucket"]["next"]


def test_a_wrong_clock_is_reported_even_if_oss_denies_access(ossrec: Ossrec, server: OssServer) -> None:
    server.clock_skew = -3600.0
    found = checks(ossrec, "oss://recordings", code=1)
    assert "RequestTimeTooSkewed" in found["bucket"]["detail"]
    assert found["clock"]["state"] == "problem"
    assert found["clock"]["detail"].endswith("s ahead of the bucket's clock")
    server.clock_skew = 300.0
    found = checks(ossrec, "oss://recordings")
    assert found["clock"]["state"] == "warning"
    assert "behind" in found["clock"]["detail"]


def test_an_unknown_clock_is_not_reported() -> None:
    assert list(check_clock(None)) == []


def test_an_empty_bucket_cannot_be_read(ossrec: Ossrec, alone: Path) -> None:
    (alone / "b").mkdir()
    assert checks(ossrec, "b")["reading"]["state"] == "warning"


def test_no_bucket_is_checked_unless_named(ossrec: Ossrec, build: CatalogBuilder) -> None:
    assert "not checked" in checks(ossrec)["bucket"]["detail"]


def test_no_catalog_yet(ossrec: Ossrec) -> None:
    found = checks(ossrec)
    assert found["catalog"]["state"] == "warning"
    assert found["catalog"]["next"].startswith("run `ossrec scan BUCKET`")


def test_a_file_that_is_no_catalog(ossrec: Ossrec, alone: Path) -> None:
    (alone / "ossrec.db").write_text("nothing of the kind" * 100)
    assert checks(ossrec, code=1)["catalog"]["state"] == "problem"


def test_a_catalog_that_is_broken(ossrec: Ossrec, build: CatalogBuilder) -> None:
    build.conn.execute("PRAGMA writable_schema = ON")
    build.conn.execute(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'stems')"
        " WHERE name = 'recordings_by_room'"
    )
    build.conn.close()
    for more in ((), ("--thorough",)):
        found = checks(ossrec, *more, code=1)
        assert found["integrity"]["state"] == "problem"
        assert "scan again" in found["integrity"]["next"]


def test_dangling_references_are_found_by_a_thorough_check(ossrec: Ossrec, build: CatalogBuilder) -> None:
    build.conn.execute("INSERT INTO changes VALUES (99, 1, NULL, 'complete', 0)")
    assert checks(ossrec)["integrity"]["state"] == "ok"
    assert checks(ossrec, "--thorough", code=1)["integrity"]["detail"] == "1 row with dangling references"


def test_a_catalog_without_recent_scans(ossrec: Ossrec, alone: Path) -> None:
    build = CatalogBuilder(alone / "ossrec.db")
    found = checks(ossrec)
    assert found["last scan"]["detail"] == "no scan has finished"
    build.scan(started=NOW - 3 * 86_400)
    build.scan(started=NOW - 600, state="listing")
    found = checks(ossrec)
    assert found["last scan"]["state"] == "warning"
    assert "3 days ago" in found["last scan"]["detail"]
    assert found["unfinished scan"]["state"] == "warning"


def test_another_journal_mode_gives_a_warning(ossrec: Ossrec, build: CatalogBuilder) -> None:
    build.conn.execute("PRAGMA journal_mode = DELETE")
    assert checks(ossrec)["journal"]["state"] == "warning"


def test_a_name_cannot_drive_the_terminal(ossrec: Ossrec, alone: Path, server: OssServer) -> None:
    server.bucket("other-bucket").put(f"{HOSTILE}.txt", b"x")
    for name in ("table", "json"):
        out = ossrec("doctor", "oss://other-bucket", "--format", name).out
        assert "owned" in out
        assert all(char == "\n" or char.isprintable() for char in out)


def test_programs_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {check.check for check in check_programs()} == {"ossrec", "sqlite", "checksums", "crcmod"}
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    (old,) = [check for check in check_programs() if check.check == "sqlite"]
    assert (old.state, old.next) == ("problem", "use a Python with SQLite 3.37 or newer")
