"""What a list of incidents was asked for, and its rows as pages and exports show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.lists import Clock, IncidentLists, Narrowed
from midwatch.desk.access.scope import OPEN_STATES, Scope, Shown
from midwatch.desk.theme.stories import standing, story
from midwatch.desk.theme.templatetags.midwatch import rounded
from midwatch.desk.triage.models import Assignment
from midwatch.desk.triage.selectors import assigned_to, owners
from midwatch.incidents import Incident, IncidentState, Priority
from midwatch.reports.amounts import begun

PER_PAGE: Final = 40
STATES: Final[dict[str, tuple[Promise, tuple[IncidentState, ...]]]] = {
    "open": (_("open"), OPEN_STATES),
    "waiting": (_("unanswered"), OPEN_STATES),
    "working": (_("in work"), (IncidentState.ACKNOWLEDGED, IncidentState.WORKING)),
    "resolved": (_("resolved"), (IncidentState.RESOLVED,)),
    "all": (_("all"), ()),
}
"""What the list may be narrowed to, by the word in the address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of an address, made harmless: what is unknown counts as not asked."""

    client: str
    priority: str
    state: str
    mine: bool
    page: int

    @property
    def query(self) -> str:
        """The same questions, without the page, for links."""
        pairs = {"client": self.client, "priority": self.priority, "state": self.state}
        given = {name: value for name, value in pairs.items() if value}
        return urlencode(given | ({"mine": "1"} if self.mine else {}))

    def narrowed(self, scope: Scope) -> Narrowed:
        """What the scope is asked for."""
        return Narrowed(
            tenant=self.client,
            priorities=(Priority(self.priority),) if self.priority else (),
            states=STATES[self.state][1],
            only=assigned_to(scope) if self.mine else None,
            waiting=True if self.state == "waiting" else None,
        )


def asked(query: QueryDict, *, state: str = "open") -> Asked:
    """Read an address. ``state``: what is shown where it does not say."""
    priority, wanted = query.get("priority", ""), query.get("state", "")
    page = query.get("page", "")
    return Asked(
        client=query.get("client", "")[:64],
        priority=priority if priority in set(Priority) else "",
        state=wanted if wanted in STATES else state,
        mine=query.get("mine", "") == "1",
        page=min(max(int(page), 1), 100_000) if page.isascii() and page.isdigit() else 1,
    )


@dataclass(frozen=True, slots=True)
class RowFacts:
    """All that a row shows; times until now as they are written."""

    reference: str
    priority: Priority
    waiting: bool
    opened: int
    sentence: str
    standing: str
    client: str
    owner: str
    clock: Clock | None
    here: bool
    oob: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An incident in a list."""

    incident: Incident
    masked: bool
    client: str
    now: int
    clock: Clock | None
    owner: Assignment | None

    @property
    def sentence(self) -> str:
        """What it is, in the reader's language."""
        return begun(story(self.incident))

    @property
    def standing(self) -> str:
        """How it stands, in the reader's language."""
        return standing(self.incident, self.now)

    def facts(self, *, here: bool, oob: bool) -> RowFacts:
        """What is drawn. ``here``: it is the opened one; ``oob``: it takes another's place."""
        clock = self.clock
        if clock is not None:
            left = clock.until_next
            clock = replace(
                clock,
                waited=rounded(clock.waited),
                until_next=rounded(left) if left else left,
            )
        return RowFacts(
            reference=self.incident.reference,
            priority=self.incident.priority,
            waiting=self.incident.waiting,
            opened=self.incident.opened,
            sentence=self.sentence,
            standing="" if clock else self.standing,
            client=self.client,
            owner="" if self.owner is None else str(self.owner.user),
            clock=clock,
            here=here,
            oob=oob,
        )


def rows_of(scope: Scope, found: Sequence[Shown], lists: IncidentLists | None = None) -> list[Row]:
    """The rows of these incidents; without ``lists`` they have no clock."""
    titles = {tenant.id: tenant.title for tenant in scope.tenants()}
    held = owners(scope, [each.incident for each in found])
    return [
        Row(
            each.incident,
            each.masked,
            titles.get(each.incident.tenant, each.incident.tenant),
            scope.now,
            None if lists is None else lists.clock(each),
            held.get(each.incident.id),
        )
        for each in found
    ]
