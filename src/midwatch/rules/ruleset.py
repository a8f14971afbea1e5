"""Rules as the rest of the house sees them: metadata, advice and the compiled condition.

``Rule`` asks something of one event, ``Correlation`` of several. Both carry an
``Advice``: what to tell a person who has to act, from the rule's own ``midwatch``
attribute or derived (see ``rules.advice``). A ``RuleSet`` never changes after loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from midwatch.events.schema import Logsource
from midwatch.kernel import Level
from midwatch.rules.plan import Comparison, Condition

if TYPE_CHECKING:
    from typing import Self


class AttemptCategory(StrEnum):
    """What kind of attempt a rule speaks of, where the rule itself names none."""

    CREDENTIAL_ATTACK = "credential_attack"
    PORT_SCAN = "port_scan"
    WEB_SCAN = "web_scan"
    EXPLOIT_ATTEMPT = "exploit_attempt"
    MAIL_ABUSE = "mail_abuse"
    MALWARE = "malware"
    IDS = "ids"
    HOST_COMPROMISE = "host_compromise"
    OTHER = "other"


class Advice(Struct, frozen=True, kw_only=True):
    """What a match means for people.

    ``category`` is one of ``AttemptCategory`` or the pack's own word; ``kind`` a short
    plural noun for reports ("VPN guessing"); ``meaning`` one sentence; ``todo`` up to
    three steps; ``attempt`` false where it is no attempt to get in but background or
    maintenance; ``success`` true where the rule says that somebody got in; ``service``
    what was aimed at, where the rule knows better than the events.
    """

    category: str = AttemptCategory.OTHER.value
    kind: str = ""
    meaning: str = ""
    todo: tuple[str, ...] = ()
    attempt: bool = True
    success: bool = False
    service: str | None = None


class Metadata(Struct, frozen=True, kw_only=True):
    """What rules and correlations both say about themselves.

    ``id`` is the rule's own, or its name, or derived from its text; ``techniques`` are
    ATT&CK numbers such as ``T1110.001``; ``alone`` tells whether the rule raises alerts of
    its own, which one that only serves correlations does not; ``line`` counts from 1.
    ``licence`` is the rule's own or that of its pack, which asks that the author stays with
    every alert; ``pack`` is the archive or folder it came from. ``waits_for`` names the
    placeholders that have no values: such a rule never holds until they are given.
    """

    id: str
    title: str
    level: Level = Level.MEDIUM
    name: str | None = None
    status: str = ""
    description: str = ""
    author: str = ""
    date: str = ""
    modified: str = ""
    licence: str = ""
    pack: str = ""
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ()
    path: str = ""
    line: int = 1
    advice: Advice = Advice()
    alone: bool = True
    waits_for: tuple[str, ...] = ()


class Rule(Metadata, frozen=True, kw_only=True, tag="rule"):
    """A rule about one event."""

    logsource: Logsource
    condition: Condition


class CorrelationKind(StrEnum):
    """The correlation types of Sigma."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"
    VALUE_MEDIAN = "value_median"


class Bound(Struct, frozen=True):
    """One comparison of a correlation's figure; several together make a range."""

    op: Comparison
    number: int | float


class RuleTerm(Struct, frozen=True, tag="term"):
    """In an extended temporal condition: the rule of that id occurred."""

    rule: str


class TermsAll(Struct, frozen=True, tag="terms_all"):
    """All of the terms."""

    terms: tuple[Term, ...]


class TermsAny(Struct, frozen=True, tag="terms_any"):
    """Any of the terms."""

    terms: tuple[Term, ...]


class TermNot(Struct, frozen=True, tag="term_not"):
    """Not the term."""

    term: Term


Term = RuleTerm | TermsAll | TermsAny | TermNot


class Correlation(Metadata, frozen=True, kw_only=True, tag="correlation"):
    """A rule about several events.

    ``rules`` are ids of rules or correlations in the order written; ``group_by`` names
    fields or aliases; ``aliases`` maps an alias to the field it stands for, by rule id;
    ``timespan`` is in microseconds; ``bounds`` compare the figure that ``kind`` computes,
    of ``fields`` where it needs some; ``percentile`` is between 0 and 100; ``terms`` is
    the extended condition of a temporal correlation.
    """

    kind: CorrelationKind
    rules: tuple[str, ...]
    timespan: int
    group_by: tuple[str, ...] = ()
    aliases: Mapping[str, Mapping[str, str]] = {}
    bounds: tuple[Bound, ...] = ()
    fields: tuple[str, ...] = ()
    percentile: int | None = None
    terms: Term | None = None

    def field_of(self, name: str, rule: str) -> str:
        """The field that ``name``, perhaps an alias, means for events of that rule."""
        return self.aliases.get(name, {}).get(rule, name)


AnyRule = Rule | Correlation


class RuleProblem(Struct, frozen=True):
    """Why a rule, a document or a file was left out; ``line`` counts from 1."""

    path: str
    line: int
    cause: str
    remedy: str
    title: str = ""

    def __str__(self) -> str:
        """One line: place, cause, remedy."""
        return f"{self.path}:{self.line}: {self.cause} ({self.remedy})"


class RuleSet(Struct, frozen=True, dict=True):
    """All rules of one load; ``digest`` names their texts and the way they were read.

    ``rules`` and ``correlations`` keep the order of loading; a correlation stands after
    all those it refers to.
    """

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    problems: tuple[RuleProblem, ...]
    digest: str

    def __len__(self) -> int:
        """Number of rules and correlations."""
        return len(self.rules) + len(self.correlations)

    def __iter__(self) -> Iterator[AnyRule]:
        """Rules first, then correlations."""
        yield from self.rules
        yield from self.correlations

    @property
    def waiting(self) -> tuple[AnyRule, ...]:
        """Rules and correlations that wait for values of placeholders."""
        return tuple(rule for rule in self if rule.waits_for)

    @cached_property
    def by_id(self) -> Mapping[str, AnyRule]:
        """Every rule and correlation by its id."""
        return {rule.id: rule for rule in self}

    @classmethod
    def empty(cls) -> Self:
        """A rule set without rules."""
        return cls((), (), (), "")
