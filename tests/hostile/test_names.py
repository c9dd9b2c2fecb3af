"""Names with control characters, formulas and shell syntax: none is lost, and each is shown escaped."""

import csv
import io
import sqlite3
from collections.abc import Iterator

import pytest

from tests.oss_server import OssServer
from tests.running import Ossrec
from tests.scan.bucket_maker import PACKET, rid

STAMP = "_20261101120000000.ts"
ROOMS = [
    *map(chr, [*range(32), *range(0x7F, 0xA1)]),
    *(
        "\x1b[31mred",
        "\x1b]8;;mailto:x\x1b\\click\x1b]8;;\x1b\\",
        "\x9b2J",
        "\u202egpj.exe",
        "\u2066x",
        "\u200f",
        "\ufeff",
    ),
    *(
        "=cmd|' -C calc'!A0",
        "+1",
        "-1",
        "@SUM(1)",
        "  =1",
        "\t=1",
        "＝1",
        "|x",
        "..",
        "..\\..",
        "a\\b",
        "'",
        '"',
        "`id`",
    ),
    *(
        "é",
        "e\u0301",
        "\u00c5",
        "\u212b",
        "字" * 300,
        "a%2Fb",
        "%00",
        "a+b",
        " ",
        "a&b<c>",
        "]]>",
        "--help",
        "\U0010ffff",
    ),
    "x" + "\u0300" * 200,
]
ODD = [
    *(
        "rid_",
        "f/rid_",
        "rid__.m3u8",
        "rid_a.ts",
        ".m3u8",
        ".ts",
        STAMP,
        f"\0{STAMP}",
        f"\x01{STAMP}",
        "\0",
        "a",
        "a\0",
        "aa",
    ),
    *(
        "..",
        "../x",
        "f//x",
        "f/.",
        "f/../rid_x_y.m3u8",
        "é" * 511,
        "rid_x_y.M3U8",
        "rid_x_y.TS",
        "=1+1",
        "\x1b[2J",
        "\r\n",
    ),
    *("rid_z_" + "_" * 900 + ".m3u8", "rid_z_a" + "__uid_s_b__uid_e" * 60 + ".ts", "rid_z_a/" * 100 + "x.ts"),
]
KEYS = {*ODD, *(f"rooms/rid_{rid(number)}_{room}{STAMP}" for number, room in enumerate(ROOMS))}


@pytest.fixture
def scanned(ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ossrec]:
    with OssServer() as server:
        server.add_key("id", "secret")
        for key in KEYS:
            server.bucket("names").put(key, PACKET, modified=1_793_000_000)
        for name, value in {"OSS_ACCESS_KEY_ID": "id", "OSS_ACCESS_KEY_SECRET": "secret"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("OSSREC_ENDPOINT", server.endpoint)
        monkeypatch.setenv("OSSREC_REGION", "cn-hangzhou")
        assert ossrec("scan", "oss://names", "--fail-on", "never").code == 0
        yield ossrec


def test_every_name_is_kept_and_shown_harmlessly_in_every_format(scanned: Ossrec) -> None:
    with sqlite3.connect("ossrec.db") as db:
        kept = {
            key for (key,) in db.execute("SELECT s.stem || o.suffix FROM objects o JOIN stems s ON s.id = o.stem_id")
        }
    db.close()
    assert kept == KEYS
    rows = scanned("find", "--format", "json").json
    unnamed = scanned("find", "--unnamed", "--format", "json").json
    assert {row["roomid"] for row in rows} >= set(ROOMS)
    recorded = sum(row["segments_present"] + bool(row["playlist"]) for row in rows)
    assert len(unnamed) + recorded == len(KEYS)
    for arguments in ((), ("--unnamed",)):
        assert scanned("find", *arguments).code == 0
        table = list(csv.reader(io.StringIO(scanned("find", *arguments, "--format", "csv").out)))
        assert len({len(row) for row in table}) == 1
        assert not [cell for row in table for cell in row if cell.lstrip(" ")[:1] in tuple("=+@-＝")]


def test_a_recording_is_shown_by_its_exact_name(scanned: Ossrec) -> None:
    rows = [row for row in scanned("find", "--format", "json").json if "\0" not in row["path"]]  # no argument holds one
    for row in rows[::9]:
        shown = scanned("show", f"oss://names/{row['path']}", "--format", "json")
        assert shown.json["roomid"] == row["roomid"]
