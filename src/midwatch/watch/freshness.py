"""How old the rules are that look at a client's logs, without loading them.

The date of a rule stands in its file; of bundled rules it is looked up once in a process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from midwatch.kernel import MidwatchError
from midwatch.packs import PackStore
from midwatch.watch.rule_book import BUNDLED, used_packs
from midwatch.watch.state_folder import StateFolder

_DATE: Final = re.compile(r"^(?:date|modified):\s*['\"]?(\d{4}-\d{2}-\d{2})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rules:
    """Some rules: how many files, and the date of the newest (ISO; empty: none is dated)."""

    files: int
    newest: str


@dataclass(frozen=True, slots=True)
class Pack:
    """An installed pack that is in use: ``installed`` in UTC microseconds."""

    name: str
    rules: int
    newest: str
    installed: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """The rules in force for a client: bundled ones, packs, those of its own among them."""

    bundled: Rules
    own: Rules
    packs: tuple[Pack, ...]

    @property
    def newest(self) -> str:
        """The date of the newest rule in force."""
        return max(self.bundled.newest, self.own.newest, *(each.newest for each in self.packs))


def freshness_of(folder: StateFolder, tenant: str) -> Freshness:
    """How old a client's rules are."""
    return Freshness(
        _bundled(),
        _rules_in(folder.rules / "common", folder.rules / tenant),
        tuple(_packs(folder, tenant)),
    )


@cache
def _bundled() -> Rules:
    return _rules_in(BUNDLED)


def _rules_in(*folders: Path) -> Rules:
    files = [file for folder in folders for file in folder.rglob("*.yml")]
    newest = ""
    for file in files:
        try:
            newest = max([newest, *_DATE.findall(file.read_text("utf-8", "replace"))])
        except OSError:
            continue
    return Rules(len(files), newest)


def _packs(folder: StateFolder, tenant: str) -> list[Pack]:
    store = PackStore(folder.path)
    found = []
    for name in used_packs(folder.rules, tenant):
        try:
            current = store.current(name)
        except MidwatchError:  # the command about packs tells what is wrong with it
            continue
        found.append(Pack(name, current.rules, current.newest, current.installed))
    return found
