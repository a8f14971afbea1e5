"""Which rules a command runs, and what to say of those that could not be loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from midwatch.rules import RuleSet, load_rules
from midwatch.rules import __file__ as _rules_file

PACK: Final = Path(_rules_file).parent / "pack"
"""The bundled rules."""

_MOST_SHOWN: Final = 5


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


def rules_of(paths: Sequence[Path], *, bundled: bool) -> RuleSet:
    """The rules at ``paths``, with the bundled ones where asked for."""
    places = [PACK, *paths] if bundled else list(paths)
    return load_rules(places, cache=cache_folder())


def report_problems(ruleset: RuleSet) -> None:
    """Tell on standard error which rules were left out and why."""
    for problem in ruleset.problems[:_MOST_SHOWN]:
        click.echo(f"midwatch: {problem}", err=True)
    more = len(ruleset.problems) - _MOST_SHOWN
    if more > 0:
        click.echo(f"midwatch: {more} more rules were left out", err=True)
