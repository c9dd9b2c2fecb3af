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
from ossrec.config import SETTINGS, Setting
from ossrec.errors import OssrecError

_STATES = {"ok": "green", "warning": "yellow", "problem": "red"}
_COLUMNS = (
    Column("check", lambda row: row["check"]),
    Column("state", lambda row: row["state"], lambda row: _STATES[row["state"]]),
    Column("what was found", lambda row: row["detail"] + (f"; next: {row['next']}" if row["next"] else "")),
)
_WHENCE = {
    "COMMANDLINE": "the command line",
    "ENVIRONMENT": "the environment",
    "DEFAULT_MAP": "the settings file",
    "DEFAULT": "default",
}
_ENOUGH = 1024  # bytes of an object, to see that reading is allowed


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
    """Each setting that differs from its default, and where it is from."""
    path = ctx.meta.get(CONFIG)
    yield DoctorCheck("settings file", "ok", "none" if path is None else str(Path(path).absolute()))
    for name, one in SETTINGS.items():
        source = ctx.get_parameter_source(name)
        if name in options and source is not None and source.name != "DEFAULT":
            yield DoctorCheck(f"setting {name}", "ok", f"{_shown(one, options[name])}, from {_WHENCE[source.name]}")


def _shown(one: Setting, value: Any) -> str:
    if one.kind == "verdicts":
        return ",".join(sorted(value)) or "never"
    if one.kind == "hosts":
        return ",".join(value)
    if one.kind == "duration":
        return f"{value:g} s"
    return "(not shown: it has a password)" if "@" in str(value) else str(value)


def _check_bucket(text: str | None, options: dict[str, Any]) -> Iterator[DoctorCheck]:
    if text is None:
        yield DoctorCheck("bucket", "ok", "not looked at: name one, `ossrec doctor oss://my-bucket`")
        return
    from ossrec.cli.bucket_options import bucket_settings, opened

    bucket = None
    try:
        bucket, prefix = opened(text, bucket_settings(options))
        page = bucket.page(prefix)
        more = " or more" if page.next else ""
        yield DoctorCheck("listing", "ok", f"{bucket.name}: {len(page.objects):,}{more} objects under {prefix or 'it'}")
        if page.objects:
            body = bucket.read_range(page.objects[0].key, 0, _ENOUGH)
            yield DoctorCheck("reading", "ok", f"{page.objects[0].key}: {len(body.data)} of {body.size:,} bytes")
        else:
            yield DoctorCheck("reading", "warning", "there is no object to try", "check the bucket's name and prefix")
    except OssrecError as error:
        yield failed("bucket", error)
    yield from check_clock(getattr(bucket, "clock_ahead", None))
