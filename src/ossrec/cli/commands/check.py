"""`ossrec check`: inspect segments that are due; a nightly cron job, or one recording by hand."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.query.bucket_references import known_bucket
from ossrec.catalog.query.filters import RecordingFilter
from ossrec.cli import option_types as values
from ossrec.cli.options import conditions, output_options, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.views.check_summary import forecast_lines, inspection_lines, nothing, say_plan
from ossrec.cli.views.run_summary import FOUND, PARTLY, failing, problems, say_unseen

if TYPE_CHECKING:
    from ossrec.buckets.settings import BucketSettings
    from ossrec.jobs.check.report import CheckOptions

_WANTED = ("room", "uid", "recordid", "verdicts", "since", "until", "bucket")


@click.command(
    "check",
    epilog="\b\nExamples:\n"
    "  ossrec check\n"
    "  ossrec check --depth full --share 1/7 --budget 20GB --time 2h\n"
    "  ossrec check --depth full 2026/rid_ba1107310000565164da34f816f842da94d_lobby.m3u8\n"
    "  ossrec check --depth full --verdict complete --since 7d --dry-run",
)
@click.argument("recordings", nargs=-1, metavar="[RECORDING]...", type=values.name)
@conditions
@click.option(
    "--depth",
    type=click.Choice(["edges", "full"]),
    default="edges",
    show_default=True,
    help="Read the head and tail of each segment (`edges`), or every byte (`full`).",
)
@click.option(
    "--again",
    type=values.duration,
    metavar="DURATION",
    help="Re-check segments last checked before this: 30d for 30 days ago.",
)
@click.option(
    "--share",
    type=values.share,
    metavar="I/N",
    help="Check only part I of N: 1/7 to 7/7 cover everything in seven nights.",
)
@click.option("--budget", type=values.size, metavar="SIZE", help="Read at most this much: 20GB.")
@click.option("--time", type=values.duration, metavar="DURATION", help="Stop starting new checks after this long: 2h.")
@click.option("--dry-run", is_flag=True, help="Only report what a check would read.")
@click.option(
    "--dask", type=values.scheduler, metavar="ADDRESS", help="Inspect segments on a Dask cluster: tcp://scheduler:8786."
)
@click.option("--wait", is_flag=True, help="Wait while another run holds the catalog, instead of failing.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress, and report only problems.")
@setting("catalog", "fail_on", "idle", "lag", "threads", "processes")
@setting("endpoint", "region", "signing", "internal", "cname", "path_style", "timeout", "retry_for")
@output_options
def command(catalog: Path, output: Output, quiet: bool, fail_on: frozenset[str], **options: Any) -> int:
    """Read segments that were not yet checked to this depth, or have changed since, newest recording first.

    RECORDING is a recordid, or the key or path of a playlist; without one, all recordings that meet the
    conditions are checked. Nothing is written to a bucket. A check that was stopped resumes where it left off.

    The exit code is 3 if something could not be read, else 1 if --fail-on names the verdict of a checked
    recording, else 0.
    """
    from ossrec.buckets.open import open_bucket
    from ossrec.cli.bucket_options import bucket_settings
    from ossrec.cli.output.progress import say_that_it_stops, shown
    from ossrec.cli.worker_options import chosen_crew
    from ossrec.jobs.check.check import check_recordings
    from ossrec.jobs.check.report import CheckCallbacks

    threads, processes = options["threads"], options.pop("processes")
    dry_run, dask = options.pop("dry_run"), options.pop("dask")
    settings = bucket_settings(options)
    chosen = _options(catalog, settings, options)
    if dry_run:
        return _tell_only(catalog, chosen, output)
    with shown(quiet=quiet, first="looking") as progress:
        talk = CheckCallbacks(
            nothing if quiet else say_plan, progress, lambda: say_that_it_stops("the segments in hand")
        )
        crew = chosen_crew(threads, processes, dask, settings)
        summary = check_recordings(catalog, lambda name: open_bucket(name, settings), chosen, crew, talk)
    say_unseen(summary.warnings)
    bad = failing(summary.verdicts, fail_on)
    told = summary.as_dict()
    is_any = bool(summary.due["segments"]) or bool(summary.recordings) or quiet or _is_any_asked_for(catalog, chosen)
    output.record(told, lambda: _lines(told, bad, output, quiet=quiet or not is_any))
    if summary.partly:
        return PARTLY
    return FOUND if bad else 0


def _options(catalog: Path, settings: "BucketSettings", options: dict[str, Any]) -> "CheckOptions":
    from ossrec.catalog.query.due_inspections import Share
    from ossrec.jobs.check.report import CheckOptions

    asked = {name: options.pop(name) for name in _WANTED}
    bucket, prefix = _place(catalog, asked.pop("bucket"))
    asked |= {"bucket": bucket, "prefix": prefix, "verdicts": asked["verdicts"] or ()}
    share = Share(*(options.pop("share") or (1, 1)))
    return CheckOptions(wanted=RecordingFilter(**asked), share=share, retry=settings.policy, **options)


def _place(catalog: Path, given: str | None) -> tuple[str | None, str]:
    """The bucket and the prefix that are meant; the catalog may be one that the check is going to migrate."""
    with closing(open_catalog(catalog, may_be_older=True)) as conn:
        return known_bucket(conn, given)


def _tell_only(catalog: Path, chosen: "CheckOptions", output: Output) -> int:
    """What a check would do, in the shape of what one did."""
    from ossrec.jobs.check.check import forecast_check
    from ossrec.jobs.check.report import summary_before

    outlook = forecast_check(catalog, chosen)
    is_any = bool(outlook.due.segments) or _is_any_asked_for(catalog, chosen)
    told = summary_before(chosen.depth, outlook).as_dict()
    output.record(told, lambda: forecast_lines(outlook) if is_any else ())
    return 0


def _is_any_asked_for(catalog: Path, chosen: "CheckOptions") -> bool:
    """There is such a recording; else a line on stderr says that there is none, which is not that all is looked at."""
    from ossrec.jobs.check.check import any_requested

    is_any = any_requested(catalog, chosen)
    if not is_any:
        say(f"nothing in {catalog} matches")
    return is_any


def _lines(told: dict[str, Any], bad: dict[str, int], output: Output, *, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield from inspection_lines(told, output)
    yield from problems(told, bad, output)
