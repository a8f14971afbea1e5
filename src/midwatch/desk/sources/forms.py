"""What people type about a source."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.scope import Scope
from midwatch.desk.access.typed import plain_title
from midwatch.desk.sources.products import choices
from midwatch.tenants import Office

_HOURS = [
    (0, _("learnt from its own rhythm")),
    (300, _("after 5 minutes")),
    (900, _("after 15 minutes")),
    (3_600, _("after an hour")),
    (21_600, _("after 6 hours")),
    (86_400, _("after a day")),
]


class _AboutSource(forms.Form):
    title = forms.CharField(
        label=_("What people call it"), max_length=120, validators=[plain_title],
        help_text=_("Firewall at the quay. Not a person's name: partners read it too."),
    )  # fmt: skip
    office = forms.ChoiceField(label=_("At which office"))

    def __init__(self, offices: Sequence[Office], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what Django's form takes
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it stands above
        field.choices = [(each.id, each.title) for each in offices]


class _ByAddress(_AboutSource):
    addresses = forms.CharField(
        label=_("Address it sends from"), max_length=400, required=False,
        help_text=_("192.0.2.1, or a network; several are parted by a space."),
    )  # fmt: skip
    host = forms.CharField(
        label=_("Host name in its lines"), max_length=255, required=False,
        help_text=_("Only where several devices send from one address, such as a relay."),
    )  # fmt: skip

    @property
    def given_addresses(self) -> list[str]:
        """The addresses as they were typed."""
        return str(self.cleaned_data.get("addresses", "")).replace(",", " ").split()


class NewSourceForm(_ByAddress):
    """A new source of a product."""

    way = forms.ChoiceField(
        label=_("How it proves itself"),
        choices=[
            ("address", _("by the address it sends from (syslog)")),
            ("token", _("by a token (HTTP shippers: Beats, Fluent Bit, Vector, OpenTelemetry)")),
        ],
        widget=forms.RadioSelect,
        initial="address",
    )
    field_order = ("title", "office", "way", "addresses", "host")

    def clean(self) -> dict[str, object]:
        """An address is needed where it is told by one."""
        given = super().clean() or {}
        if given.get("way") == "address" and not self.given_addresses:
            self.add_error("addresses", _("Say which address it sends from."))
        return given


class TokenSourceForm(_AboutSource):
    """A new source that is told by a token only."""


class SourceForm(_ByAddress):
    """What is known of a source that is there."""

    product = forms.ChoiceField(
        label=_("What it is"), required=False,
        help_text=_(
            "Name a product only where all its lines are of that one and are not recognised: "
            "a firewall sends those of many programs."
        ),
    )  # fmt: skip
    zone = forms.CharField(
        label=_("Time zone of its stamps, where they state none"), max_length=64, required=False,
        help_text=_("Empty: the office's."),
    )  # fmt: skip
    silence = forms.TypedChoiceField(
        label=_("When its silence is an alarm"), choices=_HOURS, coerce=int
    )
    field_order = ("title", "office", "product", "addresses", "host", "zone", "silence")

    def __init__(self, offices: Sequence[Office], *args: object, **kwargs: object) -> None:
        """``offices``: of its client."""
        super().__init__(offices, *args, **kwargs)
        field = self.fields["product"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it stands above
        field.choices = choices()


class ClaimForm(forms.Form):
    """Whose an unknown sender is. ``place`` is client/office; each line tells what it is."""

    place = forms.ChoiceField(label=_("Whose it is"))
    title = forms.CharField(
        label=_("What people call it"), max_length=120, validators=[plain_title]
    )

    def __init__(self, scope: Scope, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what Django's form takes
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101  # it stands above
        place.choices = places(scope)


def places(scope: Scope) -> list[tuple[str, str]]:
    """Every office of the viewer's clients."""
    return [
        (f"{tenant.id}/{office.id}", f"{tenant.title}, {office.title}")
        for tenant in scope.tenants()
        for office in scope.offices(tenant.id)
    ]
