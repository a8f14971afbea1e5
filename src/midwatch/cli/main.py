"""``midwatch``: commands are imported only when they are run, so that help is instant."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
import traceback
from importlib import import_module
from typing import Any, Final

import click

from midwatch import __version__
from midwatch.cli.stopping import STOPPED, stopping_at_once
from midwatch.kernel import MidwatchError

_COMMANDS: Final = {
    "check": ("midwatch.cli.check", "Who tried to get in, how, and whether anybody did."),
    "parse": ("midwatch.cli.parse", "Every line of the logs as one JSON object."),
    "hunt": ("midwatch.cli.hunt", "Every match of Sigma rules as one JSON object."),
    "query": ("midwatch.cli.query", "Search the lake, by words and fields or by SQL."),
    "explain": ("midwatch.cli.explain", "What a rule looks for, what it means, what to do."),
    "rules": ("midwatch.cli.rules_group", "Check, list, show, explain and update the rules."),
    "demo": ("midwatch.cli.demo", "The morning check of a bundled sample office."),
    "source": (
        "midwatch.cli.source",
        "The devices that send logs, and the products that are read.",
    ),
    "up": ("midwatch.cli.up:up", "Start the watch on this machine."),
    "down": ("midwatch.cli.up:down", "Stop it."),
    "reload": ("midwatch.cli.up:reload", "Have it read changed settings and rules now."),
    "status": ("midwatch.cli.status", "How the watch is."),
    "incidents": ("midwatch.cli.incidents", "What happened, and what was done about it."),
    "policy": ("midwatch.cli.policy", "Who is told of incidents."),
    "vendor": ("midwatch.cli.vendor", "Choose outside providers, and look at them again."),
    "desk": ("midwatch.cli.desk", "The desk and the portal, in a browser."),
    "list": ("midwatch.cli.lists", "Block lists and other lists of addresses."),
    "client": ("midwatch.cli.client", "The firms that are watched, and their offices."),
    "config": ("midwatch.cli.configuring", "What the configuration says, and whether it works."),
    "backup": ("midwatch.cli.backup:backup", "Put all that the watch remembers into one file."),
    "restore": ("midwatch.cli.backup:restore", "Make a state folder of a backup."),
    "watch": ("midwatch.cli.watch", "One process of the watch."),
}
_UNLISTED: Final = frozenset({"watch"})
BROKEN_PIPE: Final = 141
DEFECT: Final = 3
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class _ReaderGoneError(Exception):
    """Whoever read our output has seen enough. No OSError: click would exit with status 1."""


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # the signature is click's
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGoneError from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature is click's
        return [name for name in _COMMANDS if name not in _UNLISTED]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the signature is click's
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry[0].partition(":")
        # Modules make much that stays; the collector would walk it again and again meanwhile.
        gc.disable()
        try:
            with stopping_at_once():
                command = getattr(import_module(module), name or "command")
        finally:
            gc.enable()
        assert isinstance(command, click.Command)  # noqa: S101  # a defect of ours, not input
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # the signature is click's
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, text)
                    for name, (_module, text) in _COMMANDS.items()
                    if name not in _UNLISTED
                ]
            )


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
    _prepare_output()
    try:
        # Outside of its standalone mode click returns the status instead of exiting.
        status = midwatch(standalone_mode=False)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(STOPPED)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except MidwatchError as error:
        click.echo(f"midwatch: {error}", err=True)
        sys.exit(2)
    except _ReaderGoneError:
        _forget_output()
        sys.exit(BROKEN_PIPE)
    except Exception as error:  # noqa: BLE001  # the last resort: whatever it is, it is our defect
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _forget_output()
            click.echo(
                f"midwatch: the output cannot be written: {error.strerror} "
                "(make room, or write it elsewhere)",
                err=True,
            )
            sys.exit(2)
        traceback.print_exc()
        click.echo(
            "midwatch: this is a defect of Midwatch; please report it with the lines above "
            "(remove private data first)",
            err=True,
        )
        sys.exit(DEFECT)
    sys.exit(status if isinstance(status, int) else 0)


def _prepare_output() -> None:
    """A closed output is written to nowhere; what a terminal cannot show is replaced."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # open until the end
        elif isinstance(stream, io.TextIOWrapper) and name == "stdout":
            stream.reconfigure(errors="replace")


def _forget_output() -> None:
    """Let what is still buffered go to nowhere, so that the exit raises no second error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
