"""`ossrec scan`: index a bucket and check the recordings that are new or changed; the usual cron job."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import suggested
from ossrec.cli.output.text import human_bytes, printable
from ossrec.cli.views.check_summary import inspection_lines, nothing, say_plan
from ossrec.cli.views.run_summary import (
    FOUND,
    MOST_TOLD,
    PARTLY,
    failing,
    problems,
    say_all,
    say_unseen,
    unnamed_lines,
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
    "look_to",  # the setting of a file must not reach it
    type=click.Choice(["listing", "edges", "full"]),
    default="listing",
    show_default=True,
    help="After the listing, also check segments: `edges` reads the head and tail of each, `full` every byte.",
)
@click.option("--wait", is_flag=True, help="Wait while another run holds the catalog, instead of failing.")
@click.option("--fresh", is_flag=True, help="Restart from the beginning instead of resuming a stopped scan.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress, and report only problems.")
@setting("catalog", "fail_on", "idle", "lag", "threads", "processes")
@setting("endpoint", "region", "signing", "internal", "cname", "path_style", "timeout", "retry_for")
@output_options
def command(bucket: str, catalog: Path, output: Output, quiet: bool, fail_on: frozenset[str], **options: Any) -> int:
    """Index BUCKET in the catalog, and check the recordings that are new or changed since the last scan.

    BUCKET is oss://name, oss://name/prefix or a folder. Credentials come from the environment:
    OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN. Nothing is written to the bucket.

    A scan that was stopped resumes where it left off. The exit code is 3 if something could not be
    read, else 1 if --fail-on names the verdict of a recording, else 0.
    """
    from ossrec.cli.bucket_options import bucket_settings, opened
    from ossrec.cli.output.progress import say_that_it_stops, shown
    from ossrec.cli.worker_options import chosen_crew
    from ossrec.jobs.scan.report import ScanOptions
    from ossrec.jobs.scan.scan import InspectionStep, scan_bucket

    threads, processes = options["threads"], options.pop("processes")
    settings = bucket_settings(options)
    place, prefix = opened(bucket, settings, options.pop("prefix"))
    _warn_of_catalog_in_bucket(place.name, catalog)
    depth = options.pop("look_to")
    chosen = ScanOptions(prefix=prefix, depth=depth, threads=threads, retry=settings.policy, **options)
    looking = InspectionStep(nothing if quiet else say_plan, chosen_crew(threads, processes, None, settings))
    with shown(quiet=quiet) as progress:
        summary = scan_bucket(place, catalog, chosen, progress, say_that_it_stops, looking)
    for notice in summary.notices:
        say(f"ossrec: warning: {notice}")
    looked = summary.looked
    say_unseen([*summary.warnings, *(looked["warnings"] if looked else ())])
    left_out = [f"{one['name']}: {one['reason']}" for one in summary.skipped_names]
    say_all("left out", left_out, f"--format json has up to {MOST_TOLD:,}")
    bad = failing(summary.verdicts, fail_on)
    told = summary.as_dict()
    output.record(told, lambda: problems(told, bad, output) if quiet else _lines(told, bad, output))
    if summary.partly:
        return PARTLY
    return FOUND if bad else 0


def _warn_of_catalog_in_bucket(name: str, catalog: Path) -> None:
    # Path.resolve would fail on links in a circle.
    if not name.startswith("oss://") and Path(os.path.realpath(catalog)).is_relative_to(name):
        say(f"ossrec: warning: the catalog {catalog} lies in the bucket itself: keep it elsewhere with --catalog")


def _lines(told: dict[str, Any], bad: dict[str, int], output: Output) -> Iterator[str]:
    where = f"{told['bucket'].rstrip('/')}/{told['prefix']}" if told["prefix"] else told["bucket"]
    went_on = ", going on with a scan that was stopped" if told["resumed"] else ""
    yield output.paint(
        printable(f"{where}: {told['objects']:,} objects in {told['seconds']:.1f} s{went_on}"), None, bold=True
    )
    yield f"  objects     {told['new']:,} new, {told['changed']:,} changed, {told['gone']:,} gone"
    if told["unnamed"]:
        yield f"              {told['unnamed']:,} that no recorder named: {suggested('find', '--unnamed')} lists them"
    if told["skipped"]:
        yield f"              {told['skipped']:,} left out: hidden, unreadable, or links that lead elsewhere"
    verdicts = verdicts_line(told["verdicts"], output)
    yield f"  recordings  {told['recordings']:,}{': ' if verdicts else ''}{verdicts}"
    if told["tasks"] and (said := unnamed_lines(told["tasks"])):
        yield f"  tasks       {said}: {suggested('tasks', 'unmatched')} lists them"
    if told["changes"]:
        yield printable(f"  changes     {', '.join(told['changes'])}")
    requests = ", ".join(f"{number:,} {kind}" for kind, number in told["requests"].items())
    yield f"  read        {told['playlists_read']:,} playlists, {human_bytes(told['bytes_read'])}; requests: {requests}"
    if told["looked"]:
        yield from (f"  {line}" for line in inspection_lines(told["looked"], output))
    yield from problems(told, bad, output)
