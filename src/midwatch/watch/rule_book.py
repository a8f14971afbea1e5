"""Which rules are in force for whom: the bundled ones, packs, the provider's, a client's own.

    STATE/rules/common/*.yml      added for every client
    STATE/rules/CLIENT/*.yml      added for one client
    STATE/rules/CLIENT/off.txt    ids or titles of rules that are off for it, one a line
    STATE/rules/common/packs.txt  installed packs that are used for every client, one a line
    STATE/rules/CLIENT/packs.txt  the same for one client

``refresh`` looks whether anything changed and loads what did; a file with a slip leaves its
rules out and is told, and all other rules stay in force.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from midwatch.kernel import ConfigurationError, MidwatchError
from midwatch.packs import PackStore
from midwatch.rules import RuleProblem, RuleSet, load_rules
from midwatch.rules import __file__ as rules_file

BUNDLED: Final = Path(rules_file).parent / "pack"
_LOG: Final = logging.getLogger(__name__)
_OFF: Final = "off.txt"
_PACKS: Final = "packs.txt"
_LISTS: Final = frozenset({_OFF, _PACKS})
_COMMON: Final = "common"
_Stamp = tuple[tuple[str, int, int], ...]


class RuleBook:
    """The rules of all clients; clients with the same rules share one rule set."""

    def __init__(
        self, folder: Path, cache: Path | None = None, packs: PackStore | None = None
    ) -> None:
        """``folder``: STATE/rules, which may be missing; ``cache``: for compiled rules.

        ``packs``: where installed packs lie; None: none is used.
        """
        self._folder = folder
        self._cache = cache
        self._packs = packs
        self._stamp: _Stamp = self._look()
        self._sets: dict[str, RuleSet] = {}
        self._bare: dict[tuple[str, ...], RuleSet] = {}

    def rules_of(self, tenant: str) -> RuleSet:
        """The rules in force for a client."""
        known = self._sets.get(tenant)
        if known is None:
            known = self._sets[tenant] = self._load(tenant)
        return known

    def problems(self) -> list[RuleProblem]:
        """What could not be loaded, each once."""
        return list(
            dict.fromkeys(problem for rules in self._sets.values() for problem in rules.problems)
        )

    def refresh(self) -> bool:
        """Look whether a file changed; whether one did. Then every client's rules load anew."""
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self._sets.clear()
        self._bare.clear()
        return True

    def _load(self, tenant: str) -> RuleSet:
        places = [BUNDLED, *self._used_packs(tenant)]
        places += [
            place
            for place in (self._folder / _COMMON, self._folder / tenant)
            if place.is_dir() and any(path.name not in _LISTS for path in place.rglob("*.*"))
        ]
        key = tuple(map(str, places))
        rules = self._bare.get(key)
        if rules is None:
            rules = self._bare[key] = load_rules(places, cache=self._cache)
            for problem in rules.problems:
                _LOG.warning("a rule was left out", extra={"problem": str(problem)})
        off = self._switched_off(tenant)
        return without(rules, off) if off else rules

    def _switched_off(self, tenant: str) -> frozenset[str]:
        return frozenset(named_in(self._folder / tenant / _OFF))

    def _used_packs(self, tenant: str) -> list[Path]:
        """The archives of the packs that are used for a client; a missing one is told."""
        if self._packs is None:
            return []
        found = []
        for name in used_packs(self._folder, tenant):
            try:
                found.append(self._packs.path(name))
            except MidwatchError as error:
                _LOG.warning("a rule pack is not in force", extra={"problem": str(error)})
        return found

    def _look(self) -> _Stamp:
        if not self._folder.is_dir():
            return ()
        stamps = []
        used = {name for path in self._folder.glob(f"*/{_PACKS}") for name in named_in(path)}
        records = [self._packs.record(name) for name in sorted(used)] if self._packs else []
        for path in (*sorted(self._folder.rglob("*")), *records):
            try:
                found = path.stat()
            except OSError:
                continue
            stamps.append((str(path), found.st_mtime_ns, found.st_size))
        return tuple(stamps)


def named_in(path: Path) -> list[str]:
    """The names in a list, one a line; nothing where there is none. ``#`` begins a remark."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def used_packs(folder: Path, tenant: str) -> list[str]:
    """The names of the packs that are used for a client. ``folder``: STATE/rules."""
    places = (folder / _COMMON / _PACKS, folder / tenant / _PACKS)
    return list(dict.fromkeys(name for place in places for name in named_in(place)))


def use_pack(folder: Path, tenant: str | None, name: str, *, used: bool) -> bool:
    """Have a pack used for a client (None: for every client), or no longer; whether that is new.

    ``folder``: STATE/rules. The watch notices within seconds.

    Raises:
        ConfigurationError: The list cannot be written.
    """
    path = folder / (tenant or _COMMON) / _PACKS
    names = named_in(path)
    if (name in names) == used:
        return False
    kept = [*names, name] if used else [each for each in names if each != name]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text("".join(f"{each}\n" for each in kept), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"the list of packs in use cannot be written: {error.strerror}",
            remedy="check the folder, its owner and the space left",
            path=str(path),
        ) from error
    return True


def without(rules: RuleSet, off: frozenset[str]) -> RuleSet:
    """The rules without those of these ids or titles, and without what is built on them."""
    gone = {rule.id for rule in rules if rule.id in off or rule.title in off}
    if not gone:
        return rules
    kept = []
    for correlation in rules.correlations:
        if correlation.id in gone or gone.intersection(correlation.rules):
            gone.add(correlation.id)
        else:
            kept.append(correlation)
    return RuleSet(
        tuple(rule for rule in rules.rules if rule.id not in gone),
        tuple(kept),
        rules.problems,
        f"{rules.digest}-{'-'.join(sorted(gone))}",
    )
