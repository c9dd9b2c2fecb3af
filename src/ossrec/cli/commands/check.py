"""`ossrec check`: inspect segments that are due; a nightly cron job, or one recording by hand."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.query.bucket_references import resolve_bucket
from ossrec.catalog.query.filters import RecordingFilter
from ossrec.cli import option_types as values
from ossrec.cli.options import CONNECTION_SETTINGS, output_options, recording_filters, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.views.check_summary import forecast_lines, ignore_forecast, inspection_lines, say_forecast
from ossrec.cli.views.run_summary import FOUND, PARTLY, failing, problems, say_unread

if TYPE_CHECKING:
    from ossrec.buckets.settings import BucketSettings
    from ossrec.jobs.check.report import CheckOptions

_FILTERS = ("room", "uid", "recordid", "verdicts", "since", "until", "bucket")


@click.command(
    "check",
    epilog="\b\nExamples:\n"
    "  ossrec check\n"
    "  ossrec check --depth full --share 1/7 --budget 20GB --time 2h\n"
    "  ossrec check --depth full 2026/rid_ba1107310000565164da34f816f842da94d_lobby.m3u8\n"
    "  ossrec check --depth full --verdict complete --since 7d --dry-run",
)
@click.argument("recordings", nargs=-1, metavar="[RECORDING]...", type=values.name)
@recording_filters
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
@setting("catalog", "fail_on", "idle", "lag", "threads", "processes", *CONNECTION_SETTINGS)
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
    from ossrec.cli.output.progress import announce_stop, progress_display
    from ossrec.cli.worker_options import choose_worker_pool
    from ossrec.jobs.check.check import check_recordings
    from ossrec.jobs.check.report import CheckCallbacks

    threads, processes = options["threads"], options.pop("processes")
    dry_run, dask = options.pop("dry_run"), options.pop("dask")
    settings = bucket_settings(options)
    chosen = _options(catalog, settings, options)
    if dry_run:
        return _forecast(catalog, chosen, output)
    with progress_display(quiet=quiet, first="inspecting") as progress:
        callbacks = CheckCallbacks(
            ignore_forecast if quiet else say_forecast, progress, lambda: announce_stop("the current segments")
        )
        pool = choose_worker_pool(threads, processes, dask, settings)
        summary = check_recordings(catalog, lambda name: open_bucket(name, settings), chosen, pool, callbacks)
    say_unread(summary.warnings)
    failures = failing(summary.verdicts, fail_on)
    record = summary.as_dict()
    is_any = bool(summary.due["segments"]) or bool(summary.recordings) or quiet or _check_any_matches(catalog, chosen)
    output.record(record, lambda: _lines(record, failures, output, quiet=quiet or not is_any))
    if summary.partly:
        return PARTLY
    return FOUND if failures else 0


def _options(catalog: Path, settings: "BucketSettings", options: dict[str, Any]) -> "CheckOptions":
    from ossrec.catalog.query.due_inspections import Share
    from ossrec.jobs.check.report import CheckOptions

    filters = {name: options.pop(name) for name in _FILTERS}
    bucket, prefix = _resolve_bucket(catalog, filters.pop("bucket"))
    filters |= {"bucket": bucket, "prefix": prefix, "verdicts": filters["verdicts"] or ()}
    share = Share(*(options.pop("share") or (1, 1)))
    return CheckOptions(wanted=RecordingFilter(**filters), share=share, retry=settings.policy, **options)


def _resolve_bucket(catalog: Path, given: str | None) -> tuple[str | None, str]:
    """Return the bucket and prefix that --bucket names; an older catalog, which the check migrates, is accepted."""
    with closing(open_catalog(catalog, may_be_older=True)) as conn:
        return resolve_bucket(conn, given)


def _forecast(catalog: Path, chosen: "CheckOptions", output: Output) -> int:
    """Report what a check would read; as JSON, in the fields of a check's summary."""
    from ossrec.jobs.check.check import forecast_check
    from ossrec.jobs.check.report import summary_before

    forecast = forecast_check(catalog, chosen)
    is_any = bool(forecast.due.segments) or _check_any_matches(catalog, chosen)
    record = summary_before(chosen.depth, forecast).as_dict()
    output.record(record, lambda: forecast_lines(forecast) if is_any else ())
    return 0


def _check_any_matches(catalog: Path, chosen: "CheckOptions") -> bool:
    """Return whether any recording meets the conditions; if none does, say so on stderr."""
    from ossrec.jobs.check.check import any_requested

    is_any = any_requested(catalog, chosen)
    if not is_any:
        say(f"nothing in {catalog} matches")
    return is_any


def _lines(summary: dict[str, Any], failures: dict[str, int], output: Output, *, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield from inspection_lines(summary, output)
    yield from problems(summary, failures, output)
