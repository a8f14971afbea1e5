"""What the API takes and gives. Times are UTC, ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from midwatch.desk.access.scope import Shown
from midwatch.incidents import Change, Disposition, IncidentState, Priority, Signal, lines_behind
from midwatch.kernel import Level
from midwatch.reports.incident_telling import standing, story
from midwatch.tenants import Feed, Office, Tenant

Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")
]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


def moment(micros: int | None) -> datetime | None:
    """UTC microseconds as a time; None where there is none, or it is beyond all calendars."""
    if micros is None:
        return None
    try:
        return datetime.fromtimestamp(micros / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


class Me(Schema):
    """Who asks, and what they may."""

    name: str
    email: str
    roles: dict[str, list[str]] = Field(
        description="Permissions by client; * stands for all clients.",
        examples=[{"bakery": ["see", "search"]}],
    )
    limited: bool = Field(description="Whether a token limits it further.")


class ClientShape(Schema):
    """A client firm."""

    id: str = Field(examples=["bakery"])
    title: str = Field(examples=["Bakery"])
    zone: str = Field(examples=["Europe/Berlin"])
    retention_days: int = Field(examples=[365])
    demo: bool = Field(description="Whether it is the bundled sample office.")
    masked: bool = Field(description="Whether its names are masked for you.")

    @staticmethod
    def of(tenant: Tenant, *, masked: bool) -> ClientShape:
        """The shape of a client."""
        return ClientShape(
            id=tenant.id, title=tenant.title, zone=tenant.zone, demo=tenant.demo,
            retention_days=tenant.retention_days, masked=masked,
        )  # fmt: skip


class OfficeShape(Schema):
    """A place of a client's."""

    id: str = Field(examples=["main"])
    title: str = Field(examples=["Main office"])
    zone: str = Field(description="Empty: the client's.")

    @staticmethod
    def of(office: Office) -> OfficeShape:
        """The shape of an office."""
        return OfficeShape(id=office.id, title=office.title, zone=office.zone)


class SourceShape(Schema):
    """A sender of logs. What it is told by (tokens, addresses) is never given out."""

    id: str = Field(examples=["bakery-wall"])
    client: str
    office: str
    title: str
    product: str = Field(description="Empty: recognised line by line.")
    zone: str = Field(description="Empty: the office's.")
    silence: int = Field(description="Seconds without a line that alarm; 0: learnt.")
    paused: bool

    @staticmethod
    def of(feed: Feed) -> SourceShape:
        """The shape of a source."""
        return SourceShape(
            id=feed.id, client=feed.tenant, office=feed.office, title=feed.title,
            product=feed.product, zone=feed.zone, silence=feed.silence, paused=feed.paused,
        )  # fmt: skip


class NewSource(Schema):
    """A source to add."""

    client: Name = Field(examples=["bakery"])
    office: Name = Field(examples=["main"])
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)] = Field(
        examples=["Firewall"]
    )
    addresses: list[Annotated[str, StringConstraints(max_length=64)]] = Field(
        [], max_length=20, description="What it sends from; none: it gets a token.",
        examples=[["192.0.2.1"]],
    )  # fmt: skip
    host: Annotated[str, StringConstraints(max_length=255)] = Field(
        "", description="The host name its lines bear, where several share an address."
    )


class ChangedSource(Schema):
    """What to change of a source; what is left out stays."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    product: Annotated[str, StringConstraints(max_length=64)] | None = None
    office: Name | None = None
    zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    silence: int | None = Field(None, ge=0, le=31_536_000)
    paused: bool | None = None


class AddedSource(SourceShape):
    """A source that was added."""

    token: str = Field(description="Told this once; empty where addresses tell the source.")


class HealthShape(Schema):
    """How a source does."""

    source: str
    last_line: datetime | None = Field(description="None: it never spoke.")
    silent: bool
    lines_24h: int
    understood_24h: int


class ChangeShape(Schema):
    """An entry of an incident's history."""

    at: datetime | None
    by: str
    came: IncidentState
    went: IncidentState
    why: str

    @staticmethod
    def of(change: Change) -> ChangeShape:
        """The shape of an entry."""
        return ChangeShape(
            at=moment(change.at), by=change.by, came=change.came, went=change.went, why=change.why
        )


class SignalShape(Schema):
    """One alert of an incident."""

    id: str
    rule: str
    title: str
    kind: str
    level: Level
    first: datetime | None
    last: datetime | None
    events: int
    success: bool
    addresses: list[str]
    users: list[str]
    hosts: list[str]
    techniques: list[str]
    meaning: str
    todo: list[str]

    @staticmethod
    def of(signal: Signal) -> SignalShape:
        """The shape of an alert."""
        return SignalShape(
            id=signal.id, rule=signal.rule, title=signal.title, kind=signal.kind,
            level=signal.level, first=moment(signal.first), last=moment(signal.last),
            events=signal.count, success=signal.success, addresses=list(signal.addresses),
            users=list(signal.users), hosts=list(signal.hosts),
            techniques=list(signal.techniques), meaning=signal.meaning, todo=list(signal.todo),
        )  # fmt: skip


class IncidentShape(Schema):
    """An incident, as it stands in a list."""

    reference: str = Field(examples=["MW-7f3k2m9q4x"])
    client: str
    sentence: str = Field(description="What happened, without a full stop.")
    standing: str = Field(description="How far along it is.")
    state: IncidentState
    priority: Priority
    level: Level
    waiting: bool = Field(description="Whether nobody has answered yet.")
    success: bool = Field(description="Whether somebody got in.")
    opened: datetime | None
    changed: datetime | None
    first: datetime | None = Field(description="Of the events.")
    last: datetime | None
    answered: datetime | None
    answered_by: str
    alerts: int
    events: int = Field(description="Its lines, each once however many alerts match it; at most.")
    events_least: int = Field(description="The same, at least; alerts name only some of theirs.")
    disposition: Disposition | None
    masked: bool

    @staticmethod
    def fields_of(shown: Shown, now: int) -> dict[str, Any]:
        """The values of the shape."""
        incident = shown.incident
        lines = lines_behind(incident)
        return {
            "reference": incident.reference,
            "client": incident.tenant,
            "sentence": story(incident),
            "standing": standing(incident, now),
            "state": incident.state,
            "priority": incident.priority,
            "level": incident.level,
            "waiting": incident.waiting,
            "success": incident.success,
            "opened": moment(incident.opened),
            "changed": moment(incident.changed),
            "first": moment(incident.first),
            "last": moment(incident.last),
            "answered": moment(incident.answered),
            "answered_by": incident.answered_by,
            "alerts": incident.alerts,
            "events": lines.most,
            "events_least": lines.least,
            "disposition": incident.disposition,
            "masked": shown.masked,
        }


class WholeIncident(IncidentShape):
    """An incident with its alerts and its history."""

    chain: str = Field(description="Why it is graver than any single alert of it.")
    notes: list[str]
    duplicate_of: str = Field(description="The id of the incident it repeats.")
    signals: list[SignalShape]
    history: list[ChangeShape]

    @staticmethod
    def of(shown: Shown, now: int) -> WholeIncident:
        """The shape of an incident."""
        incident = shown.incident
        return WholeIncident(
            **IncidentShape.fields_of(shown, now),
            chain=incident.chain,
            notes=list(incident.notes),
            duplicate_of=incident.duplicate_of,
            signals=[SignalShape.of(each) for each in incident.signals],
            history=[ChangeShape.of(each) for each in incident.history],
        )


class Why(Schema):
    """A remark that stands in the incident's history."""

    why: Sentence = Field("", examples=["called the owner; she is away"])


class Reason(Schema):
    """A remark that must be given."""

    why: Annotated[Sentence, StringConstraints(min_length=1)] = Field(examples=["it began again"])


class Resolution(Schema):
    """What it turned out to be."""

    disposition: Disposition = Field(examples=["false_positive"])
    why: Sentence = Field("", examples=["the backup's own login"])
    duplicate_of: Annotated[str, StringConstraints(max_length=80)] = Field(
        "", description="Of a duplicate: the reference of the incident it repeats."
    )


class EventShape(Schema):
    """One event. ``fields``: its columns, as the reference of the lake names them."""

    id: str
    client: str
    time: datetime | None
    received: datetime | None
    masked: bool
    fields: dict[str, Any]


class CountShape(Schema):
    """How often a value was found; null: where nothing stands."""

    value: str | None
    count: int


class BucketShape(Schema):
    """How many events a span of time holds."""

    since: datetime | None
    count: int


class FoundShape(Schema):
    """What a search found."""

    total: int
    since: datetime | None
    until: datetime | None
    events: list[EventShape]
    next: str = Field(description="Give it as `after` for older events; empty: there are none.")
    buckets: list[BucketShape]
    bucket_seconds: int
    facets: dict[str, list[CountShape]]
    left_out: list[str] = Field(
        description="Clients left out, as they mask for you what the search asks for."
    )
    problems: list[str] = Field(description="Data files that could not be read.")


class AttemptsOfKind(Schema):
    """Attempts of one kind."""

    kind: str = Field(examples=["SSH guessing"])
    attempts: int


class AttemptsShape(Schema):
    """Attempts to get in over a span, counted as the reports count them."""

    client: str
    since: datetime | None
    until: datetime | None
    attempts: int = Field(description="Packets that a firewall refused are not among them.")
    origins: int = Field(description="Different addresses they came from.")
    succeeded: int = Field(description="Alerts that say somebody got in.")
    kinds: list[AttemptsOfKind]


class LineShape(Schema):
    """One line of the record."""

    at: datetime
    who: str
    role: str
    client: str
    verb: str = Field(examples=["incident.acknowledge"])
    subject: str
    detail: dict[str, Any]
    reason: str = Field(description="Of a reveal: why.")
    until: datetime | None = Field(description="Of a reveal: when it was masked again.")
