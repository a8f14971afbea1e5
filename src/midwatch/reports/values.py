"""What the morning report says, as plain values; how it looks is the writers' business.

All instants are UTC microseconds since 1970. Sequences are ordered for reading: the
gravest and the most numerous first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from midwatch.kernel import Level


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line behind a number: where it stands and how it reads."""

    file: str
    line: int
    raw: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One burst of one kind from one origin.

    ``count`` is the number of events in it, of a guessed login the tries before it;
    ``users``, ``ports`` and ``paths`` are samples of what was aimed at. ``attempt`` is false
    for things that are no attempt from outside
    (a cleared log); ``success`` is true when the rule says that somebody got in.
    ``rule_name`` is the rule's short name for `midwatch explain`. ``author`` names who wrote
    the rule and ``licence`` under which terms, as the licences of foreign rules ask.
    """

    rule_id: str
    rule_title: str
    level: Level
    category: str
    kind: str
    count: int
    first: int | None
    last: int | None
    src_ip: str | None = None
    src_host: str | None = None
    country: str | None = None
    network: str | None = None
    users: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    rule_name: str = ""
    services: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    meaning: str = ""
    todo: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ()
    attempt: bool = True
    success: bool = False
    author: str = ""
    licence: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def origin(self) -> str:
        """Who it came from, in one word: address, name, account or the host itself."""
        return self.src_ip or self.src_host or next(iter((*self.users, *self.hosts)), "unknown")


@dataclass(frozen=True, slots=True)
class Attacker:
    """One origin and all it tried. ``count`` sums over ``kinds``."""

    origin: str
    is_address: bool
    count: int
    first: int | None
    last: int | None
    kinds: Mapping[str, int]
    level: Level
    succeeded: bool
    country: str | None = None
    network: str | None = None
    users: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    blocked: int = 0


@dataclass(frozen=True, slots=True)
class KindRow:
    """One row of the table of attempts: a kind, how many, from whom, at what.

    ``origin_count`` says how many origins there are when ``origins`` is a sample of them.
    """

    kind: str
    category: str
    level: Level
    count: int
    origins: tuple[str, ...]
    targets: tuple[str, ...]
    origin_count: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a source that usually writes wrote nothing."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """One log source in the logs that were read.

    ``cells`` are the strip: for each cell of ``Report.strip_cell`` microseconds from
    ``Report.strip_start`` on, the number of its lines. ``categories`` are the kinds of events
    it brought (``authentication``, ``network`` ...): they say what the logs can answer.
    """

    name: str
    title: str
    lines: int
    not_understood: int
    first: int | None
    last: int | None
    cells: tuple[int, ...] = ()
    gaps: tuple[Gap, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hour:
    """One column of the plot: from ``start``, ``Report.hour_length`` microseconds long."""

    start: int
    attempts: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that could not be read or used; the rest went on."""

    place: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RulesUsed:
    """Which rules were run: how fresh, how many, by which digest.

    ``kinds`` counts them by what they look for, the most numerous first.
    """

    count: int
    digest: str
    newest: str
    not_loaded: tuple[Trouble, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the morning report says.

    ``blocked`` counts packets that a firewall refused: background noise, never mixed with
    attempts. ``failed_logins`` and ``logins`` count single refused and accepted logins.
    ``outside`` counts events that were understood but lie outside the time asked for; nothing
    else of the report counts them, except that ``lines`` counts their lines.
    """

    files: tuple[str, ...]
    zone: str
    first: int | None
    last: int | None
    lines: int
    events: int
    not_understood: int
    cut: int
    attempts: tuple[Attempt, ...]
    attackers: tuple[Attacker, ...]
    kinds: tuple[KindRow, ...]
    attempt_count: int
    origin_count: int
    failed_logins: int
    logins: int
    blocked: int
    blocked_origins: int
    blocked_ports: tuple[tuple[int, int], ...]
    hours: tuple[Hour, ...]
    hour_length: int
    sources: tuple[SourceSeen, ...]
    strip_start: int
    strip_cell: int
    unparsed: tuple[Evidence, ...]
    troubles: tuple[Trouble, ...]
    rules: RulesUsed
    seconds: float
    version: str
    at_least: bool = False
    outside: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def successes(self) -> tuple[Attempt, ...]:
        """Findings that say somebody got in."""
        return tuple(attempt for attempt in self.attempts if attempt.success)

    @property
    def needs_look(self) -> tuple[Attempt, ...]:
        """Findings a person should look at today: high and critical, and every success."""
        return tuple(
            attempt
            for attempt in self.attempts
            if attempt.success or attempt.level.rank >= Level.HIGH.rank
        )
