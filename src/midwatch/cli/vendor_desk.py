"""``midwatch vendor remind``, ``export-file``, ``import-file``: the files that the desk keeps.

The desk's own program does the work.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from midwatch.cli.desk import surroundings, words
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.cli.vendor_files import PATH


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


@click.command("export-file")
@click.argument("vendor")
@click.option("--client", metavar="NAME", help="Whose vendor it is, where several have that name.")
@click.option("--out", type=PATH, required=True, help="The ZIP to write.")
@state_option
@config_option
def export_file(
    *, state: Path | None, config: Path | None, vendor: str, client: str | None, out: Path
) -> None:
    """Write the whole file of VENDOR (reference or name) as one ZIP: records and documents."""
    whose = ["--client", client] if client else []
    _hand_over("export-file", ["--out", str(out.absolute()), *whose, "--", vendor], state, config)


@click.command("import-file")
@click.argument("file", type=PATH)
@click.option("--client", metavar="NAME", required=True, help="Whose vendor it becomes.")
@state_option
@config_option
def import_file(*, state: Path | None, config: Path | None, file: Path, client: str) -> None:
    """Bring in a FILE that export-file wrote; tell what was taken, there, and refused.

    Exit status 1: a part was refused, with its place. A file that was changed, is a bomb or was
    written by a newer Midwatch is refused as a whole.
    """
    _hand_over("import-file", ["--client", client, "--", str(file.absolute())], state, config)


def _hand_over(command: str, told: Sequence[str], state: Path | None, config: Path | None) -> None:
    done = subprocess.run(  # noqa: S603  # our own program
        [*words(command), *told], env=surroundings(opened(state), config), check=False
    )
    sys.exit(done.returncode)
