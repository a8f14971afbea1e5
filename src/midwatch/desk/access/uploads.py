"""Requests with files, refused by their stated length before a byte of them is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

_Given = ParamSpec("_Given")
View = Callable[Concatenate[HttpRequest, _Given], HttpResponseBase]


def bounded(most: int) -> Callable[[View[_Given]], View[_Given]]:
    """Refuse a request of more than ``most`` bytes. The form's token is asked for after that.

    Django reads the whole body to find the token, so the check stands before it.
    """

    def decorate(view: View[_Given]) -> View[_Given]:
        guarded = csrf_protect(view)

        @wraps(view)
        def measured(
            request: HttpRequest, /, *args: _Given.args, **kwargs: _Given.kwargs
        ) -> HttpResponseBase:
            stated = request.META.get("CONTENT_LENGTH") or "0"
            if not stated.isdecimal() or int(stated) > most:
                return render(
                    request, "desk/too_large.html", {"most": most // 1_000_000}, status=413
                )
            return guarded(request, *args, **kwargs)

        return csrf_exempt(measured)

    return decorate
