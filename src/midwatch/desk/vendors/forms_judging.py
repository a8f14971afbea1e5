"""What people type when they judge: states, findings, measures, policies, reviews, promises."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from midwatch.desk.vendors.forms import day_field, text_field
from midwatch.desk.vendors.models import Policy
from midwatch.desk.vendors.words import choices
from midwatch.kernel import Level
from midwatch.vendors.cadence import CadenceKind
from midwatch.vendors.evidence import Assurance
from midwatch.vendors.findings import TRANSITIONS as STEPS
from midwatch.vendors.findings import FindingOrigin, FindingState
from midwatch.vendors.reviews import ReviewDecision
from midwatch.vendors.vendor import TRANSITIONS, VendorState

OWN_RULE: Final = "own"


class MoveForm(forms.Form):
    """To which state of its life, and why."""

    to = forms.ChoiceField(label=_("It becomes"))
    why = text_field(_("Why"), required=True)
    conditions = text_field(
        _("Conditions"), help_text=_("One a line; needed for an approval with conditions.")
    )

    def __init__(self, *args: Any, state: VendorState, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``state``: where it stands."""
        super().__init__(*args, **more)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101  # it is declared above
        to.choices = choices(
            VendorState, [each for each in VendorState if each in TRANSITIONS[state]]
        )


class RaiseForm(forms.Form):
    """Something is not as it should be."""

    title = forms.CharField(label=_("What is not as it should be"), max_length=200)
    level = forms.ChoiceField(
        label=_("How much it matters"), choices=lambda: choices(Level), initial=Level.MEDIUM.value
    )
    origin = forms.ChoiceField(
        label=_("Found in"), choices=lambda: choices(FindingOrigin),
        initial=FindingOrigin.REVIEW.value,
    )  # fmt: skip
    detail = text_field(_("More about it"))
    owner = forms.CharField(label=_("Who puts it right"), max_length=200, required=False)
    due = day_field(_("By when"))
    about = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)


class StepForm(forms.Form):
    """A finding goes one step on."""

    to = forms.ChoiceField(label=_("It becomes"))
    why = text_field(_("Why"))
    owner = forms.CharField(label=_("Who puts it right"), max_length=200, required=False)
    due = day_field(_("By when"))
    until = day_field(_("Accepted until"), help_text=_("For an accepted risk: it ends."))
    proof = forms.CharField(
        label=_("Proof that was seen"), max_length=300, required=False,
        help_text=_("For a verification: which paper, or what you looked at."),
    )  # fmt: skip

    def __init__(self, *args: Any, state: FindingState, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``state``: where it stands."""
        super().__init__(*args, **more)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101  # it is declared above
        to.choices = choices(FindingState, [each for each in FindingState if each in STEPS[state]])


class MeasureForm(forms.Form):
    """What the firm does about a finding."""

    policy = forms.ChoiceField(label=_("Policy it is written into"))
    text = text_field(_("What is done from now on"), required=True)
    owner = forms.CharField(label=_("Who does it"), max_length=200)
    due = day_field(_("By when"), required=True)

    def __init__(self, *args: Any, policies: Sequence[Policy], **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``policies``: the newest version of each."""
        super().__init__(*args, **more)
        policy = self.fields["policy"]
        assert isinstance(policy, forms.ChoiceField)  # noqa: S101  # it is declared above
        policy.choices = [(each.policy, each.title) for each in policies]


class PolicyForm(forms.Form):
    """A policy's words."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("Text"), max_length=60_000, widget=forms.Textarea(attrs={"rows": 18})
    )
    review_by = day_field(_("To be looked at again by"))


RULES: Final = (
    ("FREQ=MONTHLY;INTERVAL=3", _("every three months")),
    ("FREQ=MONTHLY;INTERVAL=6", _("every six months")),
    ("FREQ=YEARLY", _("every year")),
)
"""The rules that are offered, and their words."""


class RuleForm(forms.Form):
    """How often reviews fall due."""

    start = day_field(_("First review"), required=True)
    every = forms.ChoiceField(
        label=_("Then"),
        choices=(*RULES, (OWN_RULE, _("by a rule of my own"))),
    )
    rule = forms.CharField(
        label=_("Rule of my own"), max_length=200, required=False,
        help_text=_("An RRULE as calendars write it: FREQ=MONTHLY;INTERVAL=4;BYDAY=1MO"),
    )  # fmt: skip

    @property
    def chosen(self) -> str:
        """The rule."""
        given = self.cleaned_data
        found: str = given["rule"] if given["every"] == OWN_RULE else given["every"]
        return found


class TalkForm(forms.Form):
    """A talk on record."""

    on = day_field(_("Day"), required=True)
    with_whom = forms.CharField(label=_("With whom of the vendor"), max_length=200)
    notes = text_field(_("What was said"), required=True)


class DecisionForm(forms.Form):
    """What a review came to."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=lambda: choices(ReviewDecision), widget=forms.RadioSelect
    )
    why = text_field(_("Why"), required=True)


class PromiseForm(forms.Form):
    """What was promised to happen how often."""

    kind = forms.ChoiceField(label=_("What"), choices=lambda: choices(CadenceKind))
    every_hours = forms.DecimalField(
        label=_("At least once every so many hours"), min_value=Decimal("0.1"),
        max_value=Decimal(100_000), decimal_places=1,
        help_text=_("24 for every day, 168 for every week, 730 for every month."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Where it is promised"), max_length=200,
        help_text=_("The answer, or the clause and its page."),
    )  # fmt: skip


class SightingForm(forms.Form):
    """It happened."""

    kind = forms.ChoiceField(label=_("What"), choices=lambda: choices(CadenceKind))
    on = day_field(_("Day"), required=True)
    assurance = forms.ChoiceField(
        label=_("By whose word"), choices=lambda: choices(Assurance),
        initial=Assurance.OBSERVED.value,
    )  # fmt: skip
    source = forms.CharField(label=_("Where you saw it"), max_length=200, required=False)


class CallForm(forms.Form):
    """Somebody was called."""

    minutes = forms.IntegerField(
        label=_("Minutes until somebody answered"), min_value=0, max_value=10_000
    )


class DrillAnswerForm(forms.Form):
    """Whoever got an exercise says that they are there."""

    by = forms.CharField(label=_("Your name"), max_length=120)
