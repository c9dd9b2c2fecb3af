"""`ossrec record`: start and stop recordings by the recorder's REST service."""

import click

from ossrec.cli.subcommand_group import Subcommand, SubcommandGroup

SUBCOMMANDS = {
    "start": Subcommand("ossrec.cli.record.start", "Start to record a room."),
    "layout": Subcommand("ossrec.cli.record.layout", "Change the layout of a mixed recording."),
    "stop": Subcommand("ossrec.cli.record.stop", "Stop a recording."),
    "status": Subcommand("ossrec.cli.record.status", "What is known of a recording, or which calls are open."),
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
    """Start and stop recordings by the recorder's REST service, and say what became of them.

    Each call is noted in the catalog before it is sent and when it was answered. The certificate comes from
    OSSREC_CERTIFICATE_ID and OSSREC_CERTIFICATE_KEY in the environment.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return 2
    return None
