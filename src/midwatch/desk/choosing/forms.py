"""What people type about a choice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from midwatch.desk.answers.speaking import own_first
from midwatch.vendors.comparing import Need
from midwatch.vendors.questionnaires import TemplateVersion, own_versions

_LARGEST = Decimal("999999999999.99")


def money_field(label: Any, help_text: Any = "") -> forms.DecimalField:  # noqa: ANN401  # texts of either kind
    """An amount of money, not negative, that may be left empty."""
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, min_value=Decimal(0),
        max_value=_LARGEST, decimal_places=2, localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


def currency_field() -> forms.RegexField:
    """The code of a currency."""
    return forms.RegexField(
        r"^[A-Za-z]{3}\Z", label=_("Currency"), required=False, max_length=3,
        help_text=_("Three letters, such as EUR."),
        error_messages={"invalid": _("A currency has three letters, such as EUR.")},
    )  # fmt: skip


class BeginForm(forms.Form):
    """A new choice."""

    title = forms.CharField(
        label=_("What do you look for?"), max_length=200,
        help_text=_("For example: a help desk for both offices."),
    )  # fmt: skip
    questionnaire = forms.ChoiceField(label=_("Questionnaire"))
    currency = currency_field()
    exposure = money_field(
        _("What could a breach cost?"),
        _("It is held against what each contract pays. May be empty."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(*args, **kwargs)
        choices = [(each.digest, each.title) for each in own_first(own_versions())]
        self.fields["questionnaire"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    @property
    def version(self) -> TemplateVersion:
        """The questionnaire that was chosen."""
        digest = self.cleaned_data["questionnaire"]
        return next(each for each in own_versions() if each.digest == digest)


class FrameForm(forms.Form):
    """What is set for a choice as a whole."""

    title = forms.CharField(label=_("Title"), max_length=200)
    currency = currency_field()
    exposure = money_field(_("What could a breach cost?"))
    price = forms.IntegerField(
        label=_("Weight of the price"),
        min_value=0,
        max_value=100,
        help_text=_("Beside the weights of the needs; 0 shows it only."),
    )


class NeedForm(forms.Form):
    """One need."""

    title = forms.CharField(label=_("What is needed"), max_length=200)
    weight = forms.IntegerField(
        label=_("Weight"),
        min_value=0,
        max_value=100,
        help_text=_("How much it counts beside the other needs."),
    )
    must = forms.BooleanField(label=_("It is a must-have"), required=False)
    least = forms.IntegerField(
        label=_("Met from (percent)"),
        min_value=1,
        max_value=100,
        initial=100,
        help_text=_("How much of its questions' points a must-have takes."),
    )
    questions = forms.MultipleChoiceField(
        label=_("Questions that tell"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least one with a weight of its own."),
    )

    def __init__(self, version: TemplateVersion, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(*args, **kwargs)
        self._version = version
        self.fields["questions"].choices = [  # type: ignore[attr-defined]  # it is a MultipleChoiceField
            (each.id, each.text) for each in version.questions
        ]

    def sections(self) -> Iterator[tuple[str, list[tuple[str, str, int, bool]], bool]]:
        """By section its questions (id, text, weight, chosen), and whether any is chosen."""
        chosen = set(self["questions"].value() or ())
        for section in self._version.sections:
            rows = [
                (each.id, each.text, each.weight, each.id in chosen) for each in section.question
            ]
            yield section.title, rows, any(chosen for _id, _text, _weight, chosen in rows)

    def need(self, name: str) -> Need:
        """The need as the pure room has it."""
        given = self.cleaned_data
        return Need(
            id=name, title=" ".join(given["title"].split()), weight=given["weight"],
            must=given["must"], least=Decimal(given["least"]) / 100,
            questions=tuple(given["questions"]),
        )  # fmt: skip


class CandidateForm(forms.Form):
    """A candidate."""

    vendor = forms.ChoiceField(label=_("Vendor"))
    price = money_field(_("Price a year"), _("Empty while it is not known."))
    currency = currency_field()

    def __init__(self, vendors: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["vendor"].choices = vendors  # type: ignore[attr-defined]  # it is a ChoiceField


class DecisionForm(forms.Form):
    """A decision."""

    vendor = forms.ChoiceField(label=_("Chosen"), widget=forms.RadioSelect)
    approver = forms.CharField(
        label=_("Who approves it"),
        max_length=200,
        help_text=_("The person who answers for it, or the meeting with its day."),
    )
    why = forms.CharField(
        label=_("Reasons"),
        max_length=4000,
        widget=forms.Textarea,
        help_text=_("What decided, and why what speaks against it is borne."),
    )

    def __init__(self, vendors: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["vendor"].choices = vendors  # type: ignore[attr-defined]  # it is a ChoiceField
