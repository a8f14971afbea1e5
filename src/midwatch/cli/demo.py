"""``midwatch demo``: the morning check of a bundled sample office; ``stop`` ends its watch."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from midwatch.cli.check import CheckOptions, run_check
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.intake.opening import name_of
from midwatch.kernel import ConfigurationError
from midwatch.watch.configuration import load_configuration
from midwatch.watch.sample_office import write_sample_office


@click.group("demo", invoke_without_command=True)
@click.pass_context
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
def command(context: click.Context, *, html: Path | None, keep: Path | None) -> None:
    """Run the morning check on a sample office: a week of logs with a break-in in it.

    The firm, its people and its attackers are invented; the logs are made on the spot and
    end this morning, and nothing on this machine is read.
    """
    if context.invoked_subcommand is None:
        _check_sample(html, keep)


@command.command("stop")
@state_option
@config_option
def stop(*, state: Path | None, config: Path | None) -> None:
    """Take the sample office out of the watch, with its sources, incidents and events.

    It takes seconds, or as long as the watch needs to write what came last. `midwatch up
    --demo` brings the office back.
    """
    from midwatch.watch.leaving_office import take_away  # noqa: PLC0415  # the lake's libraries

    folder = opened(state)
    taken = take_away(folder, load_configuration(config))
    if taken is None:
        click.echo("There is no sample office here.")
        return
    click.echo("The sample office is gone.")
    incidents = "1 incident" if taken.incidents == 1 else f"{taken.incidents:,} incidents"
    click.echo(f"  {taken.sources} sources, {incidents}, {taken.events:,} events of the lake")
    if not taken.complete:
        click.echo("  Its last lines still wait; they are erased once the watch has read them.")


def _check_sample(html: Path | None, keep: Path | None) -> None:
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
        run_check(CheckOptions(paths=(folder,), zone="UTC", html=html))
        if keep is not None:
            click.echo(f"\nThe logs are kept; try: midwatch check {folder}")


def _expect_empty(keep: Path | None) -> None:
    if keep is not None and keep.is_dir() and any(keep.iterdir()):
        raise ConfigurationError(
            "the folder is not empty, and its files might be overwritten",
            remedy="name a new folder",
            path=name_of(keep),
        )
