"""``midwatch backup``, ``restore``: all that a watch remembers, in one file and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from midwatch.cli.state_options import config_option, opened, state_folder, state_option
from midwatch.watch.backup_archive import Manifest
from midwatch.watch.backups import back_up
from midwatch.watch.configuration import load_configuration
from midwatch.watch.restoring import restore as restore_archive
from midwatch.watch.spools import open_spool


@click.command("backup")
@state_option
@config_option
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def backup(*, state: Path | None, config: Path | None, file: Path | None) -> None:
    """Back the state folder up into FILE (.tar.zst), whether or not the watch runs.

    Without FILE: backups/midwatch-TIME.tar.zst in the state folder. The file holds logs and
    keys: keep it where nobody else reads it, and keep a copy on another machine. The
    configuration file is not in it.
    """
    folder = opened(state)
    made = datetime.now(UTC)
    target = file or folder.path / "backups" / f"midwatch-{made:%Y%m%dT%H%M%SZ}.tar.zst"
    spool = open_spool(folder, load_configuration(config))
    try:
        manifest = back_up(folder, spool, target)
    finally:
        spool.close()
    click.echo(f"Backed up into {target}")
    click.echo(f"  {_told(manifest)}, {target.stat().st_size / 1e6:,.1f} MB")


@click.command("restore")
@state_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore(*, state: Path | None, file: Path) -> None:
    """Make a new state folder of a backup. Names it with --state; it must be empty or missing.

    Every file is checked before anything is put in place. Stop the old watch before the
    restored one starts, or people are told twice.
    """
    target = state_folder(state)
    manifest = restore_archive(file, target)
    made = datetime.fromtimestamp(manifest.made / 1e6, UTC)
    click.echo(f"Restored the backup of {made:%Y-%m-%d %H:%M} UTC into {target}")
    click.echo(f"  {_told(manifest)}")
    click.echo(f"Start it: midwatch up --state {target}")


def _told(manifest: Manifest) -> str:
    waiting = f"{manifest.parcels:,} parcels that wait" if manifest.parcels else "nothing waits"
    return f"{len(manifest.files):,} files, the lake at version {manifest.lake}, {waiting}"
