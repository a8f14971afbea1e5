"""A delivery: one message to one person over one channel, planned, tried and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class DeliveryCause(StrEnum):
    """Why it is made."""

    TOLD = "told"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    FAILOVER = "failover"
    HELD = "held"
    NOTICE = "notice"
    OPENED = "opened"
    CHANGED = "changed"
    RESOLVED = "resolved"


FOLLOWING: Final = (DeliveryCause.OPENED, DeliveryCause.CHANGED, DeliveryCause.RESOLVED)
"""What a system that follows along is called for."""
BESIDES: Final = frozenset({DeliveryCause.NOTICE, *FOLLOWING})
"""Deliveries outside the escalation, which no answer makes needless."""


class DeliveryState(StrEnum):
    """Where it stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


DELIVERY_TRANSITIONS: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.PENDING: frozenset(
        {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED}
    ),
    # A mail that was accepted may still come back.
    DeliveryState.SENT: frozenset({DeliveryState.FAILED}),
    DeliveryState.FAILED: frozenset(),
    DeliveryState.DROPPED: frozenset(),
}
"""From each state, where to. Dropped: no longer needed, as the alarm was answered."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """See the module's documentation. Instants are UTC microseconds.

    ``id`` is the same whenever the same delivery is planned again. ``alarm``, ``cycle`` and
    ``step`` (from 0) tell its place in the escalation; ``window`` names the maintenance
    whose held incidents it tells of. ``tries`` counts attempts, ``next`` is when to try
    (again), ``trouble`` since when it fails, ``error`` how it last failed. A notice is what a
    person wrote (``subject``, ``text``): it stands outside the escalation (``alarm`` 0) and is
    due whatever becomes of the incident. So is what tells a system that follows along.
    """

    id: str
    tenant: str
    incident: str
    alarm: int
    person: str
    channel: str
    address: str
    due: int
    cause: DeliveryCause
    cycle: int = 0
    step: int = 0
    window: str = ""
    instead_of: str = ""
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    next: int = 0
    sent: int | None = None
    trouble: int | None = None
    error: str = ""
    subject: str = ""
    text: str = ""
