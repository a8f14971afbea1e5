"""What is wrong or doubtful about rules, without an event: the findings of ``rules check``.

An error costs the rule, or keeps it from ever firing. A warning is likely a slip. A note
is worth knowing. Nothing here reads files; see ``check_rules``.

Each finding belongs to a ``Kind``, so that a pack of thousands of rules gives a page of
counts and not a flood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.rules.contradictions import never_holds
from midwatch.rules.field_knowledge import FieldKnowledge
from midwatch.rules.logsources import scope
from midwatch.rules.plan import (
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    FieldTest,
    Keywords,
    Matcher,
    Not,
    Regex,
    SameAs,
)
from midwatch.rules.regex_risk import Risk, risk_of
from midwatch.rules.ruleset import AnyRule, Rule, RuleProblem, RuleSet


class Gravity(StrEnum):
    """How much a finding matters, gravest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Kind(StrEnum):
    """What a finding is about."""

    NOT_LOADED = "could not be loaded"
    METADATA = "a slip in what only people read"
    DUPLICATE = "an id that stands twice"
    CONTRADICTION = "a condition that can never hold"
    REGEX_EXPONENTIAL = "an expression that may take for ever"
    NO_SOURCE = "a log source that nothing feeds"
    UNKNOWN_FIELD = "a field that its log source does not have"
    WAITING = "a placeholder without values"
    DEPRECATED = "a deprecated or unsupported status"
    INCOMPLETE = "no id, level, description or author"
    REGEX_QUADRATIC = "an expression that is slow on long values"
    REGEX_NOT_LINEAR = "an expression with look-around or back-reference"


GRAVITY: Final[Mapping[Kind, Gravity]] = {
    Kind.NOT_LOADED: Gravity.ERROR,
    Kind.DUPLICATE: Gravity.ERROR,
    Kind.CONTRADICTION: Gravity.ERROR,
    Kind.REGEX_EXPONENTIAL: Gravity.WARNING,
    Kind.METADATA: Gravity.WARNING,
    Kind.NO_SOURCE: Gravity.NOTE,
    Kind.UNKNOWN_FIELD: Gravity.WARNING,
    Kind.WAITING: Gravity.WARNING,
    Kind.DEPRECATED: Gravity.WARNING,
    Kind.INCOMPLETE: Gravity.NOTE,
    Kind.REGEX_QUADRATIC: Gravity.NOTE,
    Kind.REGEX_NOT_LINEAR: Gravity.NOTE,
}
_RISKS: Final = {
    Risk.EXPONENTIAL: (Kind.REGEX_EXPONENTIAL, "do not repeat what holds an open repeat"),
    Risk.QUADRATIC: (Kind.REGEX_QUADRATIC, "let no two open repeats take the same characters"),
    Risk.NOT_LINEAR: (Kind.REGEX_NOT_LINEAR, "say it with several clauses instead"),
}


class Finding(Struct, frozen=True):
    """One thing found in one rule; ``line`` counts from 1."""

    kind: Kind
    gravity: Gravity
    path: str
    line: int
    title: str
    cause: str
    remedy: str


def check_rules(ruleset: RuleSet, sources: Sequence[Source]) -> list[Finding]:
    """All findings, gravest first, then by kind, path and line."""
    found = [_of_problem(problem, ruleset) for problem in ruleset.problems]
    fields = FieldKnowledge(sources)
    feeding: dict[Logsource, list[Source]] = {}
    for rule in ruleset:
        found.extend(_of_words(rule))
        if isinstance(rule, Rule) and not rule.waits_for:
            wanted = rule.logsource
            if wanted not in feeding:
                feeding[wanted] = [
                    source for source in sources if scope(wanted, source.logsource) != NEVER
                ]
            found.extend(_of_condition(rule, feeding[wanted], fields))
    order = {gravity: spot for spot, gravity in enumerate(Gravity)}
    return sorted(found, key=lambda each: (order[each.gravity], each.kind, each.path, each.line))


def _finding(rule: AnyRule, kind: Kind, cause: str, remedy: str) -> Finding:
    return Finding(kind, GRAVITY[kind], rule.path, rule.line, rule.title, cause, remedy)


def _of_problem(problem: RuleProblem, ruleset: RuleSet) -> Finding:
    """A problem of loading; a slip only if the rule was loaded all the same."""
    loaded = any(
        rule.path == problem.path and rule.title == problem.title and problem.title
        for rule in ruleset
    )
    kind = Kind.METADATA if loaded else Kind.NOT_LOADED
    if problem.cause.startswith("its id is already"):
        kind = Kind.DUPLICATE
    return Finding(
        kind, GRAVITY[kind], problem.path, problem.line, problem.title, problem.cause,
        problem.remedy,
    )  # fmt: skip


def _of_words(rule: AnyRule) -> Iterator[Finding]:
    if rule.waits_for:
        names = ", ".join(f"%{name}%" for name in rule.waits_for)
        yield _finding(
            rule, Kind.WAITING, f"it waits for values of {names}", "give them with --placeholders"
        )
    if rule.status in ("deprecated", "unsupported"):
        yield _finding(rule, Kind.DEPRECATED, f"its status is {rule.status}", "take its successor")
    missing = [name for name in ("description", "author") if not getattr(rule, name)]
    if rule.id.startswith("unnamed-"):
        missing.insert(0, "id")
    if missing:
        yield _finding(
            rule, Kind.INCOMPLETE, f"it has no {' and no '.join(missing)}", "write it in the rule"
        )


def _of_condition(
    rule: Rule, feeding: Sequence[Source], fields: FieldKnowledge
) -> Iterator[Finding]:
    why = never_holds(rule.condition)
    if why is not None:
        yield _finding(rule, Kind.CONTRADICTION, why, "change the condition")
    if not feeding:
        told = " ".join(
            f"{key}: {value}"
            for key in ("product", "category", "service")
            if (value := getattr(rule.logsource, key))
        )
        yield _finding(
            rule, Kind.NO_SOURCE, f"no source that Midwatch knows feeds {told}",
            "bring such logs by a source of your own, or leave the rule out",
        )  # fmt: skip
    else:
        for name, similar in fields.unknown(rule.logsource, feeding, field_names(rule.condition)):
            hint = f"did you mean {similar}?" if similar else "see midwatch parse for the fields"
            yield _finding(rule, Kind.UNKNOWN_FIELD, f"its log source has no field {name}", hint)
    for matcher in _matchers(rule.condition):
        if isinstance(matcher, Regex) and (risk := risk_of(matcher.pattern)) is not None:
            kind, remedy = _RISKS[risk]
            yield _finding(rule, kind, f"{risk.value}: {matcher.pattern}", remedy)


def _leaves(condition: Condition) -> Iterator[FieldTest | Keywords]:
    match condition:
        case AllOf(items=items) | AnyOf(items=items):
            for item in items:
                yield from _leaves(item)
        case Not(item=item):
            yield from _leaves(item)
        case FieldTest() | Keywords():
            yield condition
        case _:
            pass


def _matchers(condition: Condition) -> Iterable[Matcher]:
    return (matcher for leaf in _leaves(condition) for matcher in leaf.matchers)


def field_names(condition: Condition) -> tuple[str, ...]:
    """The fields a condition reads, in order of their first mention."""
    names: dict[str, None] = {}
    for leaf in _leaves(condition):
        if isinstance(leaf, FieldTest):
            names.setdefault(leaf.field)
        names.update((each.field, None) for each in leaf.matchers if isinstance(each, SameAs))
    return tuple(names)
