"""``midwatch``: commands are imported only when they are run, so that help is instant."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from typing import Final

import click

from midwatch import __version__
from midwatch.kernel import MidwatchError

_COMMANDS: Final = {
    "check": ("midwatch.cli.check", "Who tried to get in, how, and whether anybody did."),
    "parse": ("midwatch.cli.parse", "Every line of the logs as one JSON object."),
    "hunt": ("midwatch.cli.hunt", "Every match of Sigma rules as one JSON object."),
    "explain": ("midwatch.cli.explain", "What a rule looks for, what it means, what to do."),
    "demo": ("midwatch.cli.demo", "The morning check of a bundled sample office."),
    "source": ("midwatch.cli.source", "The log sources that Midwatch reads."),
}
BROKEN_PIPE: Final = 141
DEFECT: Final = 3


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = import_module(entry[0]).command
        assert isinstance(command, click.Command)  # noqa: S101  # a defect of ours, not input
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_module, text) in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="The first thing to try: midwatch check /var/log",
)
@click.version_option(__version__, prog_name="midwatch")
def midwatch() -> None:
    """Midwatch reads a small firm's logs and says who tried to break in."""


def main() -> None:
    """Run the command line and exit."""
    try:
        # Outside of its standalone mode click returns the status instead of exiting.
        status = midwatch(standalone_mode=False)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except MidwatchError as error:
        click.echo(f"midwatch: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
    except Exception:  # noqa: BLE001  # the last resort: whatever it is, it is our defect
        traceback.print_exc()
        click.echo(
            "midwatch: this is a defect of Midwatch; please report it with the lines above "
            "(remove private data first)",
            err=True,
        )
        sys.exit(DEFECT)
    sys.exit(status if isinstance(status, int) else 0)
