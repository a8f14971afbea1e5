"""What a new release of a pack changes: rules that are new, changed or gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from midwatch.rules import AnyRule, RuleSet


@dataclass(frozen=True, slots=True)
class Changes:
    """Rules of a release beside those of the one before, gravest first."""

    new: tuple[AnyRule, ...]
    changed: tuple[AnyRule, ...]
    removed: tuple[AnyRule, ...]

    def __bool__(self) -> bool:
        """Whether anything is different."""
        return bool(self.new or self.changed or self.removed)


def compare(before: RuleSet, after: RuleSet) -> Changes:
    """What ``after`` changes. Rules are the same by their id; where they lie is no change."""
    old, new = before.by_id, after.by_id
    return Changes(
        _sorted(rule for name, rule in new.items() if name not in old),
        _sorted(
            rule for name, rule in new.items() if name in old and _bare(rule) != _bare(old[name])
        ),
        _sorted(rule for name, rule in old.items() if name not in new),
    )


def _bare(rule: AnyRule) -> AnyRule:
    return msgspec.structs.replace(rule, path="", line=1, pack="")


def _sorted(rules: Iterable[AnyRule]) -> tuple[AnyRule, ...]:
    return tuple(sorted(rules, key=lambda rule: (-rule.level.rank, rule.title)))
