"""`ossrec record`: start and stop recordings by the recorder's REST service."""

import click

from ossrec.cli.subcommand_group import Subcommand, SubcommandGroup

SUBCOMMANDS = {
    "start": Subcommand("ossrec.cli.record.start", "Start recording a room."),
    "layout": Subcommand("ossrec.cli.record.layout", "Change the layout of a mixed recording."),
    "stop": Subcommand("ossrec.cli.record.stop", "Stop a recording."),
    "status": Subcommand(
        "ossrec.cli.record.status", "Show a recording, or list calls of the last 24 h with unknown outcome."
    ),
}


@click.command(
    "record",
    cls=SubcommandGroup,
    subcommands=SUBCOMMANDS,
    invoke_without_command=True,
    epilog="\b\nExamples:\n  ossrec record start --room lobby\n  ossrec record status",
)
@click.pass_context
def command(ctx: click.Context) -> int | None:
    """Start and stop recordings through the recorder's REST service, and show their status.

    Each call is logged in the catalog before it is sent and again when it is answered. The certificate comes
    from OSSREC_CERTIFICATE_ID and OSSREC_CERTIFICATE_KEY in the environment.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return 2
    return None
