"""What reviewers type: whom to send what, and which file they bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from midwatch.desk.answers.sending import LONGEST, Wish
from midwatch.vendors.questionnaires import TemplateVersion


class SendForm(forms.Form):
    """Which questionnaire, to whom, until when."""

    template = forms.ChoiceField(
        label=_("Questionnaire"), widget=forms.RadioSelect,
        help_text=_("Each asks, and its mail is written, in the language of its title."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Who answers"), max_length=120,
        help_text=_("A person at the vendor. They may pass parts on to colleagues."),
    )  # fmt: skip
    email = forms.EmailField(label=_("Their e-mail address"), required=False)
    message = forms.CharField(
        label=_("What you want to tell them"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    due = forms.DateField(
        label=_("Wanted by"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    days = forms.IntegerField(
        label=_("The link opens for so many days"), min_value=1, max_value=LONGEST.days, initial=45
    )
    carry = forms.BooleanField(
        label=_("Fill in what they answered before; they check it"), required=False, initial=True
    )
    by_mail = forms.BooleanField(
        label=_("Send them the link by mail now"), required=False,
        help_text=_("Otherwise it is shown to you once, to pass on."),
    )  # fmt: skip

    def __init__(
        self, versions: Sequence[TemplateVersion], *args: object, mail: bool, **kwargs: object
    ) -> None:
        """``versions``: what can be sent; ``mail``: whether mail leaves from here."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what Django's form takes
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it stands above
        field.choices = [
            (
                each.digest,
                _("%(title)s: %(questions)d questions, about %(minutes)d minutes")
                % {"title": each.title, "questions": len(each.questions), "minutes": each.minutes},
            )
            for each in versions
        ]
        if not mail:
            del self.fields["by_mail"]
        else:
            self.fields["by_mail"].initial = True

    def clean(self) -> dict[str, object]:
        """Mail needs an address; the day wanted lies ahead and before the link ends."""
        given = super().clean() or {}
        if given.get("by_mail") and not given.get("email"):
            self.add_error("email", _("Write the address the mail goes to."))
        due, days = given.get("due"), given.get("days")
        today = timezone.localdate()
        if due is not None and due < today:
            self.add_error("due", ValidationError(_("This day is over.")))
        elif due is not None and isinstance(days, int) and due > today + timedelta(days=days):
            self.add_error("days", ValidationError(_("The link would end before that day.")))
        return given

    def wish(self) -> Wish:
        """What it says, after it was found right."""
        given = self.cleaned_data
        return Wish(
            template=given["template"], name=given["name"], email=given["email"],
            message=given["message"], due=given["due"], days=given["days"], carry=given["carry"],
            by_mail=given.get("by_mail", False),
        )  # fmt: skip


class BringForm(forms.Form):
    """A file that the vendor filled in for somebody else."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("HECVAT 4 or CAIQ 4 (.xlsx), VSAQ or MVSP (.json), or our own workbook."),
    )
    answers = forms.FileField(
        label=_("Saved answers, for VSAQ only"), required=False,
        help_text=_("VSAQ keeps questions and answers in two files."),
    )  # fmt: skip


class DelegateForm(forms.Form):
    """A colleague of the vendor's."""

    name = forms.CharField(label=_("Your colleague's name"), max_length=120)
    email = forms.EmailField(label=_("Their e-mail address"), required=False)

    def __init__(self, *args: object, mail: bool, **kwargs: object) -> None:
        """``mail``: whether mail leaves from here; then the address is needed."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what Django's form takes
        self.fields["email"].required = mail
