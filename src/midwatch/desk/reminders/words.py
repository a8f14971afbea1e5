"""What is due as sentences, in the language that is spoken now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from midwatch.desk.reminders.models import Item, Standing
from midwatch.reports.defusing import defuse
from midwatch.vendors.contracts import DueKind

_Say = Callable[[Item], str]
STANDINGS: Final[Mapping[Standing, Promise]] = {
    Standing.SENT: gettext_lazy("sent"),
    Standing.WAITING: gettext_lazy("has not left yet"),
    Standing.NOT_SENT: gettext_lazy("did not leave"),
}
_PLAIN: Final[Mapping[DueKind, Promise]] = {
    DueKind.INSURANCE: gettext_lazy("Insurance “%(name)s” ends"),
    DueKind.CONTRACT_END: gettext_lazy("The contract “%(name)s” ends"),
    DueKind.CONTRACT_NOTICE: gettext_lazy("Last day for notice of the contract “%(name)s”"),
    DueKind.DATA: gettext_lazy("Decide again about data it holds: “%(name)s”"),
    DueKind.RISK: gettext_lazy("The accepted risk “%(name)s” ends; after that it is open again"),
    DueKind.RISK_ENDED: gettext_lazy(
        "The acceptance of “%(name)s” has run out: the finding is open again"
    ),
    DueKind.POLICY: gettext_lazy("Your policy “%(name)s” is to be looked at again"),
    DueKind.REVIEW: gettext_lazy("The review is due"),
    DueKind.OTHER: gettext_lazy("%(name)s"),
}
_TABS: Final[Mapping[DueKind, str]] = {
    DueKind.PAPER: "vendor_papers",
    DueKind.INSURANCE: "vendor_company",
    DueKind.CONTRACT_END: "vendor_contracts",
    DueKind.CONTRACT_NOTICE: "vendor_contracts",
    DueKind.RISK: "vendor_findings",
    DueKind.RISK_ENDED: "vendor_findings",
    DueKind.FINDING: "vendor_findings",
    DueKind.MEASURE: "vendor_findings",
    DueKind.REVIEW: "vendor_reviews",
    DueKind.DRILL: "vendor_company",
}


def plain(text: str, most: int = 160) -> str:
    """What others wrote, in one harmless line."""
    return " ".join(defuse(text, most).split())


def sentence(item: Item) -> str:
    """What is due, without its day and full stop."""
    words = {"name": plain(item.name), "who": plain(item.who, 80)}
    special = _SPECIAL.get(item.kind)
    return special(item, words) if special else str(_PLAIN[item.kind]) % words


def _paper(item: Item, words: Mapping[str, str]) -> str:
    return (_("The paper “%(name)s” has ended") if item.step < 0 else
            _("The paper “%(name)s” ends")) % words  # fmt: skip


def _to_do(item: Item, words: Mapping[str, str]) -> str:
    if item.kind is DueKind.MEASURE:
        return _("The measure “%(name)s” is to be done by %(who)s") % words
    told = _("The finding “%(name)s” is to be put right by %(who)s")
    return (told if words["who"] else _("The finding “%(name)s” is to be put right")) % words


def _drill(item: Item, words: Mapping[str, str]) -> str:
    if not words["name"]:
        return _("Nobody is named whom you would call after a breach")
    return _("Whom you would call after a breach (%(name)s) is to be tried") % words


def _questionnaire(item: Item, words: Mapping[str, str]) -> str:
    if item.closed:
        return (
            _("“%(name)s” is not answered, and its link has ended: send %(who)s a new one") % words
        )
    return _("“%(name)s” is wanted from %(who)s") % words


_SPECIAL: Final[Mapping[DueKind, Callable[[Item, Mapping[str, str]], str]]] = {
    DueKind.PAPER: _paper,
    DueKind.FINDING: _to_do,
    DueKind.MEASURE: _to_do,
    DueKind.DRILL: _drill,
    DueKind.QUESTIONNAIRE: _questionnaire,
}


def when_due(item: Item, left: int) -> str:
    """How long it has. ``left``: days until its day, negative when that has passed."""
    if left == 0:
        return _("today")
    if left < 0:
        return ngettext("%(n)d day overdue", "%(n)d days overdue", -left) % {"n": -left}
    return ngettext("in %(n)d day", "in %(n)d days", left) % {"n": left}


def place_of(item: Item, tenant: str) -> str:
    """The page where something can be done about it."""
    if item.questionnaire:
        return reverse("questionnaire", args=[item.questionnaire])
    if not item.vendor:
        return reverse("policies", args=[tenant])
    return reverse(_TABS.get(item.kind, "vendor"), args=[item.vendor])
