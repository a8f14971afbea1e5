"""Forms around a search: keep it, make it a rule, reveal an event."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.search.rule_text import LEVELS, Counting

_LEVEL_NAMES = {
    "low": _("low"), "medium": _("medium"), "high": _("high"), "critical": _("critical"),
}  # fmt: skip


class KeepForm(forms.Form):
    """A name, and who shares it."""

    title = forms.CharField(label=_("Name"), max_length=120)
    tenant = forms.ChoiceField(label=_("Shared within"), required=False)

    def __init__(self, scope: Scope, data: Any = None, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(data, **more)
        choices = [(each.id, each.title) for each in scope.tenants(Permission.SEARCH)]
        if scope.viewer.may(Permission.SEARCH):
            choices.append(("", str(_("us, for all clients"))))
        self.fields["tenant"].choices = choices  # type: ignore[attr-defined]  # a choice field has them


class RuleForm(forms.Form):
    """What a rule needs beyond the search."""

    tenant = forms.ChoiceField(label=_("Client"))
    title = forms.CharField(label=_("What it finds, as people will read it"), max_length=120)
    level = forms.ChoiceField(
        label=_("How grave"), choices=[(each, _LEVEL_NAMES[each]) for each in LEVELS],
        initial="medium",
    )  # fmt: skip
    events = forms.IntegerField(
        label=_("Only from so many events on"), min_value=1, max_value=100_000, initial=1,
        help_text=_("1: every single event is told."),
    )  # fmt: skip
    minutes = forms.IntegerField(
        label=_("within so many minutes"), min_value=1, max_value=1440, initial=10
    )
    by = forms.ChoiceField(
        label=_("counted for each"),
        choices=[("src_ip", _("address")), ("user", _("user")), ("host", _("machine"))],
    )

    def __init__(self, scope: Scope, data: Any = None, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(data, **more)
        self.fields["tenant"].choices = [  # type: ignore[attr-defined]  # a choice field has them
            (each.id, each.title) for each in scope.tenants(Permission.TRIAGE)
        ]

    def counting(self) -> Counting | None:
        """How events are counted; None: each stands for itself."""
        held = self.cleaned_data
        if held["events"] == 1:
            return None
        return Counting(held["events"], held["minutes"], held["by"])


class RevealForm(forms.Form):
    """Why somebody needs to see it."""

    reason = forms.CharField(
        label=_("What you need it for"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
