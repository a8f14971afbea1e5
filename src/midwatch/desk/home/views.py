"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page, public
from midwatch.desk.access.roles import Permission


@page(Permission.SEE)
def home(request: DeskRequest) -> HttpResponse:
    """Where the viewer's work is: the provider's people to the queue, a client's to their page.

    For the manager of an empty desk, it is the first steps.
    """
    if request.viewer.may(Permission.CLIENTS) and not request.scope.tenants():
        return redirect("first_steps")
    if not request.viewer.provider:
        return redirect("portal_home")
    try:
        return redirect("queue")
    except NoReverseMatch:
        return redirect("clients")


@public("a supervisor asks whether the desk answers; it tells nothing else")
def healthz(request: HttpRequest) -> HttpResponse:
    """That the desk answers."""
    return HttpResponse("awake\n", content_type="text/plain")
