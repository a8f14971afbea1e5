"""``midwatch config``: what the configuration says, and whether a watch could start with it."""

from __future__ import annotations

import json
from pathlib import Path

import click
import msgspec

from midwatch.cli.claiming import running_pid
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.kernel import MidwatchError
from midwatch.watch.configuration import load_configuration, settings
from midwatch.watch.policies import Policies
from midwatch.watch.preflight import file_problems, port_problems, state_problems


@click.group("config")
def command() -> None:
    """The configuration file: what holds, and whether it would work."""


@command.command("check")
@state_option
@config_option
def check(*, state: Path | None, config: Path | None) -> None:
    """Try out all that a start needs, and start nothing. Exit status 1: something is wrong.

    Looks at the file, the ports (unless a watch runs here, which has them), certificates,
    secrets, the state folder and the policies.
    """
    configuration = load_configuration(config)
    folder = opened(state)
    problems: list[MidwatchError | str] = [*state_problems(folder), *file_problems(configuration)]
    if running_pid(folder) is None:
        problems += port_problems(configuration)
    problems += Policies(folder.policies).problems.values()
    for problem in problems:
        click.echo(f"■ {problem}")
    if not problems:
        click.echo("The configuration is sound: a watch can start with it.")
    raise click.exceptions.Exit(1 if problems else 0)


@command.command("show")
@config_option
@click.option("--changed", is_flag=True, help="Only what differs from the default.")
def show(*, config: Path | None, changed: bool) -> None:
    """All settings that hold, as a configuration file with their meanings."""
    configuration = load_configuration(config)
    shown = ""
    for table, key, default, meaning in settings():
        value = getattr(getattr(configuration, table), key)
        if changed and value == default:
            continue
        if table != shown:
            click.echo(f"{chr(10) if shown else ''}[{table}]")
            shown = table
        click.echo(f"# {meaning}")
        click.echo(f"{key} = {toml_value(value)}")
    if not shown:
        click.echo("# Every setting has its default.")


def toml_value(value: object) -> str:
    """A setting's value as TOML writes it.

    >>> toml_value("a"), toml_value(True), toml_value(("x", "y"))
    ('"a"', 'true', '["x", "y"]')
    """
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
