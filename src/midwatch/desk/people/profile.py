"""One's own name, language and time zone."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import check_for_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page, public
from midwatch.desk.access.roles import Permission
from midwatch.desk.audit.services import note
from midwatch.desk.people.models import User

_NATIVE: Final = {"en": "English", "de": "Deutsch"}


class ProfileForm(forms.Form):
    """Who one is to others, and how one reads the pages."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    zone = forms.CharField(
        label=gettext_lazy("Time zone"), max_length=64, required=False,
        widget=forms.TextInput({"list": "zones", "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Such as Europe/Berlin. Empty: the one of the device."),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(*args, **more)
        own = [(code, _NATIVE.get(code, str(name))) for code, name in settings.LANGUAGES]
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it stands above
        field.choices = [("", _("that of the browser")), *own]

    def clean_zone(self) -> str:
        """A zone that there is."""
        zone: str = self.cleaned_data["zone"].strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError(_("There is no such zone; write it like Europe/Berlin."))
        return zone


@page(Permission.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: DeskRequest) -> HttpResponse:
    """Look at it, change it."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # the page demands somebody
    form = ProfileForm(
        request.POST or None,
        initial={"name": user.name, "language": user.language, "zone": user.zone},
    )
    if request.method == "POST" and form.is_valid():
        _save(request, user, form.cleaned_data)
        with override(user.language or None):
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(
        request, "people/profile.html", {"form": form, "zones": sorted(available_timezones())}
    )


@public("whoever reads the page that is for everybody chooses its language as well")
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language at the foot of a page; of who is signed in, on all their devices."""
    chosen = request.POST.get("language", "")
    user = request.user
    if isinstance(user, User) and chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        User.objects.filter(pk=user.pk).update(language=chosen)
    return set_language(request)


def _save(request: DeskRequest, user: User, found: dict[str, Any]) -> None:
    changed = [name for name in ("name", "language", "zone") if getattr(user, name) != found[name]]
    for name in changed:
        setattr(user, name, found[name])
    if changed:
        user.save(update_fields=changed)
        note(
            request.viewer, "people.profile", subject=user.email,
            detail={"changed": changed}, address=address_of(request),
        )  # fmt: skip
