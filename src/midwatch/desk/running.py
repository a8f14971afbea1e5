"""Runs the desk's web server, and prints the link that makes the first manager."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from midwatch.desk.setup import DeskSetup, desk_setup
from midwatch.kernel import ConfigurationError, MidwatchError
from midwatch.watch.configuration import VARIABLE as CONFIG
from midwatch.watch.lifeline import end_with_starter
from midwatch.watch.logs import log_to_stderr
from midwatch.watch.state_folder import VARIABLE as STATE

_THREADS: Final = 8
"""Pages answered at once by a desk of one process; searches wait for each other (``turns``)."""


@click.group("desk")
def command() -> None:
    """The desk: where people look, decide and answer, in a browser."""


def _options(function: click.decorators.FC) -> click.decorators.FC:
    for name, variable in (("--config", CONFIG), ("--state", STATE)):
        function = click.option(
            name, type=click.Path(path_type=Path), envvar=variable, metavar="PATH"
        )(function)
    return function


@command.command()
@_options
def run(*, state: Path | None, config: Path | None) -> None:
    """Serve the desk until it is told to stop."""
    end_with_starter()
    setup = _told(state, config)
    # This process only keeps the worker running for months: Django is for others to load.
    prepared = subprocess.run(
        [sys.executable, "-m", "midwatch.desk", "prepare"], check=False
    )  # our own program
    if prepared.returncode:
        sys.exit(prepared.returncode)
    log_to_stderr("desk")
    # Imported here: the other commands need no web server.
    from granian import Granian  # noqa: PLC0415  # the reason stands above
    from granian.constants import Interfaces  # noqa: PLC0415  # the reason stands above

    desk = setup.configuration.desk
    tls = bool(desk.certificate)
    Granian(
        "midwatch.desk.site.wsgi:application",
        address=desk.address,
        port=desk.port,
        interface=Interfaces.WSGI,
        workers=desk.workers,
        blocking_threads=max(4, _THREADS // desk.workers),
        backlog=512,
        log_access=False,
        ssl_cert=Path(desk.certificate) if tls else None,
        ssl_key=Path(desk.key) if tls else None,
        respawn_failed_workers=True,
    ).serve()


@command.command()
@_options
def prepare(*, state: Path | None, config: Path | None) -> None:
    """Bring the tables to what this version needs."""
    _prepared(state, config)


@command.command()
@click.option("--for", "email", metavar="ADDRESS", help="Who chooses anew how to sign in.")
@_options
def link(*, state: Path | None, config: Path | None, email: str | None) -> None:
    """Print the link that makes the first manager; nothing where there is one already."""
    setup = _prepared(state, config)
    if email:
        _must_own(setup.folder.path)
        from midwatch.desk.people.rescue import rescue_link  # noqa: PLC0415  # Django must be set up before

        told = rescue_link(setup.url, email)
    else:
        from midwatch.desk.people.services import welcome_link  # noqa: PLC0415  # the reason stands above

        told = welcome_link(setup.url)
    if told:
        click.echo(told)


@command.command()
@click.option("--client", metavar="NAME", help="Of that client alone.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent; send and keep nothing.")
@_options
def remind(*, state: Path | None, config: Path | None, client: str | None, dry_run: bool) -> None:
    """Mail now what is due with vendors, without waiting for the hour or anybody's morning."""
    setup = _prepared(state, config)
    _must_own(setup.folder.path)
    from midwatch.desk.reminders.command import remind_now  # noqa: PLC0415  # Django must be set up before

    told, failed = remind_now(client, dry=dry_run)
    click.echo(told)
    sys.exit(int(failed))


@command.command("export-file")
@click.argument("vendor")
@click.option("--client", metavar="NAME", help="Whose vendor it is.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The ZIP to write.")
@_options
def export_file(
    *, state: Path | None, config: Path | None, vendor: str, client: str | None, out: Path
) -> None:
    """Write a vendor's whole file, by its reference or name, as one ZIP."""
    setup = _prepared(state, config)
    _must_own(setup.folder.path)
    from midwatch.desk.dossier.command import export_to  # noqa: PLC0415  # Django must be set up before

    click.echo(export_to(out, vendor, client))


@command.command("import-file")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--client", metavar="NAME", required=True, help="Whose vendor it becomes.")
@_options
def import_file(*, state: Path | None, config: Path | None, file: Path, client: str) -> None:
    """Bring a vendor's whole file in, and tell what was taken and what was refused."""
    setup = _prepared(state, config)
    _must_own(setup.folder.path)
    from midwatch.desk.dossier.command import import_from  # noqa: PLC0415  # Django must be set up before

    told, refused = import_from(file, client)
    click.echo(told)
    sys.exit(int(refused))


def _must_own(folder: Path) -> None:
    """Only whose folder it is, and the machine's administrator, may let somebody in by it."""
    if os.geteuid() not in (0, folder.stat().st_uid):
        raise ConfigurationError(
            "the state folder belongs to somebody else",
            remedy="do this as the user that Midwatch runs as, such as: sudo -u midwatch",
            path=str(folder),
        )


def _prepared(state: Path | None, config: Path | None) -> DeskSetup:
    """Django with its tables as this version needs them."""
    setup = _told(state, config)
    import django  # noqa: PLC0415  # large, and the process that serves does without

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  # Django must be set up before

    from midwatch.desk.site.databases import shares_cache  # noqa: PLC0415  # the reason stands above

    # One program at a time: several may start at once on a fresh installation.
    with (setup.folder.path / "desk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("migrate", verbosity=0, interactive=False)
        if shares_cache(setup):
            call_command("createcachetable", verbosity=0)
    return setup


def _told(state: Path | None, config: Path | None) -> DeskSetup:
    """The setup, which also stands in the environment for every process of the desk."""
    for variable, value in ((STATE, state), (CONFIG, config)):
        if value is not None:
            os.environ[variable] = str(value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midwatch.desk.site.settings")
    setup = desk_setup()
    setup.folder.open()
    return setup


def main() -> None:
    """The command line; errors are told with cause and remedy."""
    try:
        command.main(standalone_mode=False)
    except MidwatchError as error:
        click.echo(f"midwatch: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
