"""Rule texts → rule set, by the Sigma library. Only a cold start comes here.

Each document is parsed once: into a rule, a filter or a correlation. Filters are then
applied, conditions planned, correlations resolved. What is wrong with one document
becomes a ``RuleProblem``; faults of its metadata alone do not cost the rule.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

import msgspec
from sigma import exceptions as sigma_errors
from sigma.conditions import SigmaCondition
from sigma.correlations import (
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)
from sigma.filters import SigmaFilter
from sigma.modifiers import SigmaWideModifier, modifier_mapping, reverse_modifier_mapping
from sigma.policy.profiles import TrustedPolicy
from sigma.rule import SigmaRule, SigmaRuleBase
from sigma.rule.detection import EmptySigmaDetections

from midwatch.events.schema import Logsource
from midwatch.kernel import Level
from midwatch.rules.advice import derive_advice, read_advice
from midwatch.rules.conditions import Filling, UnsupportedError, read_condition
from midwatch.rules.correlating import CorrelationDraft, read_draft, resolve
from midwatch.rules.documents import Document, read_documents
from midwatch.rules.pipelines import read_pipelines
from midwatch.rules.placeholders import Placeholders
from midwatch.rules.plan import NEVER, any_of
from midwatch.rules.ruleset import Correlation, Metadata, Rule, RuleProblem, RuleSet
from midwatch.rules.texts import RuleText

_AnyRule = TypeVar("_AnyRule", bound=Metadata)
_UNHARMFUL: Final = (
    sigma_errors.SigmaTagError,
    sigma_errors.SigmaDateError,
    sigma_errors.SigmaModifiedError,
    sigma_errors.SigmaStatusError,
    sigma_errors.SigmaReferencesError,
    sigma_errors.SigmaAuthorError,
    sigma_errors.SigmaDescriptionError,
    sigma_errors.SigmaFalsePositivesError,
    sigma_errors.SigmaFieldsError,
    sigma_errors.SigmaRelatedError,
    sigma_errors.SigmaScopeError,
    sigma_errors.SigmaLicenseError,
    sigma_errors.SigmaTaxonomyError,
    sigma_errors.SigmaValueError,
)
_PLACES: Final[dict[type[Exception], tuple[str, str]]] = {
    sigma_errors.SigmaTagError: ("tags", "write tags as a list such as [attack.t1110.001]"),
    sigma_errors.SigmaDateError: ("date", "write the date as 2025-12-31"),
    sigma_errors.SigmaModifiedError: ("modified", "write the date as 2025-12-31"),
    sigma_errors.SigmaStatusError: ("status", "use stable, test, experimental or deprecated"),
    sigma_errors.SigmaLevelError: (
        "level", "use informational, low, medium, high or critical",
    ),
    sigma_errors.SigmaTitleError: ("title", "give it a title of at most 256 characters"),
    sigma_errors.SigmaIdentifierError: ("id", "give it a UUID or no id at all"),
    sigma_errors.SigmaLogsourceError: ("logsource", "name a category, product or service"),
    sigma_errors.SigmaConditionError: ("condition", "name detections that the rule defines"),
    sigma_errors.SigmaDetectionError: ("detection", "define a detection and a condition"),
    sigma_errors.SigmaTypeError: ("detection", "write a value that the modifier can take"),
    sigma_errors.SigmaModifierError: ("detection", "use the modifiers of Sigma 2.1"),
    sigma_errors.SigmaRegularExpressionError: ("detection", "correct the expression"),
    sigma_errors.SigmaCorrelationConditionError: (
        "condition", "write it as 'gte: 10', or as rule names with and, or and not",
    ),
    sigma_errors.SigmaTimespanError: ("timespan", "write it as 30s, 5m, 1h or 7d"),
    sigma_errors.SigmaCorrelationTypeError: ("type", "use a correlation type of Sigma 2.1"),
}  # fmt: skip
_MALFORMED: Final = (
    sigma_errors.SigmaError, TypeError, ValueError, AttributeError, KeyError, IndexError,
    RecursionError,
)  # fmt: skip
"""What the Sigma library raises on a document that is no rule at all."""


# Sigma 2.1 names the encoding twice; the library knows only the older name.
modifier_mapping.setdefault("utf16le", SigmaWideModifier)


def compile_texts(
    texts: Iterable[RuleText],
    placeholders: Placeholders,
    pipelines: Sequence[RuleText],
    digest: str,
) -> RuleSet:
    """The rule set of these texts, named by ``digest``.

    Raises:
        BadInputError: a pipeline is not sound.
    """
    work = _Compilation(placeholders, pipelines)
    with warnings.catch_warnings():
        # An odd but valid regular expression in a rule is no business of our callers.
        warnings.simplefilter("ignore")
        for text in texts:
            for found in read_documents(text):
                work.take(found)
        return work.finish(digest)


class _Compilation:
    """Collects what the documents hold and puts it together at the end."""

    def __init__(self, placeholders: Placeholders, pipelines: Sequence[RuleText]) -> None:
        self._placeholders = placeholders
        self._pipeline, notes = read_pipelines(pipelines)
        self._parsed: list[tuple[Document, SigmaRule]] = []
        self._filters: list[tuple[Document, SigmaFilter]] = []
        self._drafts: list[CorrelationDraft] = []
        self._problems: list[RuleProblem] = notes

    def take(self, found: Document | RuleProblem) -> None:
        """Sort one document in."""
        if isinstance(found, RuleProblem):
            self._problems.append(found)
            return
        try:
            if "correlation" in found.content:
                draft = read_draft(found)
                if self._accept(found, draft.errors):
                    self._drafts.append(draft)
            elif "filter" in found.content:
                sieve = SigmaFilter.from_dict(
                    found.content, collect_errors=True, policy=TrustedPolicy
                )
                if self._accept(found, sieve.errors):
                    for condition in sieve.filter.condition:
                        SigmaCondition(condition, sieve.filter).parse()
                    self._filters.append((found, sieve))
            else:
                rule = SigmaRule.from_dict(found.content, collect_errors=True, policy=TrustedPolicy)
                sound = not isinstance(rule.detection, EmptySigmaDetections)
                if self._accept(found, rule.errors) and sound:
                    self._parsed.append((found, rule))
        except (*_MALFORMED, UnsupportedError) as error:
            self._problems.append(problem_of(found, error))

    def _accept(self, document: Document, errors: Sequence[Exception]) -> bool:
        """Note the errors; False if one of them costs the rule."""
        self._problems.extend(problem_of(document, error) for error in errors)
        return all(type(error) in _UNHARMFUL for error in errors)

    def finish(self, digest: str) -> RuleSet:
        """Apply filters, plan conditions, resolve correlations."""
        self._apply_filters()
        self._apply_pipeline()
        rules: list[Rule] = []
        taken: dict[str, str] = {}
        for document, parsed in self._parsed:
            try:
                rule = self._rule(document, parsed)
            except (*_MALFORMED, UnsupportedError) as error:
                self._problems.append(problem_of(document, error))
                continue
            if self._is_new(document, rule.id, taken):
                rules.append(rule)
        drafts = [
            draft
            for draft in self._drafts
            if self._is_new(draft.document, identity(draft.document, draft.parsed), taken)
        ]
        correlations = []
        for draft in drafts:
            meta, problems = metadata(draft.document, draft.parsed, Logsource())
            self._problems.extend(problems)
            correlations.append((draft, meta))
        resolved, unresolved, served = resolve(correlations, rules)
        self._problems.extend(unresolved)
        return RuleSet(
            rules=tuple(_lone(rule, served) for rule in rules),
            correlations=_waiting(tuple(_lone(rule, served) for rule in resolved), rules),
            problems=tuple(self._problems),
            digest=digest,
        )

    def _apply_filters(self) -> None:
        for document, sieve in self._filters:
            used = False
            for _, rule in self._parsed:
                before = list(rule.detection.condition)
                sieve.apply_on_rule(rule)
                used = used or before != rule.detection.condition
            if not used:
                self._problems.append(
                    RuleProblem(
                        document.path, document.line_of("rules"), "the filter fits no rule",
                        "name rules of this set and a log source as wide as theirs",
                        str(document.content.get("title", "")),
                    )
                )  # fmt: skip

    def _apply_pipeline(self) -> None:
        """Rules that a pipeline refuses are left out, with its reason."""
        pipeline = self._pipeline
        if pipeline is None:
            return
        parsed, drafts = self._parsed, self._drafts
        known: dict[str, SigmaRule | SigmaCorrelationRule] = {}
        every: list[SigmaRule | SigmaCorrelationRule] = [rule for _, rule in parsed]
        every.extend(draft.parsed for draft in drafts)
        for each in every:
            known |= {str(name): each for name in (each.id, each.name) if name}
        self._parsed = []
        for document, rule in parsed:
            try:
                pipeline.apply(rule)
            except _MALFORMED as error:
                self._problems.append(refusal_of(document, error))
            else:
                self._parsed.append((document, rule))
        self._drafts = []
        for draft in drafts:
            try:
                with suppress(KeyError):  # what refers to nothing is told when it is resolved
                    _refer(draft.parsed, known)
                    pipeline.apply(draft.parsed)
            except _MALFORMED as error:
                self._problems.append(refusal_of(draft.document, error))
            else:
                self._drafts.append(draft)

    def _rule(self, document: Document, parsed: SigmaRule) -> Rule:
        source = parsed.logsource
        logsource = Logsource(source.category, source.product, source.service)
        filling = Filling(self._placeholders)
        conditions = [
            read_condition(condition.parse(), filling)
            for condition in parsed.detection.parsed_condition
        ]
        meta, problems = metadata(document, parsed, logsource)
        self._problems.extend(problems)
        waits_for = tuple(sorted(filling.missing))
        condition = NEVER if waits_for else any_of(conditions)
        return Rule(**meta, logsource=logsource, condition=condition, waits_for=waits_for)

    def _is_new(self, document: Document, rule_id: str, taken: dict[str, str]) -> bool:
        place = f"{document.path}:{document.line}"
        first = taken.setdefault(rule_id, place)
        if first == place:
            return True
        self._problems.append(
            RuleProblem(
                document.path, document.line_of("id"), f"its id is already that of {first}",
                "give it an id of its own, or load only one of the two",
                str(document.content.get("title", "")),
            )
        )  # fmt: skip
        return False


def _waiting(
    correlations: tuple[Correlation, ...], rules: Iterable[Rule]
) -> tuple[Correlation, ...]:
    """A correlation waits for what its rules wait for."""
    waits: dict[str, tuple[str, ...]] = {rule.id: rule.waits_for for rule in rules}
    told = []
    for each in correlations:
        names = tuple(sorted({name for rule in each.rules for name in waits.get(rule, ())}))
        waits[each.id] = names
        told.append(msgspec.structs.replace(each, waits_for=names) if names else each)
    return tuple(told)


def _lone(rule: _AnyRule, served: set[str]) -> _AnyRule:
    return msgspec.structs.replace(rule, alone=False) if rule.id in served else rule


def _refer(
    parsed: SigmaCorrelationRule, known: dict[str, SigmaRule | SigmaCorrelationRule]
) -> None:
    """Let the references of a correlation point at its rules, as conditions of pipelines ask.

    Raises:
        KeyError: a rule is not known.
    """
    references = list(parsed.rules or ())
    if not references and isinstance(parsed.condition, SigmaExtendedCorrelationCondition):
        references = [SigmaRuleReference(n) for n in parsed.condition.get_referenced_rules()]
    for reference in references:
        reference.rule = known[reference.reference]
    parsed.referenced_rules = references


def refusal_of(document: Document, error: Exception) -> RuleProblem:
    """The problem that a pipeline's refusal stands for."""
    return RuleProblem(
        document.path, document.line,
        f"a pipeline refuses it: {str(error) or type(error).__name__}",
        "change the pipeline, or leave the rule out", str(document.content.get("title", "")),
    )  # fmt: skip


def identity(document: Document, parsed: SigmaRuleBase) -> str:
    """The rule's id, else its name, else one made from its text."""
    if parsed.id is not None:
        return str(parsed.id)
    if parsed.name:
        return str(parsed.name)
    text = "\n".join(document.lines)
    return f"unnamed-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def metadata(
    document: Document, parsed: SigmaRuleBase, logsource: Logsource
) -> tuple[dict[str, Any], list[RuleProblem]]:
    """The fields of ``ruleset.Metadata`` by name, and what is wrong with the advice."""
    level = Level(parsed.level.name.lower()) if parsed.level else Level.MEDIUM
    tags = tuple(str(tag) for tag in parsed.tags)
    derived = derive_advice(logsource, tags, parsed.title, level)
    advice, faults = read_advice(document.content.get("midwatch"), derived)
    problems = [
        RuleProblem(
            document.path, document.line_of("midwatch"), fault,
            "see the entries of that attribute in the documentation of rules", parsed.title,
        )
        for fault in faults
    ]  # fmt: skip
    techniques = dict.fromkeys(
        tag[7:].upper() for tag in tags if tag.lower().startswith("attack.t") and tag[8:9].isdigit()
    )
    fields: dict[str, Any] = {
        "id": identity(document, parsed),
        "title": parsed.title,
        "level": level,
        "name": parsed.name,
        "status": _named(parsed.status),
        "description": (parsed.description or "").strip(),
        "author": parsed.author or "",
        "date": parsed.date.isoformat() if parsed.date else "",
        "modified": parsed.modified.isoformat() if parsed.modified else "",
        "licence": (parsed.license or "").strip() or document.licence,
        "pack": document.pack,
        "references": _texts(parsed.references),
        "tags": tags,
        "techniques": tuple(techniques),
        "falsepositives": _texts(parsed.falsepositives),
        "path": document.path,
        "line": document.line,
        "advice": advice,
    }
    return fields, problems


def _named(value: object) -> str:
    """The name of an enum member in lower case; empty where the library left the text it found."""
    name = getattr(value, "name", None)
    return name.lower() if isinstance(name, str) else ""


def _texts(values: object) -> tuple[str, ...]:
    return tuple(str(value) for value in values) if isinstance(values, list) else ()


def _spoken(cause: str) -> str:
    """The library's words with modifiers as rules write them, without addresses of objects."""
    named = re.sub(
        r"Sigma\w+Modifier", lambda found: reverse_modifier_mapping.get(found[0], found[0]), cause
    )
    return re.sub(r"<sigma\.types\.Sigma(\w+) object at 0x\w+>", r"\1", named)


def problem_of(document: Document, error: Exception) -> RuleProblem:
    """The problem that an error of the Sigma library or of ours stands for."""
    title = str(document.content.get("title", ""))
    if isinstance(error, UnsupportedError):
        return RuleProblem(
            document.path, document.line_of("detection"), error.cause, error.remedy, title
        )
    key, remedy = _PLACES.get(type(error), ("title", "compare it with the Sigma specification"))
    cause = _spoken(str(error)) or type(error).__name__
    if not isinstance(error, sigma_errors.SigmaError):
        cause = f"a value is not of the kind that its key or modifier takes ({cause})"
        key, remedy = "detection", "put texts in quotes, and compare it with the specification"
    if isinstance(error, sigma_errors.SigmaModifiedError) and "modifier" in cause:
        # The library has one error for the date of change and for values that were modified.
        key, remedy = "detection", "write the value in another way"
    return RuleProblem(document.path, document.line_of(key), cause, remedy, title)
