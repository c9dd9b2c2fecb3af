"""`ossrec scan`: index a bucket and check the recordings that are new or changed; the usual cron job."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import CONNECTION_SETTINGS, output_options, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import suggested
from ossrec.cli.output.text import counted, human_bytes, printable
from ossrec.cli.views.check_summary import ignore_forecast, inspection_lines, say_forecast
from ossrec.cli.views.run_summary import (
    FOUND,
    MAX_REPORTED,
    PARTLY,
    failing,
    link_problems,
    problems,
    say_lines,
    say_unread,
    verdicts_line,
)


@click.command(
    "scan",
    epilog="\b\nExamples:\n"
    "  ossrec scan /var/recordings\n"
    "  ossrec scan oss://my-bucket/2026/ --region cn-hangzhou --catalog /var/lib/ossrec/ossrec.db -q",
)
@click.argument("bucket", type=values.name)
@click.option("--prefix", type=values.text, default="", help="Scan only keys that start with this.")
@click.option(
    "--depth",
    "check_depth",  # not "depth", so that a settings file cannot set it
    type=click.Choice(["listing", "edges", "full"]),
    default="listing",
    show_default=True,
    help="After the listing, also check segments: `edges` reads the head and tail of each, `full` every byte.",
)
@click.option("--wait", is_flag=True, help="Wait while another run holds the catalog, instead of failing.")
@click.option("--fresh", is_flag=True, help="Restart from the beginning instead of resuming a stopped scan.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress, and report only problems.")
@setting("catalog", "fail_on", "idle", "lag", "threads", "processes", *CONNECTION_SETTINGS)
@output_options
def command(bucket: str, catalog: Path, output: Output, quiet: bool, fail_on: frozenset[str], **options: Any) -> int:
    """Index BUCKET in the catalog, and check the recordings that are new or changed since the last scan.

    BUCKET is oss://name, oss://name/prefix or a folder. Credentials come from the environment:
    OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN. Nothing is written to the bucket.

    A scan that was stopped resumes where it left off. The exit code is 3 if something could not be
    read, else 1 if --fail-on names the verdict of a recording, else 0.
    """
    from ossrec.cli.bucket_options import bucket_settings, open_bucket_argument
    from ossrec.cli.output.progress import announce_stop, progress_display
    from ossrec.cli.worker_options import choose_worker_pool
    from ossrec.jobs.scan.report import ScanOptions
    from ossrec.jobs.scan.scan import InspectionStep, scan_bucket

    threads, processes = options["threads"], options.pop("processes")
    settings = bucket_settings(options)
    opened, prefix = open_bucket_argument(bucket, settings, options.pop("prefix"))
    _warn_of_catalog_in_bucket(opened.name, catalog)
    depth = options.pop("check_depth")
    chosen = ScanOptions(prefix=prefix, depth=depth, threads=threads, retry=settings.policy, **options)
    pool = choose_worker_pool(threads, processes, None, settings)
    inspection = InspectionStep(ignore_forecast if quiet else say_forecast, pool)
    with progress_display(quiet=quiet) as progress:
        summary = scan_bucket(opened, catalog, chosen, progress, announce_stop, inspection)
    for notice in summary.notices:
        say(f"ossrec: warning: {notice}")
    check = summary.check
    say_unread([*summary.warnings, *(check["warnings"] if check else ())])
    skipped = [f"{entry['name']}: {entry['reason']}" for entry in summary.skipped_names]
    say_lines("skipped", skipped, f"--format json lists up to {MAX_REPORTED:,}")
    failures = failing(summary.verdicts, fail_on)
    record = summary.as_dict()
    output.record(record, lambda: problems(record, failures, output) if quiet else _lines(record, failures, output))
    if summary.partly:
        return PARTLY
    return FOUND if failures else 0


def _warn_of_catalog_in_bucket(name: str, catalog: Path) -> None:
    # Path.resolve would fail on a loop of links.
    if not name.startswith("oss://") and Path(os.path.realpath(catalog)).is_relative_to(name):
        say(f"ossrec: warning: the catalog {catalog} is inside the scanned folder: move it with --catalog")


def _lines(summary: dict[str, Any], failures: dict[str, int], output: Output) -> Iterator[str]:
    where = f"{summary['bucket'].rstrip('/')}/{summary['prefix']}" if summary["prefix"] else summary["bucket"]
    resumed = ", resumed after a stop" if summary["resumed"] else ""
    title = f"{where}: {counted(summary['objects'], 'object')} in {summary['seconds']:.1f} s{resumed}"
    yield output.paint(printable(title), None, bold=True)
    yield f"  objects     {summary['new']:,} new, {summary['changed']:,} changed, {summary['gone']:,} gone"
    if number := summary["unnamed"]:
        files = "1 file is not a recording" if number == 1 else f"{number:,} files are not recordings"
        yield f"              {files} ({suggested('find', '--unnamed')})"
    if number := summary["skipped"]:
        entries = "1 entry" if number == 1 else f"{number:,} entries"
        yield f"              {entries} skipped: hidden, unreadable, or a link that leaves the folder"
    verdicts = verdicts_line(summary["verdicts"], output)
    yield f"  recordings  {summary['recordings']:,}{': ' if verdicts else ''}{verdicts}"
    if summary["tasks"] and (mismatches := link_problems(summary["tasks"])):
        yield f"  tasks       {mismatches} ({suggested('tasks', 'unmatched')})"
    if summary["changes"]:
        yield printable(f"  changes     {', '.join(summary['changes'])}")
    playlists = f"{counted(summary['playlists_read'], 'playlist')}, {human_bytes(summary['bytes_read'])}"
    requests = ", ".join(f"{number:,} {kind}" for kind, number in summary["requests"].items())
    yield f"  read        {playlists}; requests: {requests}"
    if summary["check"]:
        yield from (f"  {line}" for line in inspection_lines(summary["check"], output))
    yield from problems(summary, failures, output)
