"""``midwatch rules update``, ``rollback`` and ``packs``: rule packs from elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from midwatch.cli.options import taken_as
from midwatch.cli.rules import cache_folder
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import expect_client, state_folder, state_option
from midwatch.kernel import BadInputError, ConfigurationError, Level, RemoteFailureError
from midwatch.packs import PackStore, Release, Trust, compare, fetch, name_from, verify
from midwatch.packs.comparing import Changes
from midwatch.packs.fetching import Progress, is_url
from midwatch.packs.store import suffix_of
from midwatch.rules import RuleSet, load_rules, read_texts
from midwatch.watch.rule_book import use_pack
from midwatch.watch.state_folder import StateFolder

_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_MOST_SHOWN: Final = 12
_LARGEST_SIGNATURE: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOptions:
    """What is asked for; the names are those of the options."""

    origin: str | None
    pinned: str | None
    key: str | None
    signature: str | None
    unverified: bool
    name: str | None
    everything: bool
    state: Path | None


@click.command("update")
@click.argument("origin", required=False, metavar="[URL|FILE]")
@click.option("--sha256", "pinned", metavar="DIGEST", help="Take it only if its SHA-256 is this.")
@click.option(
    "--key", metavar="PUBKEY", help="Take it only if signed by this minisign or PEM key (or file)."
)
@click.option("--signature", metavar="URL|FILE", help="Where the signature lies, if not beside it.")
@click.option("--unverified", is_flag=True, help="Take it without digest and signature.")
@click.option("--name", metavar="NAME", help="The pack's name. Default: the file's.")
@click.option("--all", "everything", is_flag=True, help="List every rule that changed.")
@state_option
@taken_as(UpdateOptions)
def update(given: UpdateOptions) -> None:
    """Install a released rule pack, or fetch the signed packs anew if nothing is named.

    It is verified, all its rules are loaded, and what changed is shown; the release before is
    kept for midwatch rules rollback. Exit status: 0 done, 2 refused or not to be had (then
    nothing is changed).
    """
    store = PackStore(state_folder(given.state))
    if given.origin is None:
        _renew(store, given.name, everything=given.everything)
        return
    if given.pinned is None and given.key is None and not given.unverified:
        raise ConfigurationError(
            "nothing says that this pack is the one you mean",
            remedy="pin it with --sha256, verify it with --key, or say --unverified",
            path=given.origin,
        )
    wanted = _Wanted(
        given.origin, name_from(given.origin, given.name), given.pinned, given.key, given.signature
    )
    _install(store, wanted, everything=given.everything)


class _Wanted:
    """What a person asked for."""

    def __init__(
        self, origin: str, name: str, pinned: str | None, key: str | None, signature: str | None
    ) -> None:
        self.origin = origin if is_url(origin) else str(Path(origin).absolute())
        self.name = name
        self.pinned = pinned
        self.key = key
        self.signature = signature


def _renew(store: PackStore, name: str | None, *, everything: bool) -> None:
    names = [name] if name else store.names()
    if not names:
        raise ConfigurationError(
            "no pack is installed", remedy="midwatch rules update URL --sha256 DIGEST installs one"
        )
    signed = [(each, release) for each in names if (release := store.current(each)).key]
    for each in names:
        if not store.current(each).key:
            click.echo(
                f"midwatch: {each} was taken without a key and stays as it is "
                "(name its new address and digest)",
                err=True,
            )
    if not signed:
        raise click.exceptions.Exit(2)
    for each, release in signed:
        wanted = _Wanted(release.origin, each, None, release.key, None)
        _install(store, wanted, everything=everything)


def _install(store: PackStore, wanted: _Wanted, *, everything: bool) -> None:
    name = wanted.name
    staged = store.staging(name, suffix_of(wanted.origin))
    try:
        with _bar() as progress:
            fetched = fetch(wanted.origin, staged, progress=progress)
        key = _key_text(wanted.key)
        trust = verify(
            staged,
            fetched.digest,
            pinned=wanted.pinned,
            key=key,
            signature=_signature(wanted, store),
        )
        ruleset = _loaded(staged, wanted.origin)
        known = name in store.names()
        before = load_rules([store.path(name)], cache=cache_folder()) if known else RuleSet.empty()
        changes = compare(before, ruleset)
        release = Release(
            file=f"{name}-{fetched.digest[:16]}{suffix_of(wanted.origin)}",
            digest=fetched.digest,
            origin=wanted.origin,
            trust=trust.value,
            installed=int(time.time() * _SECOND),
            rules=len(ruleset),
            newest=max((rule.modified or rule.date for rule in ruleset), default=""),
            licence=_licence(ruleset),
            key=key or "",
        )
        store.install(name, staged, release)
    except BaseException:
        store.discard(name, staged)
        raise
    again = store.previous(name) is not None
    _print_changes(name, release, changes, everything=everything, again=again)


def _key_text(key: str | None) -> str | None:
    """The key itself, so that it is known when its file has gone."""
    if key is None:
        return None
    try:
        file = Path(key)
        return file.read_text("utf-8") if file.is_file() else key
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the key cannot be read: {error}", remedy="check the path", path=key
        ) from error


def _signature(wanted: _Wanted, store: PackStore) -> bytes | None:
    """The signature named, or that beside the pack."""
    if wanted.key is None:
        return None
    places = [wanted.signature] if wanted.signature else [
        wanted.origin + ".minisig", wanted.origin + ".sig",
    ]  # fmt: skip
    staged = store.staging(wanted.name, ".sig")
    for place in places:
        try:
            fetch(place, staged, largest=_LARGEST_SIGNATURE)
            return staged.read_bytes()
        except (RemoteFailureError, ConfigurationError):
            if wanted.signature:
                raise
        finally:
            staged.unlink(missing_ok=True)
    return None


def _loaded(staged: Path, origin: str) -> RuleSet:
    """The rules of a staged pack; a pack without any is refused."""
    texts, unread = read_texts([staged])
    told = origin.rpartition("/")[2]
    ruleset = load_rules([staged])
    if not texts or not len(ruleset):
        problem = next(iter((*unread, *ruleset.problems)), None)
        raise BadInputError(
            f"no rule of it could be loaded{f': {problem.cause}' if problem else ''}",
            remedy="the pack in use stays; ask its publisher",
            path=origin,
        )
    for problem in ruleset.problems[:3]:
        place, cause = (text.replace(staged.name, told) for text in (problem.path, problem.cause))
        click.echo(f"midwatch: {place}:{problem.line}: {cause}", err=True)
    if len(ruleset.problems) > 3:
        click.echo(f"midwatch: {len(ruleset.problems) - 3} more could not be loaded", err=True)
    return ruleset


def _licence(ruleset: RuleSet) -> str:
    counted = Counter(rule.licence for rule in ruleset if rule.licence)
    return ", ".join(name for name, _ in counted.most_common(3))


@contextmanager
def _bar() -> Iterator[Progress]:
    columns = (TextColumn("fetching"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _rules(release: Release) -> str:
    return "1 rule" if release.rules == 1 else f"{release.rules:,} rules"


def _print_changes(
    name: str, release: Release, changes: Changes, *, everything: bool, again: bool
) -> None:
    screen = Screen()
    how = f"verified by {release.trust}" if release.trust != Trust.NONE.value else "unverified"
    if not changes:
        screen.print(f"{name} brings no other rules: {_rules(release)}, {how}.")
        return
    screen.print(
        f"{name} is installed: {_rules(release)}, {how}. "
        f"{len(changes.new)} new, {len(changes.changed)} changed, {len(changes.removed)} removed."
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("level", "new", "changed", "removed"):
        table.add_column(heading, justify="left" if heading == "level" else "right")
    groups = (changes.new, changes.changed, changes.removed)
    counts = [Counter(rule.level for rule in group) for group in groups]
    for level in reversed(Level):
        if any(count[level] for count in counts):
            table.add_row(level.value, *(str(count[level]) for count in counts))
    screen.print(table)
    titles = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "level", "rule"):
        titles.add_column(heading, overflow="fold")
    for word, group in zip(("new", "changed", "removed"), groups, strict=True):
        for rule in group if everything else group[:_MOST_SHOWN]:
            titles.add_row(word, rule.level.value, rule.title)
        if len(group) > _MOST_SHOWN and not everything:
            titles.add_row(word, "", f"… {len(group) - _MOST_SHOWN} more (--all)")
    screen.print(titles)
    back = f"; midwatch rules rollback {name} goes back" if again else ""
    screen.print(
        f"Use it with --pack {name}; midwatch rules use {name} has the watch use it{back}."
    )


@click.command("rollback")
@click.argument("name", required=False)
@state_option
def rollback(*, name: str | None, state: Path | None) -> None:
    """Go back to the release of a pack that was in use before."""
    store = PackStore(state_folder(state))
    names = store.names()
    if name is None:
        if len(names) != 1:
            raise ConfigurationError(
                "which pack?",
                remedy=f"name one of {', '.join(names)}" if names else "none is installed",
            )
        name = names[0]
    release = store.roll_back(name)
    click.echo(
        f"{name} is back at the release of {_day(release.installed)}: {_rules(release)}, "
        f"sha256 {release.digest}"
    )


@click.command("packs")
@state_option
def packs(*, state: Path | None) -> None:
    """List the installed packs: origin, age, licence, and how each was verified."""
    store = PackStore(state_folder(state))
    now = int(time.time() * _SECOND)
    screen = Screen()
    names = store.names()
    if not names:
        screen.print(
            "No pack is installed. Midwatch's own rules need none; to add SigmaHQ's:\n"
            "  midwatch rules update URL --sha256 DIGEST"
        )
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("pack", "rules", "installed", "newest rule", "licence", "verified by"):
        table.add_column(heading)
    for name in names:
        release = store.current(name)
        age = (now - release.installed) // _DAY
        table.add_row(
            name, str(release.rules), "today" if age < 1 else f"{age} days ago", release.newest,
            release.licence or "not stated", release.trust,
        )  # fmt: skip
    screen.print(table)
    for name in names:
        release = store.current(name)
        screen.print(f"{name}: {release.origin}\n  sha256 {release.digest}", soft_wrap=True)


@click.command("use")
@click.argument("name")
@click.option("--client", metavar="NAME", help="For this client only. Default: for every client.")
@click.option("--stop", is_flag=True, help="Use it no longer.")
@state_option
def use(*, name: str, client: str | None, stop: bool, state: Path | None) -> None:
    """Have the running watch use an installed pack, with every release that is installed later.

    The bundled rules and your own are used without that. The watch notices within a minute.
    """
    folder = StateFolder(state_folder(state))
    if not stop:
        release = PackStore(folder.path).current(name)  # refused where there is none
        click.echo(f"{name}: {_rules(release)}, newest of {release.newest or 'no stated date'}.")
    if client is not None:
        expect_client(folder, client)
    changed = use_pack(folder.rules, client, name, used=not stop)
    whose = f"for {client}" if client else "for every client"
    if stop:
        told = f"The watch no longer uses {name} {whose}." if changed else "It was not in use."
    else:
        told = f"The watch uses it {whose}." if changed else "It is in use already."
    click.echo(told)


def _day(instant: int) -> str:
    return datetime.fromtimestamp(instant / _SECOND, UTC).strftime("%Y-%m-%d")
