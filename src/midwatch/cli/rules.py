"""Which rules a command runs, how they are read, and what to say of those left out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from midwatch.cli.state_options import state_folder, state_option_kept
from midwatch.intake.opening import name_of
from midwatch.kernel import ConfigurationError
from midwatch.rules import RuleSet, RuleText, load_rules
from midwatch.rules import __file__ as _rules_file
from midwatch.rules.placeholders import read_placeholders

PACK: Final = Path(_rules_file).parent / "pack"
"""The bundled rules."""

_Command = TypeVar("_Command", bound=Callable[..., Any])
_MOST_SHOWN: Final = 5
_MOST_NAMES: Final = 4
_KEPT: Final = "midwatch.rules"


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:  # noqa: ANN401  # the signature is click's
    """Options that only ``rules_of`` reads stay out of every command's signature."""
    ctx.meta.setdefault(_KEPT, {})[param.name] = value


def kept_state(ctx: click.Context) -> Path | None:
    """The state folder that was named with ``--state``, if any."""
    state = ctx.meta.get(_KEPT, {}).get("state")
    return state if isinstance(state, Path) else None


def rules_named(paths: Sequence[Path], folders: Sequence[Path]) -> tuple[Path, ...]:
    """The rules that a person named; with ``--lake`` they may also stand without an option.

    Raises:
        ConfigurationError: One is not there.
    """
    for path in paths:
        if not path.exists():
            raise ConfigurationError(
                "there are no such rules", remedy="name Sigma rules (.yml), or leave them out for "
                "the bundled ones", path=str(path),
            )  # fmt: skip
    return (*folders, *paths)


def reading_options(command: _Command) -> _Command:
    """``--placeholders``, ``--pipeline``, ``--pack`` and ``--state``: how rules are read."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    for decorate in (
        click.option(
            "--placeholders",
            type=file,
            envvar="MIDWATCH_PLACEHOLDERS",
            expose_value=False,
            callback=_keep,
            help="YAML file with values for placeholders: each name with a list.",
        ),
        click.option(
            "--pipeline",
            multiple=True,
            type=file,
            expose_value=False,
            callback=_keep,
            help="pySigma processing pipeline to apply to the rules; may be given again.",
        ),
        click.option(
            "--pack",
            multiple=True,
            metavar="NAME",
            expose_value=False,
            callback=_keep,
            help="Add this installed pack (midwatch rules packs), or all; may be given again.",
        ),
        state_option_kept(_keep),
    ):
        command = decorate(command)
    return command


def cache_folder() -> Path | None:
    """Where compiled rules are kept between runs; None when there is no home.

    A relative XDG_CACHE_HOME is passed over, as its specification demands.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if Path(base).is_absolute():
        return Path(base) / "midwatch"
    try:
        return Path.home() / ".cache" / "midwatch"
    except RuntimeError:
        return None


def rules_of(paths: Sequence[Path], *, bundled: bool, quiet: bool = False) -> RuleSet:
    """The rules at ``paths`` and of the packs asked for, with the bundled ones where wanted.

    Rules that wait for values of placeholders are told in one line, unless ``quiet``.
    """
    ctx = click.get_current_context(silent=True)
    kept = ctx.meta.get(_KEPT, {}) if ctx is not None else {}
    places = [*([PACK] if bundled else []), *paths, *_packs(kept.get("pack", ()), kept)]
    file = kept.get("placeholders")
    ruleset = load_rules(
        places,
        cache=cache_folder(),
        placeholders=read_placeholders(file.read_bytes(), name_of(file)) if file else {},
        pipelines=[
            RuleText(name_of(pipeline), pipeline.read_bytes())
            for pipeline in kept.get("pipeline", ())
        ],
    )
    if not quiet:
        _tell_waiting(ruleset)
    return ruleset


def _packs(names: Sequence[str], kept: dict[str, Any]) -> list[Path]:
    if not names:
        return []
    # Signatures need a library that takes a while to load.
    from midwatch.packs.store import PackStore  # noqa: PLC0415  # only where packs are asked for

    store = PackStore(state_folder(kept.get("state")))
    wanted = store.names() if "all" in names else names
    return [store.path(name) for name in wanted]


def _tell_waiting(ruleset: RuleSet) -> None:
    names = sorted({name for rule in ruleset.waiting for name in rule.waits_for})
    if not names:
        return
    count = len(ruleset.waiting)
    shown = ", ".join(f"%{name}%" for name in names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    told = "1 rule waits" if count == 1 else f"{count} rules wait"
    click.echo(
        f"midwatch: {told} for values of {shown}{more} and will not fire "
        f"(give them with --placeholders FILE, a line such as {names[0]}: [value, …])",
        err=True,
    )


def report_problems(ruleset: RuleSet) -> None:
    """Tell on standard error which rules were left out and why."""
    for problem in ruleset.problems[:_MOST_SHOWN]:
        click.echo(f"midwatch: {problem}", err=True)
    more = len(ruleset.problems) - _MOST_SHOWN
    if more > 0:
        click.echo(f"midwatch: {more} more rules were left out", err=True)
