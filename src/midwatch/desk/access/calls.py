"""Calls to other systems: who is called by webhook, how it went, and a call to try it.

Who is called stands in the paging policies, which the operator writes; here it is shown and tried.
Addresses are secrets, so of each only the host is told.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.services import note
from midwatch.desk.setup import desk_setup
from midwatch.incidents import DeliveryState
from midwatch.kernel import BadInputError, ConfigurationError, MidwatchError
from midwatch.paging import Message
from midwatch.paging.references import resolve, strike_out
from midwatch.watch.processes.clock import channels_of

CHANNEL: Final = "webhook"
_MOST_INCIDENTS: Final = 50
_MOST_CALLS: Final = 20


@dataclass(frozen=True, slots=True)
class Call:
    """One call: about which incident, how it stands, how often it was tried."""

    reference: str
    state: DeliveryState
    tries: int
    at: int
    error: str


@dataclass(frozen=True, slots=True)
class Hook:
    """One receiver of a client's. ``number``: its place among them, from 0."""

    tenant: str
    title: str
    number: int
    name: str
    host: str
    calls: tuple[Call, ...]


class Calls:
    """For who manages clients; others are told that there is nothing."""

    def __init__(self, scope: Scope, address: str = "") -> None:
        """``address``: where the request came from, for the record."""
        if not scope.viewer.may_somewhere(Permission.CLIENTS):
            raise Http404
        self._scope = scope
        self._address = address

    @property
    def set_up(self) -> bool:
        """Whether calls can be signed."""
        return CHANNEL in channels_of(desk_setup().configuration)

    def hooks(self) -> list[Hook]:
        """Every receiver of the clients that the viewer manages."""
        return [
            Hook(tenant.id, tenant.title, number, name, _host(address),
                 self._calls(tenant.id, address))
            for tenant in self._scope.tenants(Permission.CLIENTS)
            for number, (name, address) in enumerate(self._receivers(tenant.id))
        ]  # fmt: skip

    def test(self, tenant: str, number: int) -> str:
        """Call a receiver with a message that says it is a test; what it answered.

        Raises:
            Http404: There is no such receiver, or not for this viewer.
            BadInputError: It cannot be reached, or does not accept it.
        """
        known = self._receivers(self._scope.tenant(tenant, Permission.CLIENTS).id)
        channel = channels_of(desk_setup().configuration).get(CHANNEL)
        if not 0 <= number < len(known) or channel is None:
            raise Http404
        name, address = known[number]
        message = Message(
            id=f"test-{secrets.token_hex(8)}", tenant=tenant, thread="test", first=True,
            at=self._scope.now, subject="Midwatch: a test", text="A test.", html="",
            data={"version": 1, "test": True, "tenant": tenant},
        )  # fmt: skip
        try:
            said = channel.send(message, resolve(address))
        except MidwatchError as error:
            note(
                self._scope.viewer, "webhook.test", tenant=tenant, subject=name,
                detail={"taken": False}, address=self._address,
            )  # fmt: skip
            raise BadInputError(
                strike_out(error.cause, [_resolved(address)]),
                remedy=error.remedy or _("see what the other system says"),
            ) from None
        note(
            self._scope.viewer, "webhook.test", tenant=tenant, subject=name,
            detail={"taken": True}, address=self._address,
        )  # fmt: skip
        return said

    def _receivers(self, tenant: str) -> list[tuple[str, str]]:
        policy = self._scope.policy(tenant)
        if policy is None:
            return []
        called = [
            (person.title, way.address)
            for person in policy.people
            for way in person.reach
            if way.channel == CHANNEL
        ]
        called += [
            (each.title, each.reach.address)
            for each in policy.followers
            if each.reach.channel == CHANNEL
        ]
        return list(dict.fromkeys(called))

    def _calls(self, tenant: str, address: str) -> tuple[Call, ...]:
        kept = stores().incidents
        found = [
            Call(incident.reference, each.state, each.tries, each.sent or each.due, each.error)
            for incident in kept.incidents(tenant, most=_MOST_INCIDENTS)
            for each in kept.deliveries(incident.id)
            if each.channel == CHANNEL and each.address == address
        ]
        return tuple(sorted(found, key=lambda call: -call.at)[:_MOST_CALLS])


def _resolved(address: str) -> str:
    try:
        return resolve(address)
    except ConfigurationError:
        return ""


def _host(address: str) -> str:
    return urlsplit(_resolved(address)).hostname or ""
