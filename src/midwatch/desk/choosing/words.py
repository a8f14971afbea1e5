"""The pure room's words about data, in the viewer's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.vendors.holdings import DataCategory, Necessity

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
