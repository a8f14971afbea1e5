"""What is done with incidents: alerts recorded, people's moves, exceptions. Over a store.

Every service is one transaction of the store, deliveries included: either an incident has
changed and what is due about it is planned, or nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, tzinfo
from typing import Protocol

import msgspec

from midwatch.incidents.deciding import due
from midwatch.incidents.deliveries import BESIDES, Delivery, DeliveryCause, DeliveryState
from midwatch.incidents.enrichment import Knowledge
from midwatch.incidents.exceptions import (
    AlertException,
    Preview,
    check_exception,
    preview,
    suppressing,
)
from midwatch.incidents.following import followed
from midwatch.incidents.grouping import (
    Grouping,
    add,
    as_opened,
    is_news,
    is_storm,
    join,
    keys_of,
    open_incident,
    open_storm,
)
from midwatch.incidents.incident import (
    Incident,
    IncidentKind,
    answer,
    move,
    raise_level,
    remark,
)
from midwatch.incidents.joining import merge, split
from midwatch.incidents.policies import Policy, Reach
from midwatch.incidents.signals import Signal
from midwatch.incidents.states import Disposition, IncidentState
from midwatch.kernel import BadInputError, derived_id


class Filed(msgspec.Struct, frozen=True):
    """A signal and the incident it was put into; empty: it was suppressed."""

    signal: Signal
    incident: str


class IncidentStore(Protocol):
    """Where incidents, signals, exceptions and deliveries are kept."""

    def changing(self) -> AbstractContextManager[object]:
        """All writes inside happen or none does; nobody else writes meanwhile."""
        ...

    def incident(self, incident: str) -> Incident | None:
        """The incident of that id."""
        ...

    def by_reference(self, reference: str) -> Incident | None:
        """The incident of that reference (``MW-…``), whatever the case of its letters."""
        ...

    def candidates(self, tenant: str, keys: Sequence[str]) -> list[Incident]:
        """The tenant's incidents that have one of the keys, the latest hundred."""
        ...

    def openings(self, tenant: str, since: int) -> tuple[int, int]:
        """The tenant's findings that opened after that time: (all, those of a break-in)."""
        ...

    def last_storm(self, tenant: str) -> Incident | None:
        """The tenant's latest storm."""
        ...

    def waiting(self) -> list[Incident]:
        """All incidents with an alarm that nobody has answered."""
        ...

    def save(self, incident: Incident) -> None:
        """Add or change an incident."""
        ...

    def filed(self, tenant: str, signal: str) -> Filed | None:
        """The tenant's signal of that id, and where it is."""
        ...

    def file(self, signal: Signal, incident: str, now: int) -> None:
        """Keep a signal as it now is."""
        ...

    def signals(self, tenant: str, since: int) -> list[Signal]:
        """The tenant's signals recorded after that time, suppressed ones too."""
        ...

    def signals_in(self, incident: str) -> list[Signal]:
        """The signals that are filed in an incident."""
        ...

    def exceptions(self, tenant: str) -> list[AlertException]:
        """All exceptions of the tenant, the oldest first."""
        ...

    def save_exception(self, exception: AlertException) -> None:
        """Add or change an exception; its hits stay."""
        ...

    def count_hit(self, exception: str, now: int) -> None:
        """One more alert was suppressed by it."""
        ...

    def deliveries(self, incident: str) -> list[Delivery]:
        """All deliveries of an incident, in the order planned."""
        ...

    def plan(self, deliveries: Iterable[Delivery]) -> None:
        """Add deliveries; those that are known already stay as they are."""
        ...

    def save_delivery(self, delivery: Delivery) -> None:
        """Change a delivery."""
        ...


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of some alerts: ids of incidents touched, and counts of alerts."""

    incidents: tuple[str, ...]
    opened: int = 0
    suppressed: int = 0
    unchanged: int = 0


class Incidents:
    """The services. ``policy_of`` gives a tenant's policy, None where it has none."""

    def __init__(
        self,
        store: IncidentStore,
        policy_of: Callable[[str], Policy | None],
        *,
        rules: Grouping | None = None,
        knowledge_of: Callable[[str], Knowledge | None] = lambda _tenant: None,
    ) -> None:
        """Keep what is given."""
        self._store = store
        self._policy_of = policy_of
        self._rules = rules or Grouping()
        self._knowledge_of = knowledge_of

    # ------------------------------------------------------------ alerts

    def record(self, signals: Iterable[Signal], now: int) -> Outcome:
        """Put signals into incidents and plan what is due; the same again changes nothing."""
        touched: dict[str, bool] = {}
        opened = suppressed = unchanged = 0
        with self._store.changing():
            for signal in signals:
                known = self._store.filed(signal.tenant, signal.id)
                if known is not None and not is_news(signal, known.signal):
                    unchanged += 1
                    continue
                if self._suppressed(signal, known, now):
                    suppressed += 1
                    continue
                incident, new = self._place(signal, known, now)
                opened += new
                touched.setdefault(incident.id, new)
                self._store.save(incident)
                self._store.file(signal, incident.id, now)
            for name, new in touched.items():
                self._after(name, now, new=new)
        return Outcome(
            incidents=tuple(touched), opened=opened, suppressed=suppressed, unchanged=unchanged
        )

    def _suppressed(self, signal: Signal, known: Filed | None, now: int) -> bool:
        if known is not None and known.incident:
            return False
        exceptions = self._store.exceptions(signal.tenant)
        found = suppressing(exceptions, signal, now, self._zone(signal.tenant))
        if found is None:
            return False
        if known is None:
            self._store.count_hit(found.id, now)
        self._store.file(signal, "", now)
        return True

    def _place(self, signal: Signal, known: Filed | None, now: int) -> tuple[Incident, bool]:
        if known is not None and known.incident:
            return add(self.get(known.incident), signal, known.signal, now), False
        candidates = self._store.candidates(signal.tenant, keys_of(signal, self._rules.by))
        joined = join(signal, candidates, self._rules)
        if joined is not None:
            return add(joined, signal, None, now), False
        since = now - self._rules.storm_window
        recent, broken_in = self._store.openings(signal.tenant, since)
        if not is_storm(signal, recent, broken_in, self._rules):
            return open_incident(signal, self._rules, now), True
        storm = self._store.last_storm(signal.tenant)
        if storm is not None and storm.changed > since:
            return add(storm, signal, None, now), False
        return open_storm(signal, now), True

    # ------------------------------------------------------------ people

    def get(self, name: str) -> Incident:
        """The incident of that id or reference.

        Raises:
            BadInputError: There is none.
        """
        found = self._store.incident(name) or self._store.by_reference(name)
        if found is None:
            raise BadInputError(
                f"there is no incident {name!r}", remedy="list them: midwatch incidents list"
            )
        return found

    def acknowledge(self, name: str, *, by: str, now: int, why: str = "") -> Incident:
        """Somebody has seen it and answers for it. Once more changes nothing.

        Raises:
            BadInputError: There is none, or it is resolved.
        """
        return self._change(name, lambda old: answer(old, by=by, now=now, why=why), now)

    def work(self, name: str, *, by: str, now: int, why: str = "") -> Incident:
        """Somebody works on it.

        Raises:
            BadInputError: There is none, or its state does not allow it.
        """
        state = IncidentState.WORKING
        return self._change(name, lambda old: move(old, state, by=by, now=now, why=why), now)

    def resolve(
        self,
        name: str,
        disposition: Disposition,
        *,
        by: str,
        now: int,
        why: str = "",
        duplicate_of: str = "",
    ) -> Incident:
        """It is over, and this is what it was.

        Raises:
            BadInputError: There is none, its state does not allow it, or a duplicate names no
                other incident of the same tenant.
        """
        original = self.get(duplicate_of) if duplicate_of else None

        def resolved(old: Incident) -> Incident:
            if original is not None and original.tenant != old.tenant:
                raise BadInputError(
                    "the other incident is another client's", remedy="name one of the same client"
                )
            return move(
                old,
                IncidentState.RESOLVED,
                by=by,
                now=now,
                why=why,
                disposition=disposition,
                duplicate_of=original.id if original else "",
            )

        return self._change(name, resolved, now)

    def reopen(self, name: str, *, by: str, now: int, why: str) -> Incident:
        """It is not over after all; people are called again.

        Raises:
            BadInputError: There is none, it is not resolved, or no reason is given.
        """
        state = IncidentState.REOPENED
        return self._change(name, lambda old: move(old, state, by=by, now=now, why=why), now)

    def remark(self, name: str, *, by: str, now: int, why: str) -> Incident:
        """A remark in its history.

        Raises:
            BadInputError: There is none.
        """
        return self._change(name, lambda old: remark(old, by=by, now=now, why=why), now)

    def merge(self, name: str, into: str, *, by: str, now: int, why: str = "") -> Incident:
        """Put all of one incident into another; gives the other. See ``joining.merge``.

        Raises:
            BadInputError: There is none, or the two cannot be one.
        """
        with self._store.changing():
            old, kept = self.get(name), self.get(into)
            signals = self._store.signals_in(old.id)
            merged, closed = merge(kept, old, signals, by=by, now=now, why=why)
            self._save_both(merged, closed, signals, now)
        return merged

    def split(
        self, name: str, chosen: Collection[str], *, by: str, now: int, why: str = ""
    ) -> Incident:
        """Make a new incident of some signals of one; gives the new. See ``joining.split``.

        Raises:
            BadInputError: There is none, or it cannot be split so.
        """
        with self._store.changing():
            old = self.get(name)
            signals = self._store.signals_in(old.id)
            rest, new = split(old, chosen, signals, by=by, now=now, why=why)
            self._save_both(
                new, rest, [signal for signal in signals if signal.id in set(chosen)], now
            )
        return new

    def tell(
        self, name: str, way: Reach, person: str, subject: str, text: str, *, by: str, now: int
    ) -> Incident:
        """Send somebody what a person wrote about it; kept in its history. ``way``: how.

        Raises:
            BadInputError: There is none, or nothing is written.
        """
        if not subject.strip() or not text.strip():
            raise BadInputError(
                "a notice needs a subject and a text", remedy="write what the reader should know"
            )
        with self._store.changing():
            old = self.get(name)
            notice = Delivery(
                id=derived_id("notice", old.id, old.revision, way.channel, way.address),
                tenant=old.tenant,
                incident=old.id,
                alarm=0,
                person=person,
                channel=way.channel,
                address=way.address,
                due=now,
                next=now,
                cause=DeliveryCause.NOTICE,
                subject=subject.strip(),
                text=text.strip(),
            )
            new = remark(old, by=by, now=now, why=f"wrote to the client: {subject.strip()}")
            self._store.save(new)
            self._store.plan([notice])
        return new

    def _save_both(self, one: Incident, other: Incident, moved: Iterable[Signal], now: int) -> None:
        """Keep both incidents, and the moved signals in the first."""
        for incident in (one, other):
            self._store.save(incident)
        for signal in moved:
            self._store.file(signal, one.id, now)
        for incident in (one, other):
            self._plan(incident, now)

    # ------------------------------------------------------------ exceptions

    def add_exception(self, exception: AlertException) -> None:
        """An exception for alerts to come.

        Raises:
            BadInputError: Nobody could answer for it; see ``check_exception``.
        """
        check_exception(exception)
        with self._store.changing():
            self._store.save_exception(exception)

    def revoke_exception(self, tenant: str, exception: str, *, by: str, now: int) -> None:
        """It stops now; it stays on record.

        Raises:
            BadInputError: The tenant has none of that id.
        """
        with self._store.changing():
            for known in self._store.exceptions(tenant):
                if known.id == exception:
                    self._store.save_exception(
                        msgspec.structs.replace(known, revoked=now, revoked_by=by)
                    )
                    return
        raise BadInputError(f"there is no exception {exception!r}", remedy="list them first")

    def preview_exception(self, exception: AlertException, since: int) -> Preview:
        """What it would have suppressed of the alerts recorded since then.

        Raises:
            BadInputError: As ``add_exception``.
        """
        past = self._store.signals(exception.tenant, since)
        return preview(exception, past, self._zone(exception.tenant))

    # ------------------------------------------------------------ deliveries

    def plan(self, now: int) -> int:
        """Plan what is due for every alarm nobody has answered; how many deliveries that is."""
        planned = 0
        with self._store.changing():
            for incident in self._store.waiting():
                planned += self._plan(incident, now)
        return planned

    def _change(self, name: str, how: Callable[[Incident], Incident], now: int) -> Incident:
        with self._store.changing():
            old = self.get(name)
            new = how(old)
            if new != old:
                self._store.save(new)
                self._plan(new, now)
        return new

    def _after(self, name: str, now: int, *, new: bool) -> None:
        incident = self.get(name)
        knowledge = self._knowledge_of(incident.tenant)
        if knowledge is not None and incident.kind is IncidentKind.FINDING:
            incident = knowledge.enrich(incident, now)
            grounds = knowledge.grounds(incident, now)
            if grounds is not None:
                raised = raise_level(incident, grounds[0], now=now, why=grounds[1])
                # Nobody was called yet about one that has just opened, so nobody is again.
                incident = as_opened(raised) if new else raised
            self._store.save(incident)
        self._plan(incident, now)

    def _plan(self, incident: Incident, now: int) -> int:
        past = self._store.deliveries(incident.id)
        policy = self._policy_of(incident.tenant)
        new = due(incident, policy, past, now) if policy is not None else []
        ways = {(each.person, each.channel, each.address) for each in new}
        for each in past:
            if each.state is not DeliveryState.PENDING or each.cause in BESIDES:
                continue
            repeated = (each.person, each.channel, each.address) in ways
            if repeated or not incident.waiting or each.alarm != incident.alarm:
                self._store.save_delivery(
                    msgspec.structs.replace(each, state=DeliveryState.DROPPED)
                )
        if policy is not None:
            new += followed(incident, policy, now)
        self._store.plan(new)
        return len(new)

    def _zone(self, tenant: str) -> tzinfo:
        policy = self._policy_of(tenant)
        return UTC if policy is None else policy.tz
