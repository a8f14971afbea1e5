"""``midwatch desk``: the desk runs as a program of its own, which this hands over to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.watch.configuration import VARIABLE as CONFIG
from midwatch.watch.state_folder import VARIABLE as STATE
from midwatch.watch.state_folder import StateFolder


@click.group("desk")
def command() -> None:
    """The desk and the portal, in a browser. midwatch up runs it too."""


@command.command("run")
@state_option
@config_option
def run(*, state: Path | None, config: Path | None) -> None:
    """Serve the desk in the foreground; for a machine or service of its own."""
    folder = opened(state)
    os.execve(sys.executable, words("run"), surroundings(folder, config))  # noqa: S606  # our own program


@command.command("link")
@click.option(
    "--for", "email", metavar="ADDRESS",
    help="Who has lost every way to sign in, and chooses a new one by the link.",
)  # fmt: skip
@state_option
@config_option
def link(*, state: Path | None, config: Path | None, email: str | None) -> None:
    """Print the link that makes the first manager; it opens once, within a day.

    With --for, a link for somebody who lost every passkey, app and password: it opens once, within
    an hour, removes them and asks for a new one. The record keeps it; managers are told by mail.
    """
    folder = opened(state)
    if email:
        done = subprocess.run(  # noqa: S603  # our own program
            [*words("link"), "--for", email], env=surroundings(folder, config), check=False
        )
        sys.exit(done.returncode)
    told = welcome_link(folder, config)
    click.echo(told or "There is a manager already. Managers invite others on the page People.")


def welcome_link(folder: StateFolder, config: Path | None) -> str:
    """The link that makes the first manager; empty where there is one, or the desk says no."""
    done = subprocess.run(  # noqa: S603  # our own program
        words("link"),
        env=surroundings(folder, config),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def words(command: str) -> list[str]:
    """The command line of the desk's own program."""
    return [sys.executable, "-m", "midwatch.desk", command]


def surroundings(folder: StateFolder, config: Path | None) -> dict[str, str]:
    """The environment that tells it where state and settings are."""
    told = {STATE: str(folder.path.absolute())}
    if config is not None:
        told[CONFIG] = str(config.absolute())
    return {**os.environ, **told}
