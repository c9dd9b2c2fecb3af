"""`ossrec rebuild`: write a playlist from the segments of a recording, or correct its playlist."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import BUCKET_SETTINGS, setting
from ossrec.cli.output.output import say, write_bytes
from ossrec.cli.output.text import clock, counted
from ossrec.errors import UsageProblem

if TYPE_CHECKING:
    from ossrec.findings import Finding
    from ossrec.jobs.rebuild.rebuild import RebuiltPlaylist

PARTLY = 3  # exit code

_MAX_LINES = 10  # of each kind


@click.command(
    "rebuild",
    epilog="\b\nExamples:\n"
    "  ossrec rebuild rid_ba1107310000565164da34f816f842da94d_lobby.m3u8 > lobby.m3u8\n"
    "  ossrec rebuild 2026/rid_ba1107310000565164da34f816f842da94d_lobby.m3u8 -o lobby.m3u8\n"
    "  ossrec rebuild rid_ba1107310000565164da34f816f842da94d_lobby.m3u8 --upload rebuilt/",
)
@click.argument("recording", type=values.name)
@click.option(
    "-o",
    "--output",
    "file",
    type=values.File(),
    metavar="FILE",
    help="Write to FILE instead of stdout; - is stdout.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists; never a file of a recording.")
@click.option(
    "--upload",
    "prefix",
    type=values.text,
    metavar="PREFIX",
    help="Write PREFIX/NAME.m3u8 into the recording's bucket; overwrites nothing.",
)
@click.option("--listed-only", is_flag=True, help="Omit segments that the playlist does not list.")
@setting("catalog", "idle", "lag", *BUCKET_SETTINGS)
def command(
    recording: str,
    catalog: Path,
    file: Path | None,
    prefix: str | None,
    force: bool,
    **options: Any,
) -> int:
    """Write a playlist for RECORDING: a new one from its segments, or the existing one with its wrong lines corrected.

    RECORDING is given as for `show`. The playlist is written to stdout, with URIs relative to the recording's own
    folder. Nothing is written to the bucket without --upload. The changes, and the findings that remain, are reported
    on stderr. The exit code is 3 if a segment could not be read.
    """
    file = None if file == Path("-") else file
    if file is not None and prefix is not None:
        raise UsageProblem("--output and --upload exclude each other: the URIs depend on the location")
    if force and file is None:
        raise UsageProblem("--force requires --output: nothing else is ever replaced")
    from ossrec.buckets.open import open_bucket
    from ossrec.buckets.retrying import RetryingBucket
    from ossrec.catalog.connection.open_reader import open_catalog, snapshot
    from ossrec.catalog.query.recording_references import resolve_recording
    from ossrec.catalog.store.objects import bucket_of
    from ossrec.cli.bucket_options import bucket_settings
    from ossrec.jobs.rebuild.deliver import OutputTarget, save, upload
    from ossrec.jobs.rebuild.rebuild import RebuildOptions, rebuild

    target = OutputTarget(None if file is None else str(file), prefix, force)
    target.check()
    rebuild_options = RebuildOptions(
        options.pop("idle") + options.pop("lag"), options["threads"], options.pop("listed_only")
    )
    settings = bucket_settings(options)
    with closing(open_catalog(catalog)) as conn, snapshot(conn):
        number = resolve_recording(conn, recording)
        bucket = open_bucket(bucket_of(conn, number), settings)
        retrying = RetryingBucket(bucket, settings.policy)
        rebuilt = rebuild(conn, retrying, number, rebuild_options, partial(target.check_for, bucket))
    _report(rebuilt)
    if prefix is not None:
        done = upload(bucket, retrying, rebuilt, prefix)
        how = "written to" if done.is_new else "already exists with the same content:"
        say(f"ossrec: {how} {bucket.name.rstrip('/')}/{done.key}")
    elif file is not None:
        save(bucket, rebuilt, str(file), force=force)
        say(f"ossrec: written to {file}")
    else:
        write_bytes(rebuilt.data)
    return PARTLY if rebuilt.failures else 0


def _report(rebuilt: "RebuiltPlaylist") -> None:
    """Report the result on stderr."""
    for line in _lines(rebuilt):
        say(f"ossrec: {line}")


def _lines(rebuilt: "RebuiltPlaylist") -> Iterator[str]:
    playlist = rebuilt.playlist
    segments = counted(len(playlist.segments), "segment")
    made = f"corrected from {rebuilt.key}" if rebuilt.originals else "from the segments alone"
    yield f"{segments}, {clock(playlist.duration)}, {made}"
    for what, number in rebuilt.changes.items():
        yield f"changed: {what}: {number:,}"
    if rebuilt.originals and not rebuilt.changes:
        yield "nothing is wrong: the playlist is unchanged"
    if not rebuilt.is_over:
        yield "still recording: no EXT-X-ENDLIST is written; rebuild it when the recording has ended"
    yield from _first_lines("omitted", rebuilt.omitted)
    yield from _first_lines("could not read", _failures(rebuilt))
    yield from _remaining(rebuilt)


def _failures(rebuilt: "RebuiltPlaylist") -> list[str]:
    """Return one line for each code, with its first segment: all segments may be archived."""
    by_code: dict[str, list[Finding]] = {}
    for one in rebuilt.failures:
        by_code.setdefault(one.code, []).append(one)
    lines = []
    for code, same in by_code.items():
        more = f" and {len(same) - 1:,} more" if len(same) > 1 else ""
        lines.append(f"{code} {same[0].subject}{more}: {same[0].detail}")
    return lines


def _first_lines(what: str, lines: list[str]) -> Iterator[str]:
    for line in lines[:_MAX_LINES]:
        yield f"{what}: {line}"
    if len(lines) > _MAX_LINES:
        yield f"{what}: and {len(lines) - _MAX_LINES:,} more"


def _remaining(rebuilt: "RebuiltPlaylist") -> Iterator[str]:
    """Yield one line for each code that remains in the playlist."""
    from ossrec.rules import RULES

    counts: dict[str, int] = {}
    for finding in rebuilt.remaining:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    for code, number in sorted(counts.items()):
        times = "" if number == 1 else f" ({number:,} times)"
        yield f"remains: {code} {RULES[code].title}{times}: see `ossrec explain {code}`"
