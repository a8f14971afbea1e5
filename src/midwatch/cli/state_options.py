"""The state folder that commands about the running watch share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import click

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.tenants import Office, Tenant, TenantStore
from midwatch.watch.configuration import SYSTEM_FILE
from midwatch.watch.configuration import VARIABLE as CONFIG
from midwatch.watch.state_folder import VARIABLE, StateFolder, default_state

_Command = TypeVar("_Command", bound=Callable[..., Any])
OWN_CLIENT = "office"
"""The client that is made when a firm watches itself and names none."""
MAIN_OFFICE = "main"


def state_option(command: _Command) -> _Command:
    """``--state``: the state folder."""
    return _state_option()(command)


def state_option_kept(callback: Callable[..., Any]) -> Callable[[_Command], _Command]:
    """``--state`` for commands that only hand it on: its value goes to ``callback``."""
    return _state_option(expose_value=False, callback=callback)


def _state_option(**more: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401  # click's own settings
    return click.option(
        "--state",
        "state",
        type=click.Path(file_okay=False, path_type=Path),
        envvar=VARIABLE,
        metavar="DIR",
        help="The state folder. Default: ~/.local/state/midwatch.",
        **more,
    )


def state_folder(named: Path | None) -> Path:
    """The state folder that a person named, or the usual one; it need not be there.

    Raises:
        ConfigurationError: There is no home folder.
    """
    try:
        return named or default_state()
    except RuntimeError as error:
        raise ConfigurationError(
            "there is no home folder to keep state in", remedy="name a folder with --state"
        ) from error


def config_option(command: _Command) -> _Command:
    """``--config``: the configuration file."""
    return click.option(
        "--config",
        "config",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar=CONFIG,
        metavar="FILE",
        help=f"The configuration file. Default: {SYSTEM_FILE} where it is, else all defaults.",
    )(command)


def opened(state: Path | None) -> StateFolder:
    """The state folder that a person named, or the usual one.

    Raises:
        ConfigurationError: It cannot be used.
    """
    return StateFolder(state_folder(state)).open()


def expect_client(folder: StateFolder, client: str) -> None:
    """There is such a client.

    Raises:
        BadInputError: There is none.
    """
    with closing(TenantStore(folder.database)) as store:
        if store.tenant(client) is None:
            raise BadInputError(
                f"there is no client {client!r}", remedy="midwatch client list names them"
            )


def with_office(store: TenantStore, tenant: str | None, office: str | None) -> tuple[str, str]:
    """The client and office that a person named; those that a firm has by itself are made.

    Raises:
        BadInputError: There is no such client or office, or one must be named.
    """
    known = [each.id for each in store.tenants() if not each.demo]
    if tenant is None:
        if len(known) > 1:
            raise BadInputError(
                "there are several clients, so it must be said whose source this is",
                remedy=f"name one with --client: {', '.join(known[:8])}",
            )
        tenant = known[0] if known else OWN_CLIENT
        if not known:
            store.save_tenant(Tenant(tenant, "This office"))
    elif store.tenant(tenant) is None:
        raise BadInputError(
            f"there is no client {tenant!r}", remedy="add it first: midwatch client add"
        )
    offices = [each.id for each in store.offices(tenant)]
    if office is None:
        if len(offices) > 1:
            raise BadInputError(
                "the client has several offices, so one must be named",
                remedy=f"name it with --office: {', '.join(offices[:8])}",
            )
        office = offices[0] if offices else MAIN_OFFICE
    if office not in offices:
        store.save_office(Office(office, tenant, office.replace("-", " ").capitalize()))
    return tenant, office
