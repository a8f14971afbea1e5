"""Sigma correlation rules → ``Correlation``: parsed by the Sigma library, resolved by us.

A condition may state several bounds (``gte: 5`` and ``lt: 50``), which the library does not
read; each is read alone and all must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionItem,
    CorrelationConditionNOT,
    CorrelationConditionOR,
    SigmaCorrelationCondition,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)

from midwatch.rules.conditions import UnsupportedError
from midwatch.rules.documents import Document
from midwatch.rules.plan import Comparison
from midwatch.rules.ruleset import (
    Bound,
    Correlation,
    CorrelationKind,
    Rule,
    RuleProblem,
    RuleTerm,
    Term,
    TermNot,
    TermsAll,
    TermsAny,
)

_OPERATORS: Final = frozenset(op.value for op in Comparison)
_MICROSECONDS: Final = 1_000_000
_COUNTED: Final = (CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED)


@dataclass(frozen=True, slots=True)
class CorrelationDraft:
    """A parsed correlation whose references are still names."""

    document: Document
    parsed: SigmaCorrelationRule
    bounds: tuple[Bound, ...]

    @property
    def errors(self) -> list[Exception]:
        """What the Sigma library found wrong."""
        return list(self.parsed.errors)


def read_draft(document: Document) -> CorrelationDraft:
    """Parse one correlation document; raises what the Sigma library raises."""
    content = document.content
    spec = content.get("correlation")
    bounds: list[Bound] = []
    if isinstance(spec, dict) and isinstance(spec.get("condition"), dict):
        condition = spec["condition"]
        stated = [key for key in condition if key in _OPERATORS]
        for key in stated:
            single = {name: value for name, value in condition.items() if name not in _OPERATORS}
            read = SigmaCorrelationCondition.from_dict({**single, key: condition[key]})
            bounds.append(Bound(Comparison(key), read.count))
            content = {**content, "correlation": {**spec, "condition": {**single, key: read.count}}}
    parsed = SigmaCorrelationRule.from_dict(content, collect_errors=True)
    return CorrelationDraft(document, parsed, tuple(bounds))


def resolve(
    drafts: Sequence[tuple[CorrelationDraft, dict[str, Any]]], rules: Iterable[Rule]
) -> tuple[list[Correlation], list[RuleProblem], set[str]]:
    """Correlations in order of reference, problems, and ids that raise no alerts alone.

    A correlation that refers to something unknown, or to itself by any way, is left out.
    """
    names: dict[str, str] = {}
    for rule in rules:
        names[rule.id] = rule.id
        if rule.name:
            names[rule.name] = rule.id
    known = set(names.values())
    for _, meta in drafts:
        names[meta["id"]] = meta["id"]
        if meta["name"]:
            names[meta["name"]] = meta["id"]
    waiting = list(drafts)
    left = waiting
    resolved: list[Correlation] = []
    served: set[str] = set()
    while waiting:
        left = []
        for draft, meta in waiting:
            wanted = [names.get(name) for name in _references(draft)]
            if all(name in known for name in wanted):
                correlation = _correlation(draft, meta, names)
                known.add(correlation.id)
                resolved.append(correlation)
                if not draft.parsed.generate:
                    served.update(correlation.rules)
            else:
                left.append((draft, meta))
        if len(left) == len(waiting):
            break
        waiting = left
    return resolved, [_unresolved(draft, names) for draft, _ in left], served


def _references(draft: CorrelationDraft) -> list[str]:
    """The names of the rules a correlation is about, in the order written."""
    if draft.parsed.rules:
        return [reference.reference for reference in draft.parsed.rules]
    if isinstance(draft.parsed.condition, SigmaExtendedCorrelationCondition):
        return draft.parsed.condition.get_referenced_rules()
    return []


def _unresolved(draft: CorrelationDraft, names: Mapping[str, str]) -> RuleProblem:
    document = draft.document
    missing = [name for name in _references(draft) if name not in names]
    if missing:
        cause = f"it refers to {', '.join(missing)}, which is no rule of this set"
        remedy = "check the name or id, or load the file that holds that rule"
    else:
        cause = "it refers to rules that were left out or, by a detour, to itself"
        remedy = "mend the rules it refers to"
    title = str(document.content.get("title", ""))
    return RuleProblem(document.path, document.line_of("rules"), cause, remedy, title)


def _correlation(
    draft: CorrelationDraft, meta: dict[str, Any], names: Mapping[str, str]
) -> Correlation:
    parsed = draft.parsed
    kind = CorrelationKind(parsed.type.name.lower())
    rules = tuple(dict.fromkeys(names[name] for name in _references(draft)))
    if kind is CorrelationKind.TEMPORAL_ORDERED:
        rules = tuple(names[name] for name in _references(draft))
    condition = parsed.condition
    bounds = draft.bounds
    terms: Term | None = None
    fields: tuple[str, ...] = ()
    percentile: int | None = None
    if isinstance(condition, SigmaExtendedCorrelationCondition):
        terms = _term(condition.parsed, names)
    else:
        percentile = condition.percentile
        if condition.fieldref is not None:
            wanted = condition.fieldref
            fields = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        if not bounds:
            bounds = (Bound(Comparison.GTE, len(rules) if kind in _COUNTED else 1),)
    aliases = {
        alias.alias: {names.get(ref.reference, ""): field for ref, field in alias.mapping.items()}
        for alias in parsed.aliases
    }
    return Correlation(
        **meta,
        kind=kind,
        rules=rules,
        timespan=parsed.timespan.seconds * _MICROSECONDS,
        group_by=tuple(parsed.group_by or ()),
        aliases=aliases,
        bounds=bounds,
        fields=fields,
        percentile=percentile,
        terms=terms,
    )


def _term(item: CorrelationConditionItem | SigmaRuleReference, names: Mapping[str, str]) -> Term:
    if isinstance(item, SigmaRuleReference):
        return RuleTerm(names[item.reference])
    inner = tuple(_term(argument, names) for argument in item.args)
    match item:
        case CorrelationConditionAND():
            return TermsAll(inner)
        case CorrelationConditionOR():
            return TermsAny(inner)
        case CorrelationConditionNOT():
            return TermNot(inner[0])
        case _:
            raise UnsupportedError(
                "its condition cannot be read", "join rule names by and, or and not"
            )
