"""`ossrec doctor`: check settings, credentials, access, clock and catalog, and suggest fixes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.doctor_checks import DoctorCheck, check_catalog, check_clock, check_environment, check_programs, failed
from ossrec.cli.options import CONFIG, output_options, setting
from ossrec.cli.output.output import Column, Output
from ossrec.cli.output.suggestions import pasteable
from ossrec.cli.output.text import counted
from ossrec.config import SETTINGS, Setting
from ossrec.errors import OssrecError

_STATES = {"ok": "green", "warning": "yellow", "problem": "red"}
_COLUMNS = (
    Column("check", lambda row: row["check"]),
    Column("state", lambda row: row["state"], lambda row: _STATES[row["state"]]),
    Column("result", lambda row: row["detail"] + (f"; next: {row['next']}" if row["next"] else "")),
)
_SOURCES = {
    "COMMANDLINE": "the command line",
    "ENVIRONMENT": "the environment",
    "DEFAULT_MAP": "the settings file",
    "DEFAULT": "default",
}
_PROBE_BYTES = 1024  # of an object, to test read access


@click.command(
    "doctor",
    epilog="\b\nExamples:\n  ossrec doctor\n  ossrec doctor oss://my-bucket/2026/ --region cn-hangzhou",
)
@click.argument("bucket", required=False, type=values.name)
@click.option(
    "--thorough", is_flag=True, help="Check every row and index of the catalog; takes minutes for a large one."
)
@setting(*(name for name in SETTINGS if name not in ("format", "color")))
@output_options
@click.pass_context
def command(ctx: click.Context, /, output: Output, bucket: str | None, thorough: bool, **options: Any) -> int:
    """Check settings, credentials, access to BUCKET, clock and catalog, and suggest how to fix problems.

    One page of BUCKET is listed and the start of one object is read; nothing is written. Credentials are
    never shown. The exit code is 1 if there is a problem, and 0 if there are only warnings.
    """
    catalog: Path = options["catalog"]
    checks: list[DoctorCheck] = []

    def rows() -> Iterator[dict[str, Any]]:
        for part in (
            check_programs(),
            _check_settings(ctx, options),
            check_environment(os.environ),
            check_catalog(catalog, thorough=thorough),
            _check_bucket(bucket, options),
        ):
            for check in part:
                checks.append(check)
                yield check._asdict() | {"detail": pasteable(check.detail), "next": pasteable(check.next)}

    output.rows(rows(), DoctorCheck._fields, _COLUMNS)
    return 1 if any(check.state == "problem" for check in checks) else 0


def _check_settings(ctx: click.Context, options: dict[str, Any]) -> Iterator[DoctorCheck]:
    """Yield each setting that differs from its default, and where it was set."""
    path = ctx.meta.get(CONFIG)
    yield DoctorCheck("settings file", "ok", "none" if path is None else str(Path(path).absolute()))
    for name, described in SETTINGS.items():
        source = ctx.get_parameter_source(name)
        if name in options and source is not None and source.name != "DEFAULT":
            yield DoctorCheck(
                f"setting {name}", "ok", f"{_value_text(described, options[name])}, from {_SOURCES[source.name]}"
            )


def _value_text(described: Setting, value: Any) -> str:
    if described.kind == "verdicts":
        return ",".join(sorted(value)) or "never"
    if described.kind == "hosts":
        return ",".join(value)
    if described.kind == "duration":
        return f"{value:g} s"
    return "(hidden: it contains a password)" if "@" in str(value) else str(value)


def _check_bucket(text: str | None, options: dict[str, Any]) -> Iterator[DoctorCheck]:
    if text is None:
        yield DoctorCheck("bucket", "ok", "not checked: `ossrec doctor BUCKET` also checks access to a bucket")
        return
    from ossrec.cli.bucket_options import bucket_settings, open_bucket_argument

    bucket = None
    try:
        bucket, prefix = open_bucket_argument(text, bucket_settings(options))
        page = bucket.page(prefix)
        number = f"{len(page.objects):,} or more objects" if page.next else counted(len(page.objects), "object")
        yield DoctorCheck("listing", "ok", f"{bucket.name}: {number}{f' under {prefix}' if prefix else ''}")
        if page.objects:
            body = bucket.read_range(page.objects[0].key, 0, _PROBE_BYTES)
            yield DoctorCheck("reading", "ok", f"{page.objects[0].key}: {len(body.data)} of {body.size:,} bytes")
        else:
            yield DoctorCheck("reading", "warning", "no object to read", "check the bucket name and the prefix")
    except OssrecError as error:
        yield failed("bucket", error)
    yield from check_clock(getattr(bucket, "clock_ahead", None))
