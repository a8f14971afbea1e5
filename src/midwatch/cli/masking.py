"""``midwatch client mask``: what of a client's events never reaches the disk as it was."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from midwatch.cli.state_options import expect_client, opened, state_option
from midwatch.kernel import ConfigurationError
from midwatch.lake import Masking, MaskKind
from midwatch.paging.references import is_reference
from midwatch.tenants import FieldMasking, TenantStore
from midwatch.watch.client_keys import ClientKeys, make_key, read_key


@click.command("mask")
@state_option
@click.argument("client")
@click.option(
    "--field",
    "chosen",
    multiple=True,
    metavar="NAME=HOW",
    help="Mask this field: =hide, =pseudonym or =address; may be given again.",
)
@click.option(
    "--key", default="", metavar="REFERENCE", help="Where the client's key is: env:NAME or a file."
)
@click.option(
    "--new-key",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Make a new key in this new file, and use it.",
)
@click.option(
    "--keep-lines/--drop-lines",
    default=None,
    help="Keep lines in which every masked value was replaced. Default: they are dropped.",
)
@click.option("--off", is_flag=True, help="Mask nothing any more.")
def mask(  # one option for each thing that can be said of masking
    *,
    state: Path | None,
    client: str,
    chosen: tuple[str, ...],
    key: str,
    new_key: Path | None,
    keep_lines: bool | None,
    off: bool,
) -> None:
    """Mask fields of CLIENT's events before they are kept; without options, tell which are.

    It holds for what comes from now on. What was kept before stays as it is.
    """
    folder = opened(state)
    expect_client(folder, client)
    with closing(TenantStore(folder.database)) as store:
        before = {each.tenant: each for each in store.maskings()}.get(client)
        if off:
            store.save_masking(FieldMasking(client, {}))
            click.echo(f"Nothing of {client} is masked any more. What was masked stays so.")
            return
        if not chosen and not key and new_key is None and keep_lines is None:
            _show(client, before)
            return
        known = before or FieldMasking(client, {})
        if new_key is not None:
            _check_place(folder.path, new_key)
            make_key(new_key)
            key = str(new_key.absolute())
        elif key and not is_reference(key):
            key = str(Path(key).absolute())
        made = FieldMasking(
            client,
            _fields(chosen) or known.fields,
            (key if is_reference(key) or not key else f"file:{key}") or known.key,
            known.keep_lines if keep_lines is None else keep_lines,
        )
        _check(folder.path, made)
        store.save_masking(made)
    _show(client, made)
    if new_key is not None:
        click.echo(
            f"The key is in {key}. Keep a copy apart from this machine: without it nobody can "
            "search for masked values, and a new one gives other pseudonyms."
        )


def _show(client: str, masking: FieldMasking | None) -> None:
    if masking is None:
        click.echo(f"Nothing of {client} is masked.")
        return
    for name, kind in sorted(masking.fields.items()):
        click.echo(f"{name}: {kind}")
    click.echo(f"key: {masking.key or 'none is needed'}")
    click.echo(f"lines: {'kept where all was replaced' if masking.keep_lines else 'dropped'}")


def _fields(chosen: tuple[str, ...]) -> dict[str, str]:
    fields = {}
    for text in chosen:
        name, _, kind = text.partition("=")
        if not name or kind not in {each.value for each in MaskKind}:
            raise ConfigurationError(
                f"--field {text!r} does not say how", remedy="write user=pseudonym, user=hide or "
                "src_ip=address",
            )  # fmt: skip
        fields[name] = kind
    return fields


def _check(folder: Path, made: FieldMasking) -> None:
    """Refuse what could not be done.

    Raises:
        ConfigurationError: Nothing is to be masked, a field cannot be, or the key is none.
    """
    if not made.fields:
        raise ConfigurationError("no field is named", remedy="name it: --field user=pseudonym")
    fields = {name: MaskKind(kind) for name, kind in made.fields.items()}
    Masking(fields, ClientKeys({}), made.keep_lines)
    if set(fields.values()) == {MaskKind.HIDE}:
        return
    if not made.key:
        raise ConfigurationError(
            "a pseudonym needs a key that the client holds",
            remedy="make one with --new-key FILE, or name it with --key",
        )
    if made.key.startswith("file:"):
        _check_place(folder, Path(made.key.removeprefix("file:")))
    read_key(made.key)


def _check_place(folder: Path, path: Path) -> None:
    if path.absolute().resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(
            "the key would lie with what it protects, in the state folder and its backups",
            remedy="name a file elsewhere, such as /etc/midwatch/CLIENT.key",
            path=str(path),
        )
