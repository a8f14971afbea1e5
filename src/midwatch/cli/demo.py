"""``midwatch demo``: the morning check of a bundled sample office."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from midwatch.cli.check import run_check
from midwatch.intake.opening import name_of
from midwatch.kernel import ConfigurationError
from midwatch.watch.sample_office import write_sample_office


@click.command("demo")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the report as one HTML page.",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the sample office's logs into this new folder and keep them.",
)
def command(*, html: Path | None, keep: Path | None) -> None:
    """Run the morning check on a sample office: a week of logs with a break-in in it.

    The firm, its people and its attackers are invented; the logs are made on the spot and
    end this morning, and nothing on this machine is read.
    """
    # The week ends at eight in the morning, so that the story lies in the last night.
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    morning = end.replace(hour=8)
    end = morning if end.hour >= 8 else morning - timedelta(days=1)
    with ExitStack() as stack:
        try:
            _expect_empty(keep)
            folder = keep or Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="midwatch-demo-")),
                "harbour-accounts",
            )
            files = write_sample_office(folder, end)
        except OSError as error:
            raise ConfigurationError(
                f"the sample office's logs cannot be written: {error.strerror}",
                remedy="name a folder of your own with --keep",
                path=error.filename,
            ) from error
        click.echo(f"The sample office: {len(files)} logs of one week, made just now in {folder}\n")
        run_check((folder,), zone="UTC", html=html)
        if keep is not None:
            click.echo(f"\nThe logs are kept; try: midwatch check {folder}")


def _expect_empty(keep: Path | None) -> None:
    if keep is not None and keep.is_dir() and any(keep.iterdir()):
        raise ConfigurationError(
            "the folder is not empty, and its files might be overwritten",
            remedy="name a new folder",
            path=name_of(keep),
        )
