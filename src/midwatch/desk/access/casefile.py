"""All that is kept about one incident: findings, who was told, the events, what came before.

Read through the scope: whoever may not see the incident is told that there is none, and for
masked viewers every name, inner address and line is a code here already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from django.http import Http404

from midwatch.desk.access.masking import names_of
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope, Shown
from midwatch.desk.access.stores import stores
from midwatch.detection import Evidence
from midwatch.incidents import Delivery, Incident, Signal
from midwatch.kernel import ConfigurationError
from midwatch.paging import Try
from midwatch.watch.feeds import PLACE_BITS, offset_of

DAY: Final = 86_400_000_000
HOUR: Final = 3_600_000_000
MOST_EVENTS: Final = 60
HISTORY_DAYS: Final = 30
_SECONDS: Final = 20.0
_MOST_NAMES: Final = 5
_NOT_PARTS: Final = frozenset(
    {"time", "received", "tenant", "office", "feed", "spool", "delivery", "line", "parsed", "id",
     "failure", "dated_by_receipt", "masked", "fields", "raw", "raw_bytes", "day", "source"}
)  # fmt: skip
_SAFE: Final = ("category", "action", "outcome", "service", "protocol", "dst_port", "product")
"""Columns that tell nothing of whom a line is about: what a masked viewer gets as they are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A signal, and when it was recorded (UTC microseconds)."""

    at: int
    signal: Signal


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery with its attempts. ``title``: who; ``address`` is empty for masked viewers."""

    delivery: Delivery
    title: str
    address: str
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the lake. ``number`` names it together with ``feed``; ``time`` may be None.

    ``parts`` are (name, value) pairs that were read from it; ``raw`` is None where the viewer
    may not see the line, or where it was not kept.
    """

    feed: str
    title: str
    number: int
    time: int | None
    source: str
    parts: tuple[tuple[str, str], ...]
    raw: str | None
    failure: str


@dataclass(frozen=True, slots=True)
class Past:
    """What the lake knows of one address or account in the last days. Times as elsewhere."""

    kind: str
    name: str
    events: int
    first: int | None
    last: int | None
    feeds: int


class CaseFile:
    """See the module's documentation."""

    def __init__(self, scope: Scope, name: str) -> None:
        """Find the incident, by its id or reference.

        Raises:
            Http404: There is none, or not for this viewer.
        """
        self._scope = scope
        self._kept = scope.incident_unmasked(name, Permission.SEE)
        self.shown: Shown = scope.shown_of(self._kept)

    @property
    def incident(self) -> Incident:
        """The incident as the viewer sees it."""
        return self.shown.incident

    def findings(self) -> list[Finding]:
        """Its signals, all of them, in the order recorded."""
        found = stores().incidents.noticed(self._kept.id)
        if not self.shown.masked:
            return [Finding(each.at, each.signal) for each in found]
        known = [pair for each in found for pair in names_of(each.signal)]
        masker = self._scope.masker(self._kept.tenant)
        return [Finding(each.at, masker.signal(each.signal, known)) for each in found]

    def told(self) -> list[Told]:
        """Who was told of it, how, and each attempt."""
        policy = stores().policies.policy_of(self._kept.tenant)
        people = {each.id: each.title for each in policy.people} if policy is not None else {}
        return [
            Told(
                self._without_text(each),
                self._person(people.get(each.person, each.person)),
                "" if self.shown.masked or each.address.startswith(("env:", "file:"))
                else each.address,
                () if self.shown.masked else tuple(stores().incidents.tries(each.id)),
            )
            for each in stores().incidents.deliveries(self._kept.id)
        ]  # fmt: skip

    def reference_of(self, incident: str) -> str:
        """The reference of another incident of the same client; empty where there is none."""
        found = stores().incidents.incident(incident) if incident else None
        return found.reference if found and found.tenant == self._kept.tenant else ""

    # ------------------------------------------------------------ events

    def events(self, signal: str = "") -> list[Event]:
        """The lines that its findings rest on, or one finding's, in the order they happened.

        Raises:
            Http404: The viewer may not search events, or there is no such finding.
            BadInputError: The question took too long.
        """
        found = [each.signal for each in stores().incidents.noticed(self._kept.id)]
        chosen = [each for each in found if signal in ("", each.id)]
        if signal and not chosen:
            raise Http404
        places = dict.fromkeys(place for each in chosen for place in each.evidence)
        return self._read(chosen, list(places)[:MOST_EVENTS])

    def line(self, feed: str, number: int) -> Event:
        """One of these lines.

        Raises:
            Http404: The viewer may not search events, or it is no evidence of this incident.
            BadInputError: The question took too long.
        """
        place = Evidence(feed, number)
        found = [
            each.signal
            for each in stores().incidents.noticed(self._kept.id)
            if place in each.signal.evidence
        ]
        read = self._read(found, [place]) if found else []
        if not read:
            raise Http404
        return read[0]

    def past(self) -> list[Past]:
        """What the lake knows of the attackers and the accounts.

        Raises:
            Http404: The viewer may not search events.
            BadInputError: The question took too long.
        """
        addresses = _first(each for signal in self._kept.signals for each in signal.addresses)
        users = _first(each for signal in self._kept.signals for each in signal.users)
        since = self._scope.now - HISTORY_DAYS * DAY
        try:
            lake = self._scope.lake([self._kept.tenant], since=since)
        except ConfigurationError:
            return []
        found: list[Past] = []
        for kind, column, names in (("address", "src_ip", addresses), ("user", '"user"', users)):
            if not names:
                continue
            marks = ", ".join("?" * len(names))
            rows = lake.query(
                f"SELECT {column}, count(*), min(time), max(time), count(DISTINCT feed) "  # noqa: S608  # our own columns, the values apart
                f"FROM events WHERE {column} IN ({marks}) GROUP BY 1 ORDER BY 2 DESC, 1",
                names, seconds=_SECONDS,
            ).rows  # fmt: skip
            found += [
                Past(
                    kind, self._named(kind, str(name)), count, _micros(first), _micros(last), feeds
                )
                for name, count, first, last, feeds in rows
            ]
        return found

    # ------------------------------------------------------------ inside

    def _read(self, signals: Sequence[Signal], places: Sequence[Evidence]) -> list[Event]:
        self._scope.tenant(self._kept.tenant, Permission.SEARCH)
        if not places:
            return []
        times = [time for each in signals for time in (each.first, each.last)]
        known = [time for time in times if time is not None]
        since = min(known) - HOUR if known and len(known) == len(times) else None
        until = max(known) + HOUR if known and len(known) == len(times) else None
        try:
            lake = self._scope.lake([self._kept.tenant], since=since, until=until)
        except ConfigurationError:
            return []
        offsets = [offset_of(place.line) for place in places]
        given: list[object] = [min(offsets), max(offsets)]
        for place, offset in zip(places, offsets, strict=True):
            given += [place.origin, offset, _place(place.line)]
        each = " OR ".join(["(feed = ? AND delivery = ? AND line = ?)"] * len(places))
        answer = lake.query(
            f"SELECT * FROM events WHERE delivery BETWEEN ? AND ? AND ({each}) "  # noqa: S608  # our own clause, the values apart
            "ORDER BY time NULLS LAST, delivery, line",
            given, seconds=_SECONDS,
        )  # fmt: skip
        titles = {feed.id: feed.title for feed in self._scope.feeds(self._kept.tenant)}
        columns = answer.columns
        return [self._event(dict(zip(columns, row, strict=True)), titles) for row in answer.rows]

    def _event(self, row: dict[str, Any], titles: dict[str, str]) -> Event:
        masked = self.shown.masked
        fields = row["fields"] or ()
        pairs = fields.items() if isinstance(fields, dict) else fields
        parts = [
            (name, str(value))
            for name, value in row.items()
            if name not in _NOT_PARTS and value not in (None, "")
        ]
        parts += [(str(name), str(value)) for name, value in pairs]
        return Event(
            row["feed"],
            titles.get(row["feed"], row["feed"]),
            row["delivery"] << PLACE_BITS | (row["line"] - 1),
            _micros(row["time"]),
            row["source"] or "",
            tuple(self._part(name, value) for name, value in parts) if masked else tuple(parts),
            None if masked else row["raw"],
            "" if masked else row["failure"] or "",
        )

    def _part(self, name: str, value: str) -> tuple[str, str]:
        if name in _SAFE:
            return name, value
        masker = self._scope.masker(self._kept.tenant)
        if name.endswith("_ip"):
            return name, masker.address(value)
        return name, masker.code("user" if "user" in name.lower() else "value", value)

    def _named(self, kind: str, name: str) -> str:
        if not self.shown.masked:
            return name
        masker = self._scope.masker(self._kept.tenant)
        return masker.address(name) if kind == "address" else masker.code("user", name)

    def _person(self, title: str) -> str:
        if not self.shown.masked:
            return title
        return self._scope.masker(self._kept.tenant).code("person", title)

    def _without_text(self, delivery: Delivery) -> Delivery:
        if not self.shown.masked:
            return delivery
        return msgspec.structs.replace(
            delivery, person="", address="", error="", subject="", text=""
        )


def _place(number: int) -> int:
    """The place of a line in its delivery, from 1, as the lake has it."""
    return (number & ((1 << PLACE_BITS) - 1)) + 1


def _first(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))[:_MOST_NAMES]


def _micros(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int((aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)
