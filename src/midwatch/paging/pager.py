"""Sends what is due, again and again until it arrives or is no longer needed.

A delivery is claimed, sent and recorded, in this order. Between sending and recording a
crash may happen; then it is sent once more with the same id (Message-ID, Idempotency-Key).
So everything is delivered at least once, and what comes twice is the same message.

A channel that fails for a while fails over for each person, and is itself an incident of
the operator's, told over what still works.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from midwatch.incidents import (
    Delivery,
    DeliveryState,
    Disposition,
    Incident,
    Incidents,
    Policy,
    next_due,
)
from midwatch.incidents.grouping import open_self
from midwatch.incidents.states import MIDWATCH
from midwatch.kernel import ConfigurationError
from midwatch.paging.channels import Channel, DeliveryError, Trouble
from midwatch.paging.composing import Wording, compose, compose_held
from midwatch.paging.references import is_reference, resolve, strike_out
from midwatch.paging.store import SqliteIncidents, Try

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
LEASE: Final = 2 * MINUTE
"""How long a claimed delivery is left alone: longer than any channel may take."""
FIRST_PAUSE: Final = 15 * SECOND
LONGEST_PAUSE: Final = 10 * MINUTE
SELF_ALARM: Final = 5 * MINUTE
"""How long a channel may fail until the operator is called."""

_log = logging.getLogger(__name__)


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What one round did, and when the next is worth while (UTC microseconds; None: no need)."""

    planned: int = 0
    sent: int = 0
    failed: int = 0
    next: int | None = None


class Pager:
    """See the module's documentation. One process runs it; a second one does no harm."""

    def __init__(
        self,
        store: SqliteIncidents,
        incidents: Incidents,
        policy_of: Callable[[str], Policy | None],
        channels: Mapping[str, Channel],
        wording_of: Callable[[str], Wording],
        *,
        operator: str,
        chance: Callable[[], float],
    ) -> None:
        """``operator``: whose incidents the pager's own troubles are; ``chance`` in [0, 1).

        Raises:
            ConfigurationError: The operator has no policy, so that nobody would hear of them.
        """
        if policy_of(operator) is None:
            raise ConfigurationError(
                f"nobody would hear when messages fail: {operator!r} has no policy",
                remedy="write a policy for the operator, best with a channel of its own",
            )
        self._store = store
        self._incidents = incidents
        self._policy_of = policy_of
        self._channels = channels
        self._wording_of = wording_of
        self._operator = operator
        self._chance = chance

    def run_once(self, now: int) -> Round:
        """Plan, send what is due, see to the channels. ``now`` is UTC microseconds."""
        planned = self._incidents.plan(now)
        sent, failed = self._send_pending(now)
        if self._watch_self(now) or failed:
            more = self._incidents.plan(now)
            if more:
                also = self._send_pending(now)
                planned, sent, failed = planned + more, sent + also[0], failed + also[1]
        return Round(planned=planned, sent=sent, failed=failed, next=self._next(now))

    def bounced(self, delivery: str, why: str, now: int) -> None:
        """A message that was accepted came back; the person is tried over another channel."""
        with self._store.changing():
            known = self._store.delivery(delivery)
            if known is None or known.state is not DeliveryState.SENT:
                return
            self._record(known, DeliveryState.FAILED, now, f"bounced: {why[:200]}")

    # ------------------------------------------------------------ sending

    def _send_pending(self, now: int) -> tuple[int, int]:
        sent = failed = 0
        down: dict[str, str] = {}
        for delivery in self._store.pending(now, ahead=LEASE + LONGEST_PAUSE * 2):
            group = self._claim(delivery, now)
            if not group:
                continue
            done = self._deliver(group, down, now)
            sent, failed = sent + done * len(group), failed + (not done) * len(group)
        return sent, failed

    def _claim(self, delivery: Delivery, now: int) -> list[Delivery]:
        """The delivery, with those that go into the same message; none if another took it."""
        with self._store.changing():
            fresh = self._store.delivery(delivery.id)
            if (
                fresh is None
                or fresh.state is not DeliveryState.PENDING
                or fresh.next != delivery.next
            ):
                return []
            group = [fresh]
            if fresh.window:
                group = [
                    each
                    for each in self._store.held(fresh)
                    if each.id == fresh.id or each.next <= now
                ]
            taken = [msgspec.structs.replace(each, next=now + LEASE) for each in group]
            for each in taken:
                self._store.save_delivery(each)
        return taken

    def _deliver(self, group: Sequence[Delivery], down: dict[str, str], now: int) -> bool:
        first = group[0]
        try:
            said = self._hand_over(self._channel(first.channel, down), group, now)
        except DeliveryError as error:
            self._failed(group, error, down, now)
            return False
        with self._store.changing():
            for each in group:
                self._record(each, DeliveryState.SENT, now, said)
            self._store.channel_worked(first.channel, now)
        _log.info("delivered %s for %s over %s", first.id, first.incident, first.channel)
        return True

    def _channel(self, name: str, down: Mapping[str, str]) -> Channel:
        if name in down:
            # Known a moment ago; asking again for each person would only take time.
            raise DeliveryError(Trouble.DOWN, down[name])
        if name not in self._channels:
            raise DeliveryError(Trouble.REFUSED, f"the channel {name!r} is not set up")
        return self._channels[name]

    def _hand_over(self, channel: Channel, group: Sequence[Delivery], now: int) -> str:
        delivery = group[0]
        incidents = [self._incidents.get(each.incident) for each in group]
        wording = self._wording_of(delivery.tenant)
        if delivery.window:
            policy = self._policy_of(delivery.tenant)
            windows = policy.maintenance if policy is not None else ()
            window = next((each for each in windows if each.id == delivery.window), None)
            message = compose_held(group, incidents, window, wording, now)
        else:
            past = self._store.deliveries(delivery.incident)
            earlier = (each.sent for each in past if each.person == delivery.person)
            first = all(sent is None for sent in earlier)
            message = compose(delivery, incidents[0], wording, now, first=first)
        try:
            address = resolve(delivery.address)
        except ConfigurationError as error:
            raise DeliveryError(Trouble.REFUSED, str(error)) from None
        try:
            return channel.send(message, address)
        except DeliveryError as error:
            secrets = [address] if is_reference(delivery.address) else []
            raise DeliveryError(error.trouble, strike_out(str(error), secrets)) from None
        except Exception as error:  # noqa: BLE001  # a fault of one channel must not stop the others
            name = type(error).__name__
            raise DeliveryError(Trouble.DOWN, f"the channel failed ({name})") from None

    def _failed(
        self, group: Sequence[Delivery], error: DeliveryError, down: dict[str, str], now: int
    ) -> None:
        refused = error.trouble is Trouble.REFUSED
        state = DeliveryState.FAILED if refused else DeliveryState.PENDING
        channel = group[0].channel
        with self._store.changing():
            for each in group:
                self._record(each, state, now, str(error))
            if error.trouble is Trouble.DOWN:
                down[channel] = str(error)
                self._store.channel_failed(channel, now, str(error))
        _log.warning("not delivered: %s over %s: %s", group[0].id, channel, error)

    def _record(self, delivery: Delivery, state: DeliveryState, now: int, detail: str) -> None:
        """Keep how an attempt ended, unless the delivery was dropped meanwhile."""
        known = self._store.delivery(delivery.id)
        if known is None:
            return
        outcome = "retry" if state is DeliveryState.PENDING else state.value
        self._store.log_try(delivery.id, Try(now, outcome, detail))
        if known.state is DeliveryState.DROPPED:
            return
        pause = min(FIRST_PAUSE * 2 ** min(known.tries, 20), LONGEST_PAUSE)
        jitter = 0.8 + 0.4 * self._chance()
        ok = state is DeliveryState.SENT
        self._store.save_delivery(
            msgspec.structs.replace(
                known,
                state=state,
                tries=known.tries + 1,
                next=now + int(pause * jitter) if state is DeliveryState.PENDING else now,
                sent=now if ok else known.sent,
                trouble=None if ok else known.trouble if known.trouble is not None else now,
                error="" if ok else detail,
            )
        )

    # ------------------------------------------------------------ the pager itself

    def _watch_self(self, now: int) -> bool:
        """Call the operator about what keeps messages from people; whether that is news."""
        troubles: dict[str, tuple[int, str]] = {}
        for health in self._store.health():
            since = health.failing_since
            if since is not None and now - since >= SELF_ALARM:
                troubles[f"channel:{health.channel}"] = (
                    since,
                    f"Messages over the channel {health.channel!r} do not arrive: {health.error}",
                )
        for tenant in sorted({each.tenant for each in self._store.waiting()}):
            if tenant != self._operator and self._policy_of(tenant) is None:
                troubles[f"policy:{tenant}"] = (
                    0,
                    f"Nobody is told of incidents of {tenant!r}: there is no policy for it",
                )
        news = False
        with self._store.changing():
            standing = {each.keys[0]: each for each in self._store.self_incidents(self._operator)}
            for subject, (since, what) in troubles.items():
                if subject not in standing:
                    self._store.save(open_self(self._operator, subject, what, since, now))
                    news = True
            for subject, incident in standing.items():
                if subject not in troubles:
                    self._recovered(incident, now)
        return news

    def _recovered(self, incident: Incident, now: int) -> None:
        self._incidents.resolve(
            incident.id,
            Disposition.TRUE_POSITIVE,
            by=MIDWATCH,
            now=now,
            why="it works again",
        )

    def _next(self, now: int) -> int | None:
        times = [self._store.next_pending()]
        for incident in self._store.waiting():
            policy = self._policy_of(incident.tenant)
            if policy is not None:
                past = self._store.deliveries(incident.id)
                times.append(next_due(incident, policy, past, now))
        times += [
            health.failing_since + SELF_ALARM
            for health in self._store.health()
            if health.failing_since is not None and health.failing_since + SELF_ALARM > now
        ]
        return min((max(each, now) for each in times if each is not None), default=None)
