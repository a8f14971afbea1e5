"""Incidents, signals, exceptions and the outbox in the state file. Durable on return.

One transaction holds an incident's change and the deliveries planned about it, so that
after a crash either both are there or neither. Every process opens its own store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from midwatch.database import open_database, transaction
from midwatch.incidents import (
    AlertException,
    Delivery,
    Filed,
    Incident,
    IncidentKind,
    IncidentState,
    Priority,
    Signal,
)
from midwatch.incidents.deliveries import DELIVERY_TRANSITIONS, DeliveryState
from midwatch.kernel import DefectError
from midwatch.paging.selecting import Selection
from midwatch.paging.standing import Recorded, Standing
from midwatch.paging.store_tables import MIGRATIONS

_MOST_CANDIDATES: Final = 100
_SOONEST: Final = (
    "waiting DESC, CASE waiting WHEN 1 THEN priority END, "
    "CASE waiting WHEN 1 THEN alarmed ELSE -changed END, id"
)


class Try(msgspec.Struct, frozen=True):
    """One attempt at a delivery: when (UTC microseconds), how it ended, in words."""

    at: int
    outcome: str
    detail: str


class Noticed(msgspec.Struct, frozen=True):
    """A signal, and when it was first recorded (UTC microseconds)."""

    at: int
    signal: Signal


class Health(msgspec.Struct, frozen=True):
    """How a channel does: since when it fails (None: it does not), and its last success."""

    channel: str
    failing_since: int | None
    last_success: int | None
    error: str


class Hits(msgspec.Struct, frozen=True):
    """An exception with the alerts it suppressed so far."""

    exception: AlertException
    hits: int
    last: int | None


class SqliteIncidents:
    """Keeps what ``IncidentStore`` demands, and the outbox for the pager."""

    def __init__(self, path: Path) -> None:
        """``path``: the state file, made when missing."""
        self._database = open_database(path, "paging", MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All writes inside happen or none does; nobody else writes meanwhile."""
        if self._database.in_transaction:
            yield
            return
        with transaction(self._database):
            yield

    # ------------------------------------------------------------ incidents

    def incident(self, incident: str) -> Incident | None:
        """The incident of that id."""
        return next(iter(self._incidents("WHERE id = ?", (incident,))), None)

    def by_reference(self, reference: str) -> Incident | None:
        """The incident of that reference, whatever the case; None too if it names several."""
        name = "MW-" + reference.strip().lower().removeprefix("mw-")
        found = self._incidents("WHERE reference = ? LIMIT 2", (name,))
        return found[0] if len(found) == 1 else None

    def candidates(self, tenant: str, keys: Sequence[str]) -> list[Incident]:
        """The tenant's incidents that have one of the keys, the latest hundred."""
        return self._incidents(
            "WHERE id IN (SELECT incident FROM incident_key WHERE tenant = ? "
            "AND key IN (SELECT value FROM json_each(?))) ORDER BY changed DESC LIMIT ?",
            (tenant, msgspec.json.encode(keys).decode(), _MOST_CANDIDATES),
        )

    def openings(self, tenant: str, since: int) -> tuple[int, int]:
        """The tenant's findings that opened after that time: (all, those of a break-in)."""
        row = self._database.execute(
            "SELECT count(*), coalesce(sum(success), 0) FROM incident "
            "WHERE tenant = ? AND kind = ? AND opened > ?",
            (tenant, IncidentKind.FINDING.value, since),
        ).fetchone()
        return int(row[0]), int(row[1])

    def last_storm(self, tenant: str) -> Incident | None:
        """The tenant's latest storm."""
        where = "WHERE tenant = ? AND kind = ? ORDER BY opened DESC, id LIMIT 1"
        return next(iter(self._incidents(where, (tenant, IncidentKind.STORM.value))), None)

    def waiting(self) -> list[Incident]:
        """All incidents with an alarm that nobody has answered, the gravest first."""
        return self._incidents("WHERE waiting = 1 ORDER BY level DESC, opened, id", ())

    def self_incidents(self, tenant: str) -> list[Incident]:
        """The tenant's incidents about Midwatch itself that are not resolved."""
        where = "WHERE tenant = ? AND kind = ? AND state <> ? ORDER BY opened, id"
        given = (tenant, IncidentKind.SELF.value, IncidentState.RESOLVED.value)
        return self._incidents(where, given)

    def break_ins_resolved(self, since: int) -> list[Incident]:
        """What let somebody in, is resolved, and changed from then on; of all tenants."""
        where = "WHERE success = 1 AND state = ? AND changed >= ? ORDER BY changed, id"
        return self._incidents(where, (IncidentState.RESOLVED.value, since))

    def incidents(
        self,
        tenant: str | None = None,
        states: Sequence[IncidentState] = (),
        *,
        most: int = 200,
    ) -> list[Incident]:
        """For a list: of one tenant or of all, in these states or any, the latest first."""
        # Our own clauses, the values apart.
        where, given = ["1"], list[object]()
        if tenant is not None:
            where.append("tenant = ?")
            given.append(tenant)
        if states:
            where.append(f"state IN ({', '.join('?' * len(states))})")
            given += [state.value for state in states]
        query = f"WHERE {' AND '.join(where)} ORDER BY changed DESC, id LIMIT ?"
        return self._incidents(query, (*given, most))

    def queue(self, wanted: Selection, *, most: int = 200, skip: int = 0) -> list[Incident]:
        """For a desk: of the wanted, what needs a person soonest first.

        That is: what nobody has answered, the most urgent of it, what waits longest of that; then
        the rest, what changed last first.
        """
        where, given = wanted.condition()
        rows = self._database.execute(
            f"SELECT id FROM incident {where} ORDER BY {_SOONEST} LIMIT ? OFFSET ?",  # noqa: S608  # our own clauses, the values apart
            (*given, most, skip),
        )
        names = [name for (name,) in rows]
        found = self._incidents(
            "WHERE id IN (SELECT value FROM json_each(?))", (msgspec.json.encode(names).decode(),)
        )
        place = {name: spot for spot, name in enumerate(names)}
        return sorted(found, key=lambda each: place[each.id])

    def in_order(self, wanted: Selection, *, most: int) -> list[str]:
        """The ids of what ``queue`` gives, for who reads a long list piece by piece."""
        where, given = wanted.condition()
        rows = self._database.execute(
            f"SELECT id FROM incident {where} ORDER BY {_SOONEST} LIMIT ?",  # noqa: S608  # our own clauses, the values apart
            (*given, most),
        )
        return [name for (name,) in rows]

    def count(self, wanted: Selection) -> tuple[int, int]:
        """Of the wanted: (incidents, those that wait for a person)."""
        where, given = wanted.condition()
        row = self._database.execute(
            f"SELECT count(*), coalesce(sum(waiting), 0) FROM incident {where}",  # noqa: S608  # our own clauses, the values apart
            given,
        ).fetchone()
        return int(row[0]), int(row[1])

    def standing(self) -> dict[str, Standing]:
        """How each tenant's incidents stand; tenants without an open one are left out."""
        rows = self._database.execute(
            "SELECT tenant, count(*), sum(waiting), sum(success), "
            "coalesce(max(CASE waiting WHEN 1 THEN level END), max(level)) "
            "FROM incident WHERE state <> 'resolved' GROUP BY tenant"
        )
        return {tenant: Standing(*rest) for tenant, *rest in rows}

    def waiting_by_priority(self, wanted: Selection) -> dict[Priority, int]:
        """Of the wanted that wait for a person, how many of each priority."""
        where, given = wanted.condition()
        rows = self._database.execute(
            f"SELECT priority, count(*) FROM incident {where} AND waiting = 1 GROUP BY priority",  # noqa: S608  # our own clauses, the values apart
            given,
        )
        found = {f"P{number}": int(count) for number, count in rows}
        return {each: found.get(each.value, 0) for each in Priority}

    def save(self, incident: Incident) -> None:
        """Add or change an incident."""
        self._database.execute(
            "INSERT INTO incident (id, tenant, reference, kind, state, level, success, waiting, "
            "opened, changed, body, priority, alarmed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET state = excluded.state, level = excluded.level, "
            "success = excluded.success, waiting = excluded.waiting, "
            "changed = excluded.changed, body = excluded.body, priority = excluded.priority, "
            "alarmed = excluded.alarmed",
            (
                incident.id,
                incident.tenant,
                incident.reference,
                incident.kind.value,
                incident.state.value,
                incident.level.rank,
                int(incident.success),
                int(incident.waiting),
                incident.opened,
                incident.changed,
                msgspec.json.encode(incident),
                int(incident.priority.value[1:]),
                incident.alarmed,
            ),
        )
        self._database.execute(
            "DELETE FROM incident_key WHERE incident = ? "
            "AND key NOT IN (SELECT value FROM json_each(?))",
            (incident.id, msgspec.json.encode(incident.keys).decode()),
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO incident_key VALUES (?, ?, ?)",
            [(incident.tenant, key, incident.id) for key in incident.keys],
        )

    # ------------------------------------------------------------ signals and exceptions

    def filed(self, tenant: str, signal: str) -> Filed | None:
        """The tenant's signal of that id, and where it is."""
        row = self._database.execute(
            "SELECT body, incident FROM signal WHERE tenant = ? AND id = ?", (tenant, signal)
        ).fetchone()
        return None if row is None else Filed(msgspec.json.decode(row[0], type=Signal), row[1])

    def file(self, signal: Signal, incident: str, now: int) -> None:
        """Keep a signal as it now is."""
        self._database.execute(
            "INSERT INTO signal VALUES (?, ?, ?, ?, ?) ON CONFLICT (tenant, id) "
            "DO UPDATE SET incident = excluded.incident, body = excluded.body",
            (signal.tenant, signal.id, incident, now, msgspec.json.encode(signal)),
        )

    def signals(self, tenant: str, since: int) -> list[Signal]:
        """The tenant's signals recorded after that time, suppressed ones too."""
        rows = self._database.execute(
            "SELECT body FROM signal WHERE tenant = ? AND recorded > ? ORDER BY recorded, id",
            (tenant, since),
        )
        return [msgspec.json.decode(body, type=Signal) for (body,) in rows]

    def recorded(self, tenant: str, since: int) -> list[Recorded]:
        """The tenant's signals recorded after that time, each with when and the incident it is in.

        A suppressed one is in none (an empty id).
        """
        rows = self._database.execute(
            "SELECT body, incident, recorded FROM signal WHERE tenant = ? AND recorded > ? "
            "ORDER BY recorded, id",
            (tenant, since),
        )
        decode = msgspec.json.Decoder(Signal).decode
        return [Recorded(decode(body), incident, at) for body, incident, at in rows]

    def signals_in(self, incident: str) -> list[Signal]:
        """The signals that are filed in an incident, in the order recorded."""
        return [each.signal for each in self.noticed(incident)]

    def noticed(self, incident: str) -> list[Noticed]:
        """The same, with when each was recorded."""
        rows = self._database.execute(
            "SELECT recorded, body FROM signal WHERE incident = ? ORDER BY recorded, id",
            (incident,),
        )
        return [Noticed(at, msgspec.json.decode(body, type=Signal)) for at, body in rows]

    def exceptions(self, tenant: str) -> list[AlertException]:
        """All exceptions of the tenant, the oldest first."""
        return [each.exception for each in self.hits(tenant)]

    def hits(self, tenant: str) -> list[Hits]:
        """All exceptions of the tenant with what they suppressed, the oldest first."""
        rows = self._database.execute(
            "SELECT body, hits, last_hit FROM alert_exception WHERE tenant = ? "
            "ORDER BY created, id",
            (tenant,),
        )
        return [
            Hits(msgspec.json.decode(body, type=AlertException), hits, last)
            for body, hits, last in rows
        ]

    def save_exception(self, exception: AlertException) -> None:
        """Add or change an exception; its hits stay."""
        self._database.execute(
            "INSERT INTO alert_exception (id, tenant, created, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (exception.id, exception.tenant, exception.created, msgspec.json.encode(exception)),
        )

    def count_hit(self, exception: str, now: int) -> None:
        """One more alert was suppressed by it."""
        self._database.execute(
            "UPDATE alert_exception SET hits = hits + 1, last_hit = ? WHERE id = ?",
            (now, exception),
        )

    # ------------------------------------------------------------ outbox

    def deliveries(self, incident: str) -> list[Delivery]:
        """All deliveries of an incident, in the order planned."""
        rows = self._database.execute(
            "SELECT body FROM delivery WHERE incident = ? ORDER BY rowid", (incident,)
        )
        return _deliveries(rows)

    def pending(self, now: int, *, ahead: int) -> list[Delivery]:
        """What is to be tried now, in the order planned.

        What waits for a time further than ``ahead`` microseconds away is tried too: the clock
        was set back.
        """
        rows = self._database.execute(
            "SELECT body FROM delivery WHERE state = 'pending' AND (next <= ? OR next > ?) "
            "ORDER BY rowid",
            (now, now + ahead),
        )
        return _deliveries(rows)

    def delivery_counts(self) -> dict[DeliveryState, int]:
        """How many deliveries there are in each state."""
        rows = self._database.execute("SELECT state, count(*) FROM delivery GROUP BY state")
        known = {DeliveryState(state): int(count) for state, count in rows}
        return {state: known.get(state, 0) for state in DeliveryState}

    def forget(self, tenant: str) -> int:
        """Forget a tenant's incidents with all that hangs on them; how many they were."""
        with self.changing():
            self._database.execute(
                "DELETE FROM delivery_try WHERE delivery IN (SELECT delivery.id FROM delivery "
                "JOIN incident ON incident.id = delivery.incident WHERE tenant = ?)",
                (tenant,),
            )
            for table in ("signal", "alert_exception"):
                self._database.execute(f"DELETE FROM {table} WHERE tenant = ?", (tenant,))  # noqa: S608  # one of two names
            # Keys and deliveries go with their incident.
            gone = self._database.execute("DELETE FROM incident WHERE tenant = ?", (tenant,))
            return int(gone.rowcount)

    def next_pending(self) -> int | None:
        """When the next pending delivery is to be tried; None: there is none."""
        row = self._database.execute(
            "SELECT min(next) FROM delivery WHERE state = 'pending'"
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def plan(self, deliveries: Iterable[Delivery]) -> None:
        """Add deliveries; those that are known already stay as they are."""
        self._database.executemany(
            "INSERT INTO delivery (id, incident, state, next, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO NOTHING",
            [
                (each.id, each.incident, each.state.value, each.next, msgspec.json.encode(each))
                for each in deliveries
            ],
        )

    def delivery(self, delivery: str) -> Delivery | None:
        """The delivery of that id."""
        row = self._database.execute(
            "SELECT body FROM delivery WHERE id = ?", (delivery,)
        ).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Delivery)

    def save_delivery(self, delivery: Delivery) -> None:
        """Change a delivery.

        Raises:
            DefectError: It is unknown, or its state does not lead to the new one.
        """
        known = self.delivery(delivery.id)
        if known is None:
            raise DefectError(f"the delivery {delivery.id} was never planned")
        allowed = DELIVERY_TRANSITIONS[known.state] | {known.state}
        if delivery.state not in allowed:
            raise DefectError(f"a delivery that is {known.state} cannot become {delivery.state}")
        self._database.execute(
            "UPDATE delivery SET state = ?, next = ?, body = ? WHERE id = ?",
            (delivery.state.value, delivery.next, msgspec.json.encode(delivery), delivery.id),
        )

    def log_try(self, delivery: str, tried: Try) -> None:
        """Keep how an attempt ended."""
        self._database.execute(
            "INSERT INTO delivery_try VALUES (?, ?, ?, ?)",
            (delivery, tried.at, tried.outcome, tried.detail),
        )

    def tries(self, delivery: str) -> list[Try]:
        """All attempts at a delivery, the first first."""
        rows = self._database.execute(
            "SELECT at, outcome, detail FROM delivery_try WHERE delivery = ? ORDER BY rowid",
            (delivery,),
        )
        return [Try(*row) for row in rows]

    def held(self, delivery: Delivery) -> list[Delivery]:
        """The pending deliveries that go into one message with a held one, itself too."""
        rows = self._database.execute("SELECT body FROM delivery WHERE state = 'pending'")
        fields = ("tenant", "window", "person", "channel", "address")
        return [
            each
            for each in _deliveries(rows)
            if all(getattr(each, name) == getattr(delivery, name) for name in fields)
        ]

    # ------------------------------------------------------------ channels

    def health(self) -> list[Health]:
        """How every channel that was ever used does, by name."""
        rows = self._database.execute(
            "SELECT channel, failing_since, last_success, error FROM channel_health "
            "ORDER BY channel"
        )
        return [Health(*row) for row in rows]

    def channel_worked(self, channel: str, now: int) -> None:
        """The channel took a message."""
        self._database.execute(
            "INSERT INTO channel_health VALUES (?, NULL, ?, '') ON CONFLICT (channel) "
            "DO UPDATE SET failing_since = NULL, last_success = excluded.last_success, error = ''",
            (channel, now),
        )

    def channel_failed(self, channel: str, now: int, error: str) -> None:
        """The channel itself could not take a message."""
        self._database.execute(
            "INSERT INTO channel_health VALUES (?, ?, NULL, ?) ON CONFLICT (channel) "
            "DO UPDATE SET failing_since = coalesce(failing_since, excluded.failing_since), "
            "error = excluded.error",
            (channel, now, error),
        )

    def _incidents(self, where: str, given: Sequence[object]) -> list[Incident]:
        rows = self._database.execute(f"SELECT body FROM incident {where}", tuple(given))  # noqa: S608  # our own clauses, values apart
        return [msgspec.json.decode(body, type=Incident) for (body,) in rows]


def _deliveries(rows: Iterable[tuple[bytes]]) -> list[Delivery]:
    return [msgspec.json.decode(body, type=Delivery) for (body,) in rows]
