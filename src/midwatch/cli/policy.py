"""``midwatch policy``: who is told of whose incidents."""

from __future__ import annotations

import os
from pathlib import Path

import click

from midwatch.cli.state_options import opened, state_option
from midwatch.incidents import read_policy
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.tenants import TenantStore
from midwatch.watch.policies import OPERATOR, Policies


@click.group("policy")
def command() -> None:
    """Who is told of incidents, when, over which channel, and who is next."""


@command.command("set")
@state_option
@click.argument("client")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def set_policy(*, state: Path | None, client: str, file: Path) -> None:
    """Check a policy and put it in force; CLIENT is a client or `operator`, the provider itself."""
    folder = opened(state)
    if client != OPERATOR and TenantStore(folder.database).tenant(client) is None:
        raise BadInputError(
            f"there is no client {client!r}",
            remedy=f"midwatch client list names them; or {OPERATOR}",
        )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the policy cannot be read: {error}", remedy="check the path", path=str(file)
        ) from error
    policy = read_policy(text, str(file))
    folder.policies.mkdir(mode=0o700, exist_ok=True)
    target = folder.policies / f"{client}.toml"
    beside = target.with_suffix(f".{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(target)
    people = ", ".join(person.title or person.id for person in policy.people)
    click.echo(f"In force for {client}. Told: {people}.")


@command.command("show")
@state_option
def show(*, state: Path | None) -> None:
    """Which policies are in force, and what is wrong with those that are not."""
    folder = opened(state)
    policies = Policies(folder.policies)
    names = [OPERATOR, *(tenant.id for tenant in TenantStore(folder.database).tenants())]
    own = {path.stem for path in folder.policies.glob("*.toml")}
    for name in names:
        policy = policies.policy_of(name)
        if policy is None:
            click.echo(f"{name}: nobody is told")
            continue
        people = ", ".join(person.title or person.id for person in policy.people)
        whose = "" if name in own else " (the operator's)"
        click.echo(f"{name}: {people}{whose}")
    for problem in policies.problems.values():
        click.echo(f"not in force: {problem}", err=True)
    raise click.exceptions.Exit(2 if policies.problems else 0)
