"""Which rules are in force for whom: the bundled ones, the provider's, and each client's own.

    STATE/rules/common/*.yml      added for every client
    STATE/rules/CLIENT/*.yml      added for one client
    STATE/rules/CLIENT/off.txt    ids or titles of rules that are off for it, one a line

``refresh`` looks whether anything changed and loads what did; a file with a slip leaves its
rules out and is told, and all other rules stay in force.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from midwatch.rules import RuleProblem, RuleSet, load_rules
from midwatch.rules import __file__ as rules_file

BUNDLED: Final = Path(rules_file).parent / "pack"
_LOG: Final = logging.getLogger(__name__)
_OFF: Final = "off.txt"
_COMMON: Final = "common"
_Stamp = tuple[tuple[str, int, int], ...]


class RuleBook:
    """The rules of all clients; clients with the same rules share one rule set."""

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        """``folder``: STATE/rules, which may be missing; ``cache``: for compiled rules."""
        self._folder = folder
        self._cache = cache
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
        places = [BUNDLED]
        places += [
            place
            for place in (self._folder / _COMMON, self._folder / tenant)
            if place.is_dir() and any(path.name != _OFF for path in place.rglob("*.*"))
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
        try:
            text = (self._folder / tenant / _OFF).read_text(encoding="utf-8")
        except OSError:
            return frozenset()
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        return frozenset(line for line in lines if line)

    def _look(self) -> _Stamp:
        if not self._folder.is_dir():
            return ()
        stamps = []
        for path in sorted(self._folder.rglob("*")):
            try:
                found = path.stat()
            except OSError:
                continue
            stamps.append((str(path), found.st_mtime_ns, found.st_size))
        return tuple(stamps)


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
