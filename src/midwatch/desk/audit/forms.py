"""What the record may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from midwatch.desk.audit.selectors import Question
from midwatch.tenants import Tenant

_KINDS: Final = (
    ("all", _("everything")),
    ("reveals", _("looks behind the mask")),
    ("sign_in", _("signing in")),
    ("people", _("people and access")),
    ("incident", _("incidents")),
)


class RecordForm(forms.Form):
    """A filter; nothing in it is required."""

    client = forms.ChoiceField(label=_("Client"), required=False)
    kind = forms.ChoiceField(label=_("What"), choices=_KINDS, required=False)
    who = forms.CharField(label=_("Who"), max_length=120, required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, tenants: Sequence[Tenant], **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``tenants``: the viewer's."""
        super().__init__(*args, **more)
        field = self.fields["client"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is declared above
        field.choices = [("", _("all")), *((each.id, each.title) for each in tenants)]
        if len(tenants) == 1:
            field.widget = forms.HiddenInput()

    def question(self) -> Question:
        """What is asked; wrong answers ask for nothing, and the form says so."""
        said = self.cleaned_data if self.is_valid() else {}
        since, until = said.get("since"), said.get("until")
        return Question(
            tenant=said.get("client") or "",
            kind=said.get("kind") or "all",
            who=said.get("who") or "",
            since=None if since is None else datetime.combine(since, time.min, UTC),
            until=None
            if until is None
            else datetime.combine(until, time.min, UTC) + timedelta(days=1),
        )
