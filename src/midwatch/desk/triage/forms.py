"""What analysts write: an exception, a mail to the client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.handling import Recipient, Wish
from midwatch.desk.access.masking import names_of
from midwatch.incidents import Incident
from midwatch.kernel import derived_id
from midwatch.reports.defusing import defuse

LONGEST_DAYS: Final = 366
_USUAL_DAYS: Final = 30
_MICROSECONDS: Final = 1_000_000


class ExceptionForm(forms.Form):
    """What an exception names, why, and until when. Names are chosen, not typed."""

    rule = forms.ChoiceField(label=_("Rule"), required=False)
    network = forms.ChoiceField(label=_("Origin"), required=False)
    wider = forms.CharField(
        label=_("or a network of addresses"), required=False, max_length=60,
        help_text=_("such as 192.0.2.0/24; it takes the place of the origin"),
    )  # fmt: skip
    user = forms.ChoiceField(label=_("Account"), required=False)
    host = forms.ChoiceField(label=_("Machine"), required=False)
    reason = forms.CharField(
        label=_("Why is it harmless, and who says so?"), max_length=400, min_length=10,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    expires = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("the end of that day; a year at most, then somebody looks again"),
    )  # fmt: skip
    break_ins = forms.BooleanField(
        label=_("Also hide findings that somebody got in"), required=False
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        incident: Incident,
        now: int,
        zone: ZoneInfo,
        masked: bool,
    ) -> None:
        """``now``: UTC microseconds; ``zone``: the client's, in which the days are counted."""
        super().__init__(data)
        self._now = datetime.fromtimestamp(now / _MICROSECONDS, UTC).astimezone(zone)
        self._zone = zone
        offered: dict[str, dict[str, str]] = {name: {} for name in ("network", "user", "host")}
        offered["rule"] = {signal.rule: signal.title for signal in incident.signals}
        for signal in incident.signals:
            for kind, name in names_of(signal):
                offered.get(kind, {})[name] = name
            offered["network"] |= {each: each for each in signal.addresses}
        # A name from a log may hold anything: a key that we make stands for it in the page.
        self._meant = {_key(name, value): value for name in offered for value in offered[name]}
        for name, known in offered.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                told = [(_key(name, value), defuse(words, 120)) for value, words in known.items()]
                field.choices = [("", _("any")), *told]
        if masked:  # what a masked viewer types could try names out
            del self.fields["wider"]
        first = next(iter(incident.signals), None)
        if first is not None and not self.is_bound:
            self.initial["rule"] = _key("rule", first.rule)
            self.initial["network"] = _key("network", first.attacker or "")
        self.initial.setdefault("expires", (self._now + timedelta(days=_USUAL_DAYS)).date())

    def clean_expires(self) -> datetime:
        """The end of the day."""
        chosen = self.cleaned_data["expires"]
        days = (chosen - self._now.date()).days
        if not 0 <= days < LONGEST_DAYS:
            raise ValidationError(_("Choose a day within a year from now."))
        return datetime.combine(chosen, datetime.max.time(), self._zone)

    def wish(self) -> Wish:
        """What it says, after it was found right."""
        given = self.cleaned_data
        return Wish(
            reason=given["reason"],
            expires=int(given["expires"].timestamp() * _MICROSECONDS),
            rule=self._meant.get(given["rule"], ""),
            network=given.get("wider") or self._meant.get(given["network"], ""),
            user=self._meant.get(given["user"], ""),
            host=self._meant.get(given["host"], ""),
            break_ins=given["break_ins"],
        )

    def digest(self) -> str:
        """Names what was previewed, so that just that is kept."""
        wish = self.wish()
        return derived_id(
            "wish", wish.reason, wish.expires, wish.rule, wish.network, wish.user, wish.host,
            int(wish.break_ins),
        )  # fmt: skip


def _key(field: str, value: str) -> str:
    return derived_id(field, value)[:16] if value else ""


class NoticeForm(forms.Form):
    """A mail to somebody of the client's."""

    to = forms.ChoiceField(label=_("To"))
    subject = forms.CharField(label=_("Subject"), max_length=120)
    text = forms.CharField(
        label=_("Text"), max_length=8_000, widget=forms.Textarea(attrs={"rows": 14})
    )

    def __init__(
        self, data: QueryDict | None, *, recipients: list[Recipient], initial: dict[str, str]
    ) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["to"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(each.key, f"{each.title} <{each.address}>") for each in recipients]
