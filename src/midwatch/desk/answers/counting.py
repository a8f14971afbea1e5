"""Keeps beside a questionnaire what lists show of it: how far it is, and its score."""

from __future__ import annotations

from decimal import Decimal

from midwatch.desk.answers.models import Asking, Remark
from midwatch.desk.answers.selectors import Whole

_PLACES = Decimal("0.001")


def recount(asking: Asking) -> None:
    """Count anew; call it in the transaction of each change."""
    whole = Whole(asking)
    score = whole.score
    asking.asked, asking.answered = whole.asked, whole.answered
    asking.judged = len(whole.submission.verdicts)
    asking.asked_back = asking.remarks.filter(kind=Remark.Kind.BACK, settled=None).count()
    value = score.value
    asking.score = (
        None
        if value is None
        else (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_PLACES)
    )
    asking.arithmetic = score.arithmetic[:120]
    asking.save(update_fields=["asked", "answered", "judged", "asked_back", "score", "arithmetic"])
