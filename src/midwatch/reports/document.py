"""``midwatch check --json``: the report as one JSON object, a public contract.

Names and types stay as they are within a major version; new keys may be added. Times are
RFC 3339 in UTC. Texts from logs stand as they were (JSON escapes them), except in
``headline``, which is a sentence for people. The structs below are the contract;
``json_schema`` says the same for machines.
"""

from __future__ import annotations

from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Any, Final

import msgspec

from midwatch.kernel import Level
from midwatch.reports import values
from midwatch.reports.amounts import rfc3339
from midwatch.reports.verdict import Verdict, verdict
from midwatch.reports.wording import headline, next_steps

_LONGEST_TEXT: Final = 2000


class Category(StrEnum):
    """What an attempt or finding is, in ten kinds."""

    CREDENTIAL_ATTACK = "credential_attack"
    PORT_SCAN = "port_scan"
    WEB_SCAN = "web_scan"
    EXPLOIT_ATTEMPT = "exploit_attempt"
    DOS = "dos"
    MAIL_ABUSE = "mail_abuse"
    HOST_COMPROMISE = "host_compromise"
    IDS_ALERT = "ids_alert"
    ANOMALOUS_LOGIN = "anomalous_login"
    OTHER = "other"


class Period(msgspec.Struct, frozen=True):
    """First and last time in the logs; null when no line gave one."""

    first: str | None
    last: str | None


class Evidence(msgspec.Struct, frozen=True):
    """One line behind a number. `line` counts from 1; `raw` is cut at 2000 characters."""

    file: str
    line: int
    raw: str


class Attempt(msgspec.Struct, frozen=True):
    """One burst of one kind from one origin, or a finding on a machine itself.

    `attempt` is false for what is no attempt from outside, such as a cleared log. `success`
    is true when the rule says that somebody got in. `users`, `ports`, `paths`, `hosts` and
    `services` are samples. `file` is the first of `files`. `author` names who wrote the rule,
    `licence` under which terms it came, where its pack says so.
    """

    rule_id: str
    rule_title: str
    level: Level
    category: Category
    kind: str
    count: int
    first: str | None
    last: str | None
    src_ip: str | None
    src_host: str | None
    country: str | None
    network: str | None
    users: tuple[str, ...]
    ports: tuple[int, ...]
    paths: tuple[str, ...]
    hosts: tuple[str, ...]
    services: tuple[str, ...]
    techniques: tuple[str, ...]
    file: str | None
    files: tuple[str, ...]
    attempt: bool
    success: bool
    meaning: str
    todo: tuple[str, ...]
    falsepositives: tuple[str, ...]
    author: str
    licence: str
    evidence: tuple[Evidence, ...]


class Attacker(msgspec.Struct, frozen=True):
    """One origin and all it tried. `count` sums over `kinds`; `blocked` counts packets."""

    origin: str
    is_address: bool
    count: int
    first: str | None
    last: str | None
    kinds: dict[str, int]
    level: Level
    success: bool
    country: str | None
    network: str | None
    users: tuple[str, ...]
    ports: tuple[int, ...]
    blocked: int


class Kind(msgspec.Struct, frozen=True):
    """Attempts of one kind. `origins` and `targets` may be samples."""

    kind: str
    category: Category
    level: Level
    count: int
    origin_count: int
    origins: tuple[str, ...]
    targets: tuple[str, ...]


class Port(msgspec.Struct, frozen=True):
    """A port and how many packets to it were blocked."""

    port: int
    count: int


class Totals(msgspec.Struct, frozen=True):
    """The figures of the report.

    `blocked_packets` are background noise and never counted in `attempts`. With `at_least`
    the numbers of different addresses (`origins`, `blocked_origins`) are lower bounds.
    """

    attempts: int
    origins: int
    failed_logins: int
    logins: int
    blocked_packets: int
    blocked_origins: int
    blocked_ports: tuple[Port, ...]
    lines: int
    events: int
    not_understood: int
    cut: int
    at_least: bool


class Hour(msgspec.Struct, frozen=True):
    """One column of the plot, from `start`, `hour_seconds` of the report long."""

    start: str | None
    attempts: int
    blocked: int


class Gap(msgspec.Struct, frozen=True):
    """A time in which a source that usually writes wrote nothing."""

    start: str | None
    end: str | None


class Source(msgspec.Struct, frozen=True):
    """One log source. `cells` counts its lines per cell of the report's `strip`."""

    name: str
    title: str
    lines: int
    not_understood: int
    first: str | None
    last: str | None
    categories: tuple[str, ...]
    cells: tuple[int, ...]
    gaps: tuple[Gap, ...]


class Strip(msgspec.Struct, frozen=True):
    """Where the cells of the sources begin and how long each is."""

    start: str | None
    cell_seconds: int


class Trouble(msgspec.Struct, frozen=True):
    """Something that could not be read or used; the rest went on."""

    place: str
    cause: str
    remedy: str


class RuleKind(msgspec.Struct, frozen=True):
    """How many rules look for one kind of thing."""

    kind: str
    count: int


class Rules(msgspec.Struct, frozen=True):
    """Which rules were run."""

    count: int
    digest: str
    newest: str
    kinds: tuple[RuleKind, ...]
    not_loaded: tuple[Trouble, ...]


class Document(msgspec.Struct, frozen=True):
    """The report. Lists are ordered: the gravest and the most numerous first."""

    version: str
    generated_from: tuple[str, ...]
    period: Period
    zone: str
    verdict: Verdict
    headline: str
    next: tuple[str, ...]
    totals: Totals
    attempts: tuple[Attempt, ...]
    attackers: tuple[Attacker, ...]
    kinds: tuple[Kind, ...]
    hours: tuple[Hour, ...]
    hour_seconds: int
    sources: tuple[Source, ...]
    strip: Strip
    unparsed: tuple[Evidence, ...]
    troubles: tuple[Trouble, ...]
    rules: Rules
    notes: tuple[str, ...]
    seconds: float


def render_json(report: values.Report, *, zone: tzinfo = UTC) -> bytes:
    """The report as one JSON object in UTF-8, ended by a line feed.

    ``zone`` is the reader's and touches nothing but the words of the headline.
    """
    document = _document(report, zone)
    try:
        content = msgspec.json.encode(document)
    except UnicodeEncodeError:
        # Bytes that were no UTF-8 reach here as lone surrogates.
        content = msgspec.json.encode(_clean(msgspec.to_builtins(document)))
    return content + b"\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what ``render_json`` writes."""
    return msgspec.json.schema(Document)


def _document(report: values.Report, zone: tzinfo) -> Document:
    return Document(
        version=report.version,
        generated_from=report.files,
        period=Period(rfc3339(report.first), rfc3339(report.last)),
        zone=report.zone,
        verdict=verdict(report),
        headline=headline(report, zone),
        next=next_steps(report).steps,
        totals=_totals(report),
        attempts=tuple(_attempt(each) for each in report.attempts),
        attackers=tuple(_attacker(each) for each in report.attackers),
        kinds=tuple(_kind(each) for each in report.kinds),
        hours=tuple(Hour(rfc3339(h.start), h.attempts, h.blocked) for h in report.hours),
        hour_seconds=report.hour_length // 1_000_000,
        sources=tuple(_source(each) for each in report.sources),
        strip=Strip(rfc3339(report.strip_start), report.strip_cell // 1_000_000),
        unparsed=tuple(_evidence(each) for each in report.unparsed),
        troubles=tuple(_trouble(each) for each in report.troubles),
        rules=Rules(
            count=report.rules.count,
            digest=report.rules.digest,
            newest=report.rules.newest,
            kinds=tuple(RuleKind(kind, count) for kind, count in report.rules.kinds),
            not_loaded=tuple(_trouble(each) for each in report.rules.not_loaded),
        ),
        notes=report.notes,
        seconds=round(report.seconds, 3),
    )


def _totals(report: values.Report) -> Totals:
    return Totals(
        attempts=report.attempt_count,
        origins=report.origin_count,
        failed_logins=report.failed_logins,
        logins=report.logins,
        blocked_packets=report.blocked,
        blocked_origins=report.blocked_origins,
        blocked_ports=tuple(Port(port, count) for port, count in report.blocked_ports),
        lines=report.lines,
        events=report.events,
        not_understood=report.not_understood,
        cut=report.cut,
        at_least=report.at_least,
    )


def _attempt(attempt: values.Attempt) -> Attempt:
    return Attempt(
        rule_id=attempt.rule_id,
        rule_title=attempt.rule_title,
        level=attempt.level,
        category=_category(attempt.category),
        kind=attempt.kind,
        count=attempt.count,
        first=rfc3339(attempt.first),
        last=rfc3339(attempt.last),
        src_ip=attempt.src_ip,
        src_host=attempt.src_host,
        country=attempt.country,
        network=attempt.network,
        users=attempt.users,
        ports=attempt.ports,
        paths=attempt.paths,
        hosts=attempt.hosts,
        services=attempt.services,
        techniques=attempt.techniques,
        file=next(iter(attempt.files), None),
        files=attempt.files,
        attempt=attempt.attempt,
        success=attempt.success,
        meaning=attempt.meaning,
        todo=attempt.todo,
        falsepositives=attempt.falsepositives,
        author=attempt.author,
        licence=attempt.licence,
        evidence=tuple(_evidence(each) for each in attempt.evidence),
    )


def _attacker(attacker: values.Attacker) -> Attacker:
    return Attacker(
        origin=attacker.origin,
        is_address=attacker.is_address,
        count=attacker.count,
        first=rfc3339(attacker.first),
        last=rfc3339(attacker.last),
        kinds=dict(attacker.kinds),
        level=attacker.level,
        success=attacker.succeeded,
        country=attacker.country,
        network=attacker.network,
        users=attacker.users,
        ports=attacker.ports,
        blocked=attacker.blocked,
    )


def _kind(row: values.KindRow) -> Kind:
    return Kind(
        kind=row.kind,
        category=_category(row.category),
        level=row.level,
        count=row.count,
        origin_count=max(row.origin_count, len(row.origins)),
        origins=row.origins,
        targets=row.targets,
    )


def _source(source: values.SourceSeen) -> Source:
    return Source(
        name=source.name,
        title=source.title,
        lines=source.lines,
        not_understood=source.not_understood,
        first=rfc3339(source.first),
        last=rfc3339(source.last),
        categories=source.categories,
        cells=source.cells,
        gaps=tuple(Gap(rfc3339(gap.start), rfc3339(gap.end)) for gap in source.gaps),
    )


def _trouble(trouble: values.Trouble) -> Trouble:
    return Trouble(trouble.place, trouble.cause, trouble.remedy)


def _evidence(evidence: values.Evidence) -> Evidence:
    return Evidence(evidence.file, evidence.line, evidence.raw[:_LONGEST_TEXT])


def _category(category: str) -> Category:
    try:
        return Category(category)
    except ValueError:
        return Category.OTHER


def _clean(value: object) -> object:
    """The same with every lone surrogate, which JSON cannot carry, written as an escape."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value
