"""What is said when a page is not there, or we broke something."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: it does not exist, or not for this viewer; which of the two is not told."""
    return render(request, "desk/missing.html", status=404)


def forbidden(
    request: HttpRequest, exception: Exception | None = None, reason: str = ""
) -> HttpResponse:
    """403: a form without its token, or the like."""
    return render(request, "desk/forbidden.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault. It draws on nothing that may be what is broken."""
    return HttpResponse(
        "<!doctype html><title>Midwatch</title><h1>The desk made a mistake.</h1>"
        "<p>It is written down in the desk's log. The watch itself goes on without the desk.</p>",
        status=500,
    )
