"""``midwatch vendor remind``: about the files that the desk keeps, by the desk's own program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from midwatch.cli.desk import surroundings, words
from midwatch.cli.state_options import config_option, opened, state_option


@click.command("remind")
@click.option("--client", metavar="NAME", help="Of that client alone. Default: of all.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent; send and keep nothing.")
@state_option
@config_option
def remind(*, state: Path | None, config: Path | None, client: str | None, dry_run: bool) -> None:
    """Mail now what is due with vendors. The desk does so by itself, every hour.

    Nobody gets a second mail on one day. Exit status 1: a mail did not leave; it is tried again.
    """
    told = [*(["--client", client] if client else []), *(["--dry-run"] if dry_run else [])]
    _hand_over("remind", told, state, config)


def _hand_over(command: str, told: Sequence[str], state: Path | None, config: Path | None) -> None:
    done = subprocess.run(  # noqa: S603  # our own program
        [*words(command), *told], env=surroundings(opened(state), config), check=False
    )
    sys.exit(done.returncode)
