"""What is known of a candidate elsewhere in the vendor file: its answers, its finances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _

from midwatch.desk.access.scope import Scope
from midwatch.desk.answers.selectors import Whole, of_vendor
from midwatch.desk.vendors.models import Vendor
from midwatch.kernel import BadInputError
from midwatch.vendors.comparing import Needs, Terms, terms_of
from midwatch.vendors.finance import Health, assess
from midwatch.vendors.questionnaires import (
    Submission,
    TemplateVersion,
    carried_over,
    new_submission,
)
from midwatch.vendors.questionnaires.scoring import amount as amount_of
from midwatch.vendors.questionnaires.scoring import percent as percent_of


@dataclass(frozen=True, slots=True)
class Answered:
    """A vendor's answers to the questionnaire of a choice.

    ``when`` they were handed in; None: they were not, and none counts. ``carried``: they were
    given to another questionnaire that asks the same. ``reference``: of the one they are in.
    """

    submission: Submission
    when: datetime | None = None
    carried: bool = False
    reference: str = ""


def answers_of(scope: Scope, vendor: Vendor, version: TemplateVersion) -> Answered:
    """The vendor's answers that count for this questionnaire; none of them where it gave none.

    What was not handed in is no answer yet. The newest handed in for this very questionnaire
    counts, in whichever language; else the newest for another one, as far as that asks the same.
    """
    handed_in = of_vendor(scope, vendor).filter(revoked=None).exclude(handed_in=None)
    newest = handed_in.order_by("-handed_in")
    like_it = newest.filter(
        version__template=version.id[:64], version__version=version.version[:32]
    )
    same = next((each for each in like_it if each.version.frozen.asks_as(version)), None)
    found = same or newest.first()
    if found is None:
        return Answered(new_submission(version, vendor.reference))
    whole = Whole(found)
    given = carried_over(version, whole.version, whole.submission)
    return Answered(given, found.handed_in, same is None, found.reference)


def health_of(scope: Scope, vendor: Vendor, today: date) -> Health | None:
    """What the vendor's statements say; None: none are on file, or none can be read together."""
    kept = [each.struct for each in scope.vendors.one(vendor.reference).statements.all()]
    if not kept:
        return None
    try:
        return assess(kept, today)
    except BadInputError:  # the page of its finances tells what is wrong with them
        return None


def agreed_with(scope: Scope, vendor: Vendor, needs: Needs, today: date) -> Terms | None:
    """What the vendor's contract, or its draft, and its insurance say; None: none is on file."""
    known = scope.vendors.one(vendor.reference)
    return terms_of(
        [(each.struct, each.exposed) for each in known.contracts.all()],
        known.file.insurance,
        exposure=needs.exposure, currency=needs.currency, today=today,
    )  # fmt: skip


def percent(value: Fraction) -> str:
    """A share or a fit with one digit behind the point, as the language writes it."""
    return percent_of(value).replace(".", str(get_format("DECIMAL_SEPARATOR")))


def amount(value: Fraction) -> str:
    """Points, as the language writes them."""
    return amount_of(value).replace(".", str(get_format("DECIMAL_SEPARATOR")))


def money(value: Decimal | None, currency: str) -> str:
    """An amount as people write it; unknown where it is."""
    if value is None:
        return _("not known")
    digits = 0 if value == value.to_integral_value() else 2
    shown = number_format(value, decimal_pos=digits, use_l10n=True, force_grouping=True)
    return f"{shown} {currency}".rstrip()
