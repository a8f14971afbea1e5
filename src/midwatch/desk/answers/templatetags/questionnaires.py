"""How pages write answers, verdicts and points; what a vendor wrote is defused."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import get_format

from midwatch.desk.answers.models import Asking
from midwatch.desk.answers.words import JUDGEMENTS, OWNERSHIPS, REASONS, REPLIES, STATES
from midwatch.reports.defusing import defuse
from midwatch.vendors.questionnaires import (
    Answer,
    Because,
    Judgement,
    Ownership,
    Question,
    Reply,
)
from midwatch.vendors.questionnaires.scoring import amount as amount_of
from midwatch.vendors.questionnaires.scoring import percent as percent_of

register = template.Library()


@register.filter
def replied(answer: Answer, question: Question | None = None) -> str:
    """What was replied, in a word; a stated one as it stands, a choice as the question has it."""
    if answer.reply is Reply.STATED:
        return defuse(answer.value if question is None else question.shown(answer.value), 4000)
    return str(REPLIES[answer.reply])


@register.filter
def reply_mood(answer: Answer, question: Question) -> str:
    """Whether the answer is the better one (``quiet``), the worse (``act``) or to be read."""
    if answer.reply in (Reply.UNANSWERED, Reply.NOT_APPLICABLE):
        return "look"
    if answer.reply is Reply.STATED:
        return ""
    good = Reply.NO if question.no_is_good else Reply.YES
    return "quiet" if answer.reply is good else "act"


@register.filter
def judgement_word(value: Judgement) -> str:
    """A verdict in words."""
    return str(JUDGEMENTS[value])


@register.filter
def ownership_word(value: Ownership) -> str:
    """Who does it, in words; empty where it is not said."""
    return "" if value is Ownership.NOT_SAID else str(OWNERSHIPS[value])


@register.filter
def because_word(value: Because) -> str:
    """Why a question earned what it did."""
    return str(REASONS[value])


@register.filter
def points(value: Fraction) -> str:
    """Points as people write them."""
    return _spoken(amount_of(Fraction(value)))


@register.filter
def percents(value: Fraction | None) -> str:
    """0 to 100 with one digit, rounded down."""
    return "–" if value is None else _spoken(percent_of(value))


def _spoken(number: str) -> str:
    """A number with the mark that the reader's language puts before its decimals."""
    return number.replace(".", get_format("DECIMAL_SEPARATOR"))


@register.filter
def state_word(asking: Asking) -> str:
    """Where a questionnaire stands, in words."""
    return str(STATES[asking.state(timezone.now())][1])


@register.filter
def state_mood(asking: Asking) -> str:
    """What that means."""
    return STATES[asking.state(timezone.now())][0]


@register.simple_tag(takes_context=True)
def actor(context: Context, name: str) -> str:
    """Somebody of the client's or the provider's, as the viewer may read it."""
    scope, tenant = context["request"].scope, context["asking"].tenant
    return defuse(scope.actor(tenant, name) if scope.masks(tenant) else name, 80)


@register.filter
def past(value: datetime | None) -> bool:
    """Whether that moment is over."""
    return value is not None and value <= timezone.now()


@register.filter
def lines(text: str, most: int = 4000) -> list[str]:
    """The lines of a text from outside, each harmless to look at."""
    return [defuse(line, 1000) for line in text[:most].splitlines() if line.strip()]
