"""`ossrec completion`: print a completion script for a shell."""

import click

from ossrec.cli.output.output import write

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    epilog="\b\nExamples:\n"
    "  ossrec completion bash > ~/.local/share/bash-completion/completions/ossrec\n"
    "  ossrec completion zsh > ~/.zfunc/_ossrec\n"
    "  ossrec completion fish > ~/.config/fish/completions/ossrec.fish",
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print a script that lets your shell complete commands, options, verdicts and finding codes.

    Supported are bash 4.4 or newer, zsh and fish.
    """
    from click.shell_completion import get_completion_class

    from ossrec.cli.root_command import root

    made = get_completion_class(shell)
    assert made is not None, shell  # noqa: S101 - one of SHELLS
    # Not source(): it runs bash to ask its version, and another shell than this one may read the script.
    script = made(root, {}, "ossrec", "_OSSREC_COMPLETE")
    write([script.source_template % script.source_vars()])
