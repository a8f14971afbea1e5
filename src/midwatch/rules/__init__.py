"""Rule files become an immutable, compiled rule set with a digest; nothing is evaluated here.

Rules are written in Sigma (Sigma Rules Specification 2.1, with filters and correlation
rules). A bad rule becomes a ``RuleProblem`` with path, line, cause and remedy, and the
others still run.

Example:
    >>> from midwatch.rules import RuleText, compile_rules
    >>> rules = compile_rules([RuleText("root.yml", b'''
    ... title: Somebody became root
    ... logsource: {category: authentication}
    ... detection: {root: {user: root, outcome: success}, condition: root}
    ... level: high
    ... ''')])
    >>> [rule.title for rule in rules], rules.problems
    (['Somebody became root'], ())
"""

from midwatch.rules.loading import compile_rules, load_rules
from midwatch.rules.logsources import scope
from midwatch.rules.ruleset import (
    Advice,
    AnyRule,
    AttemptCategory,
    Bound,
    Correlation,
    CorrelationKind,
    Metadata,
    Rule,
    RuleProblem,
    RuleSet,
)
from midwatch.rules.texts import RuleText, read_texts

__all__ = [
    "Advice",
    "AnyRule",
    "AttemptCategory",
    "Bound",
    "Correlation",
    "CorrelationKind",
    "Metadata",
    "Rule",
    "RuleProblem",
    "RuleSet",
    "RuleText",
    "compile_rules",
    "load_rules",
    "read_texts",
    "scope",
]
