"""Reads choices: as the viewer may, and compared.

Where the watch's own provider stands among the candidates, its people do not see the choice at
all: nobody reads the offers he competes with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import msgspec
from django.http import Http404

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.choosing.answered import Answered, agreed_with, answers_of, health_of, money
from midwatch.desk.choosing.models import Candidate, Choice
from midwatch.desk.theme.templatetags.midwatch import moment_of
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.comparing import Candidate as Compared
from midwatch.vendors.comparing import Comparison, Needs, Result, compare, what_if


@dataclass(frozen=True, slots=True)
class Known:
    """A candidate with what is known of it. ``answered`` is None once the choice is made."""

    row: Candidate
    compared: Compared
    answered: Answered | None

    @property
    def price(self) -> str:
        """The price as people write it."""
        return money(self.compared.price, self.compared.currency)


class Seen:
    """A choice with its candidates, compared when asked."""

    def __init__(self, scope: Scope, choice: Choice) -> None:
        self.choice = choice
        self.version = choice.frozen
        self.needs: Needs = choice.wanted
        self._scope = scope

    @cached_property
    def known(self) -> list[Known]:
        """The candidates, by name."""
        rows = self.choice.candidates.select_related("vendor")
        today = moment_of(self._scope.now).date()
        return [known_of(self._scope, self.choice, row, today) for row in rows]

    @cached_property
    def comparison(self) -> Comparison | None:
        """The candidates side by side; None: there is none yet."""
        if not self.known:
            return None
        return compare(self.version, self.needs, [each.compared for each in self.known])

    def supposed(self, weights: Mapping[str, int]) -> Comparison | None:
        """The comparison with other weights.

        Raises:
            BadInputError: A need is not known, or a weight is negative.
        """
        found = self.comparison
        return found if found is None or not weights else what_if(found, weights)

    def of(self, result: Result) -> Known:
        """The candidate that a column is about."""
        return next(each for each in self.known if each.compared is result.candidate)

    def named(self, vendor: str) -> Known:
        """The candidate of a vendor.

        Raises:
            Http404: It is no candidate.
        """
        found = next((each for each in self.known if each.row.vendor.reference == vendor), None)
        if found is None:
            raise Http404
        return found

    @property
    def chosen(self) -> str:
        """The reference of the vendor that was chosen; empty: nobody is yet."""
        made = self.choice.made
        names = {each.compared.name: each.row.vendor.reference for each in self.known}
        return "" if made is None else names.get(made.chosen, "")

    @property
    def open(self) -> list[Vendor]:
        """The client's vendors that are no candidates yet."""
        taken = [each.row.vendor_id for each in self.known]
        return list(self._scope.vendors.all(self.choice.tenant).exclude(pk__in=taken))


def known_of(scope: Scope, choice: Choice, row: Candidate, today: date) -> Known:
    """A candidate with what is known of it, or was when the choice was made."""
    if row.frozen is not None:
        return Known(row, msgspec.convert(row.frozen, Compared), None)
    answered = answers_of(scope, row.vendor, choice.frozen)
    return Known(
        row,
        Compared(
            name=row.vendor.name,
            submission=answered.submission,
            price=row.price,
            currency=row.currency,
            health=health_of(scope, row.vendor, today),
            terms=agreed_with(scope, row.vendor, choice.wanted, today),
        ),
        answered,
    )


def choices(scope: Scope, tenant: str | None = None) -> list[Choice]:
    """The choices of one client, or of all the viewer's; the newest first.

    Raises:
        Http404: That client is not the viewer's.
    """
    if tenant is None:
        mine = [each.id for each in scope.vendors.tenants()]
    else:
        mine = [scope.tenant(tenant, Permission.VENDORS_SEE).id]
    found = Choice.objects.filter(tenant__in=mine).prefetch_related("candidates__vendor")
    return [each for each in found if not _competes(scope, each)]


def choice(scope: Scope, reference: str, *, run: bool = False) -> Choice:
    """One choice; to change it (``run``), or only to read.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    wanted = Permission.VENDORS_RUN if run else Permission.VENDORS_SEE
    found = Choice.objects.filter(reference=reference).first()
    if found is None or not scope.viewer.may(wanted, found.tenant) or _competes(scope, found):
        raise Http404
    return found


def _competes(scope: Scope, choice: Choice) -> bool:
    """Whether one of the candidates is the viewer's own firm."""
    return scope.viewer.provider and any(
        each.vendor.is_provider for each in choice.candidates.all()
    )
