"""States, replies, verdicts and reasons as pages write them."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.desk.answers.models import State
from midwatch.vendors.questionnaires import Because, Judgement, Ownership, Reply

STATES: Final[dict[State, tuple[str, Promise]]] = {
    State.SENT: ("look", _("sent, not begun")),
    State.BEGUN: ("look", _("being answered")),
    State.HANDED_IN: ("act", _("handed in: to be judged")),
    State.ASKED_BACK: ("look", _("asked back: the vendor's turn")),
    State.CLOSED: ("quiet", _("judged")),
    State.EXPIRED: ("act", _("its link has expired")),
    State.REVOKED: ("quiet", _("taken back")),
}
"""Meaning and words of each state."""
REPLIES: Final[dict[Reply, Promise]] = {
    Reply.YES: _("yes"),
    Reply.NO: _("no"),
    Reply.STATED: _("stated"),
    Reply.NOT_APPLICABLE: _("does not apply"),
    Reply.UNANSWERED: _("unanswered"),
}
JUDGEMENTS: Final[dict[Judgement, Promise]] = {
    Judgement.ACCEPTED: _("accepted"),
    Judgement.PARTLY: _("accepted in part: half the points"),
    Judgement.NOT_ACCEPTED: _("not accepted: no points"),
    Judgement.NOT_APPLICABLE: _("does not apply: not counted"),
}
OWNERSHIPS: Final[dict[Ownership, Promise]] = {
    Ownership.NOT_SAID: _("not said"),
    Ownership.VENDOR: _("we ourselves"),
    Ownership.CLIENT: _("you, our customer"),
    Ownership.THIRD_PARTY: _("somebody we buy it from"),
    Ownership.SHARED: _("both of us"),
    Ownership.SHARED_THIRD_PARTY: _("we and somebody we buy it from"),
}
"""Who does it, as the vendor says it."""
REASONS: Final[dict[Because, Promise]] = {
    Because.ANSWER: _("by the answer"),
    Because.UNANSWERED: _("unanswered"),
    Because.NOT_APPLICABLE_CLAIMED: _("said not to apply, not accepted"),
    Because.NOT_APPLICABLE_ACCEPTED: _("does not apply: not counted"),
    Because.JUDGED: _("by the verdict"),
    Because.NOT_OPENED: _("not reached: the answer before closes it"),
    Because.SPARED: _("spared by the better answer before"),
}
