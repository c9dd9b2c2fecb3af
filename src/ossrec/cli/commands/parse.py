"""`ossrec parse`: parse file names on the command line."""

import sys
from collections.abc import Iterator
from typing import Any

import click

from ossrec.catalog.times import iso
from ossrec.cli import option_types as values
from ossrec.cli.options import output_options
from ossrec.cli.output.output import Column, Output
from ossrec.naming import RecordingName, parse_name, readings

Row = dict[str, Any]

_FIELDS = (
    "name", "recordid", "roomid", "uid", "folder", "kind", "stream", "stem", "rest", "backup", "tick", "again",
    "started_at", "conforming", "ambiguous",
)  # fmt: skip
_COLUMNS = (
    Column("kind", lambda row: row["kind"] or f"not a recording: {row['name']}"),
    Column("recordid", lambda row: row["recordid"] or ""),
    Column("room", lambda row: row["roomid"] or ""),
    Column("user", lambda row: row["uid"] or ("(mixed)" if row["kind"] else "")),
    Column("folder", lambda row: row["folder"] or ""),
    Column("rest", lambda row: row["rest"] or ""),
    Column("notes", lambda row: _notes(row)),
)


@click.command(
    "parse",
    epilog="\b\nExamples:\n"
    "  ossrec parse rid_ba1107310000565164da34f816f842da94d_abcabc__uid_s_10266666__uid_e.m3u8\n"
    "  ossrec parse --all rid_ba1107310000565164da34f816f842da94d_a__uid_s_b__uid_s_c__uid_e.m3u8",
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--all", "every", is_flag=True, help="Show all readings of an ambiguous name, the most likely first.")
@click.option("--room", type=values.text, help="The room, if known, to resolve an ambiguous name.")
@click.option("--uid", type=values.text, help="The user, if known, to resolve an ambiguous name.")
@output_options
def command(names: tuple[str, ...], every: bool, room: str | None, uid: str | None, output: Output) -> int:
    """Parse file names into task, room and user.

    NAME is a key or a file name; - reads names from standard input, one per line. The exit code is 1 if
    a name is not that of a recording; only its "name" field is then filled.
    """
    invalid = 0

    def rows() -> Iterator[Row]:
        nonlocal invalid
        for name in _given(names):
            found = _read(name, every=every, room=room, uid=uid)
            invalid += not found
            yield from [_row(name, reading) for reading in found] or [dict.fromkeys(_FIELDS) | {"name": name}]

    output.rows(rows(), _FIELDS, _COLUMNS)
    return 1 if invalid else 0


def _given(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if name == "-":
            lines = sys.stdin.buffer if sys.stdin is not None else ()
            yield from (line.rstrip(b"\r\n").decode("utf-8", "surrogateescape") for line in lines)
        else:
            yield name


def _read(name: str, *, every: bool, room: str | None, uid: str | None) -> list[RecordingName]:
    if not every:
        likely = parse_name(name, room=room, uid=uid)
        return [] if likely is None else [likely]
    return [reading for reading in readings(name) if room in (None, reading.roomid) and uid in (None, reading.uid)]


def _row(name: str, reading: RecordingName) -> Row:
    return {
        "name": name,
        "recordid": reading.recordid,
        "roomid": reading.roomid,
        "uid": reading.uid,
        "folder": reading.folder,
        "kind": reading.kind,
        "stream": reading.stream,
        "stem": reading.stem,
        "rest": reading.rest,
        "backup": reading.backup,
        "tick": reading.tick,
        "again": reading.again,
        "started_at": iso(reading.stamp_ms),
        "conforming": reading.conforming,
        "ambiguous": reading.ambiguous,
    }


def _notes(row: Row) -> str:
    if not row["kind"]:
        return ""
    notes = [
        "" if row["conforming"] else "recordid, room or user not in the vendor's format",
        "ambiguous, --all shows all readings" if row["ambiguous"] else "",
        "" if row["backup"] is None else f"written by backup recorder {row['backup']}",
        "" if row["again"] is None else f"repeated upload {row['again']}",
        "" if row["started_at"] is None else f"starts {row['started_at']}",
    ]
    return "; ".join(note for note in notes if note)
