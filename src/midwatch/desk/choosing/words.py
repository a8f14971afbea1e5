"""The pure room's words about data, in the viewer's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.vendors.holdings import DataCategory, Necessity
from midwatch.vendors.service_facts import Ask, Concern

CATEGORIES: Final[Mapping[DataCategory, Promise]] = {
    DataCategory.CONTACT: _("names and contact details"),
    DataCategory.CUSTOMER_RECORDS: _("customers' records"),
    DataCategory.EMPLOYEE_RECORDS: _("employees' records"),
    DataCategory.CREDENTIALS: _("passwords and keys"),
    DataCategory.CARD: _("card data"),
    DataCategory.BANK_ACCOUNT: _("bank accounts"),
    DataCategory.ACCOUNTING: _("accounting"),
    DataCategory.HEALTH: _("health data"),
    DataCategory.LOCATION: _("locations"),
    DataCategory.LOGS: _("logs"),
    DataCategory.TRADE_SECRETS: _("trade secrets"),
    DataCategory.MAIL: _("mail"),
    DataCategory.OTHER: _("other data"),
}
NECESSITIES: Final[Mapping[Necessity, Promise]] = {
    Necessity.UNDECIDED: _("not decided"),
    Necessity.NEEDED: _("needed"),
    Necessity.REDUCE: _("to be reduced"),
    Necessity.TAKE_BACK: _("to be taken back"),
}
CONCERNS: Final[Mapping[str, Promise]] = {
    "said to be returned or deleted, but nothing proves it": _(
        "said to be returned or deleted, but nothing proves it"
    ),
    "nobody decided whether the partner needs it": _("nobody decided whether the vendor needs it"),
    "it was decided to take it back, and it is still there": _(
        "it was decided to take it back, and it is still there"
    ),
    "it was decided to reduce it, and that is not done": _(
        "it was decided to reduce it, and that is not done"
    ),
    "the decision about it has run out": _("the decision about it has run out"),
    "where it lies is not known": _("where it lies is not known"),
    "not every copy is known to be encrypted": _("not every copy is known to be encrypted"),
    "nothing is on file about backups of it": _("nothing is on file about backups of it"),
    "how long it is kept is not known": _("how long it is kept is not known"),
    "it is held without a purpose": _("it is held without a purpose"),
}
_BOUNDS: Final = "data is out of bounds, and no written reason allows it"


def concern(told: str) -> str:
    """A concern about an item of data."""
    if told.endswith(_BOUNDS):
        return str(_("out of bounds, and no written reason allows it"))
    return str(CONCERNS.get(told, told))


_ASKS: Final[Mapping[Ask, Promise]] = {
    Ask.FUTURE: _("it was written in the future: a clock is wrong"),
    Ask.NOTHING_WATCHED: _("no source was watched at all"),
    Ask.NO_WHOLE_HOUR: _("no source was watched for a whole hour yet; sources: %(figure)s"),
    Ask.SILENT: _("sources were silent in %(figure)s percent of the hours: which, and why?"),
    Ask.DOWN: _("a part of the watch itself stood still for %(figure)s hours"),
    Ask.UNANSWERED: _("incidents without an answer yet: %(figure)s"),
    Ask.NO_SIGNATURES: _("it names no signatures at all"),
    Ask.UNDATED: _("none of its signatures is dated"),
    Ask.NO_UPDATE: _("no update of signatures is on record in that time"),
    Ask.OLD: _("its time ended %(figure)s days ago; there should be newer facts"),
    Ask.SHORT: _("it covers %(figure)s days; a month at least tells more"),
    Ask.NO_INCIDENT: _("no incident was raised in that time, so nothing is known of its answers"),
}


def asked(about: Concern) -> str:
    """Something to ask a provider about."""
    return str(_ASKS[about.ask]) % {"figure": about.figure}
