"""Changes choices, and keeps each change in the record."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.audit.services import note
from midwatch.desk.choosing.models import Candidate, Choice
from midwatch.desk.choosing.selectors import Seen
from midwatch.desk.choosing.selectors import choice as one_choice
from midwatch.desk.theme.templatetags.midwatch import moment_of
from midwatch.kernel import BadInputError
from midwatch.vendors.comparing import ChoiceMade, Need, Needs, choose
from midwatch.vendors.comparing.example import example_needs
from midwatch.vendors.comparing.needs import check_needs
from midwatch.vendors.questionnaires import TemplateVersion
from midwatch.vendors.sentences import plain

MOST_CANDIDATES: Final = 12
MOST_NEEDS: Final = 40
_MOST_CHOICES: Final = 500


class ChoiceActs:
    """One viewer's acts on choices. All raise ``Http404`` where the viewer may not."""

    def __init__(self, scope: Scope, address: str = "") -> None:
        """``address``: where the request came from, for the record."""
        self._scope = scope
        self._address = address

    @transaction.atomic
    def begin(
        self,
        tenant: str,
        title: str,
        version: TemplateVersion,
        *,
        currency: str = "",
        exposure: Decimal | None = None,
    ) -> Choice:
        """A new choice, with needs to begin with.

        Raises:
            BadInputError: It has no title, or there are too many.
        """
        owner = self._scope.tenant(tenant, Permission.VENDORS_RUN)
        plain = " ".join(title.split())[:200]
        if not plain:
            raise BadInputError(_("a choice needs a title"), remedy=_("say what is looked for"))
        if Choice.objects.filter(tenant=owner.id).count() >= _MOST_CHOICES:
            raise BadInputError(_("there are too many choices"), remedy=_("go on with an old one"))
        needs = msgspec.structs.replace(
            example_needs(version), title=plain, currency=currency.upper(), exposure=exposure
        )
        check_needs(needs, version)
        made = Choice.objects.create(
            tenant=owner.id, title=plain, digest=version.digest,
            version=msgspec.to_builtins(version), needs=msgspec.to_builtins(needs),
            created_by=self._scope.viewer.name,
        )  # fmt: skip
        self._keep("choice.begin", made, title=plain)
        return made

    @transaction.atomic
    def set_frame(
        self, reference: str, title: str, currency: str, exposure: Decimal | None, price: int
    ) -> Choice:
        """Change the title, the currency, what a breach could cost, and the price's weight.

        Raises:
            BadInputError: It is decided, or a weight is wrong.
        """
        held = self._held(reference)
        held.title = " ".join(title.split())[:200] or held.title
        needs = msgspec.structs.replace(
            held.wanted, title=held.title, currency=currency.upper(), exposure=exposure,
            weight_price=price,
        )  # fmt: skip
        return self._take(held, needs, "choice.needs", price=price)

    @transaction.atomic
    def set_need(self, reference: str, need: Need) -> Choice:
        """Add a need, or change the one of that id.

        Raises:
            BadInputError: It is decided, or the need does not fit the questionnaire.
        """
        held = self._held(reference)
        known = held.wanted
        there = any(each.id == need.id for each in known.need)
        changed = (
            tuple(need if each.id == need.id else each for each in known.need)
            if there
            else (*known.need, need)
        )
        if len(changed) > MOST_NEEDS:
            raise BadInputError(_("these are too many needs"), remedy=_("join some of them"))
        needs = msgspec.structs.replace(known, need=changed)
        return self._take(held, needs, "choice.needs", need=need.id, weight=need.weight)

    @transaction.atomic
    def drop_need(self, reference: str, name: str) -> Choice:
        """Take a need away.

        Raises:
            BadInputError: It is decided, or the last one would go.
        """
        held = self._held(reference)
        kept = tuple(each for each in held.wanted.need if each.id != name)
        if len(kept) == len(held.wanted.need):
            raise Http404
        needs = msgspec.structs.replace(held.wanted, need=kept)
        return self._take(held, needs, "choice.needs", dropped=name)

    @transaction.atomic
    def set_candidate(
        self, reference: str, vendor: str, price: Decimal | None, currency: str
    ) -> Candidate:
        """Add a vendor as a candidate, or change its price.

        Raises:
            BadInputError: It is decided, the price is negative, or there are too many.
        """
        held = self._held(reference)
        known = self._scope.vendors.one(vendor)
        if known.tenant != held.tenant:
            raise Http404
        if known.is_provider and self._scope.viewer.provider:
            raise Http404
        if price is not None and price < 0:
            raise BadInputError(_("a price is not negative"), remedy=_("leave it empty if unknown"))
        others = held.candidates.exclude(vendor=known).count()
        if others >= MOST_CANDIDATES:
            raise BadInputError(_("these are too many candidates"), remedy=_("take one away"))
        made, _new = Candidate.objects.update_or_create(
            choice=held, vendor=known,
            defaults={"tenant": held.tenant, "price": price, "currency": currency.upper()},
        )  # fmt: skip
        self._keep("choice.candidate", held, vendor=known.reference)
        return made

    @transaction.atomic
    def drop_candidate(self, reference: str, vendor: str) -> Choice:
        """Take a candidate away.

        Raises:
            BadInputError: It is decided.
        """
        held = self._held(reference)
        gone, _each = held.candidates.filter(vendor__reference=vendor).delete()
        if not gone:
            raise Http404
        self._keep("choice.drop", held, vendor=vendor)
        return held

    @transaction.atomic
    def decide(self, reference: str, vendor: str, approver: str, why: str) -> ChoiceMade:
        """Choose a candidate, for good; what was known of all of them is kept with it.

        Raises:
            BadInputError: It is decided already, or nobody or no reason stands behind it.
        """
        held = self._held(reference)
        seen = Seen(self._scope, held)
        chosen = seen.named(vendor)
        comparison = seen.comparison
        assert comparison is not None  # noqa: S101  # a candidate was found above
        made = choose(
            comparison, chosen.compared.name, approver=" ".join(approver.split())[:200],
            why=why.strip()[:4000], at=self._scope.now,
        )  # fmt: skip
        for each in seen.known:
            each.row.frozen = msgspec.to_builtins(each.compared, enc_hook=plain)
            each.row.save(update_fields=["frozen"])
        held.decision = msgspec.to_builtins(made, enc_hook=plain)
        held.decided = moment_of(self._scope.now)
        held.decided_by = self._scope.viewer.name
        held.save(update_fields=["decision", "decided", "decided_by"])
        self._keep("choice.decide", held, vendor=vendor, approver=made.approver)
        return made

    # ------------------------------------------------------------ inside

    def _held(self, reference: str) -> Choice:
        """An open choice, held until the transaction ends."""
        asked = one_choice(self._scope, reference, run=True)
        held = Choice.objects.select_for_update().get(pk=asked.pk)
        if held.decision is not None:
            raise BadInputError(
                _("this choice is made, and stays as it was"), remedy=_("begin a new one")
            )
        return held

    def _take(self, held: Choice, needs: Needs, verb: str, **detail: object) -> Choice:
        check_needs(needs, held.frozen)
        held.needs = msgspec.to_builtins(needs)
        held.save(update_fields=["needs", "title"])
        self._keep(verb, held, **detail)
        return held

    def _keep(self, verb: str, choice: Choice, **detail: object) -> None:
        note(
            self._scope.viewer, verb, tenant=choice.tenant, subject=f"choice {choice.reference}",
            detail=detail, address=self._address,
        )  # fmt: skip


def new_need_id(needs: Needs, names: Sequence[str] = ()) -> str:
    """An id for one more need."""
    taken = {each.id for each in needs.need} | set(names)
    return next(name for number in range(1, 1000) if (name := f"need-{number}") not in taken)
