"""Errors as problem details (RFC 9457): what is wrong, and what to do about it.

``detail`` is the cause, ``remedy`` what to do. A foreign object and one that does not exist are the
same 404. Nothing of the inside (paths, SQL, traces) stands in them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from midwatch.desk.access.turns import BusyError
from midwatch.desk.api.limits import TooManyError
from midwatch.kernel import BadInputError, ConfigurationError, MidwatchError
from midwatch.lake.search import SearchError

CONTENT_TYPE: Final = "application/problem+json"
_LOG: Final = logging.getLogger(__name__)
_WAIT: Final = 5
"""Seconds after which a busy desk may be asked again."""


class Problem(Schema):
    """What is wrong (RFC 9457)."""

    type: str = Field("about:blank", description="A URI of the kind of problem.")
    title: str = Field(description="The status in words.", examples=["Bad Request"])
    status: int = Field(description="The HTTP status.", examples=[400])
    detail: str = Field("", description="The cause, in a sentence.")
    remedy: str = Field("", description="What to do about it.")
    position: int | None = Field(
        None, description="Of a search: the character at which it is wrong, from 1."
    )
    errors: list[str] = Field([], description="Of values: which are wrong, and how.")


class LackingError(MidwatchError):
    """The token or the person lacks a permission. Told with the permission's name."""


def problem(
    status: int, detail: str = "", remedy: str = "", *, errors: Sequence[str] = (),
    position: int | None = None,
) -> HttpResponse:  # fmt: skip
    """The answer that tells a problem."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "remedy": remedy,
        "errors": list(errors),
    }
    if position is not None:
        told["position"] = position
    response = HttpResponse(json.dumps(told), status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def tell_problems(api: NinjaAPI) -> None:
    """Have every error of the API told so."""
    tellers: tuple[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]], ...] = (
        (Http404, _missing), (AuthenticationError, _stranger), (HttpError, _http),
        (ValidationError, _invalid), (BusyError, _busy), (TooManyError, _too_many),
        (LackingError, _lacking), (BadInputError, _bad), (ConfigurationError, _not_set_up),
        (RequestDataTooBig, _too_big), (Exception, _broken),
    )  # fmt: skip
    for kind, teller in tellers:
        api.add_exception_handler(kind, teller)


def _missing(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401  # each teller gets its own kind
    return problem(404, "There is nothing of that name for you.")


def _stranger(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401  # each teller gets its own kind
    response = problem(
        401, "Nobody is known by that token or session.",
        "Send Authorization: Bearer and a token that is in force.",
    )  # fmt: skip
    response.headers["WWW-Authenticate"] = 'Bearer realm="midwatch"'
    return response


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.FORBIDDEN:
        return problem(
            403, "The request came without the token of this desk's own pages.",
            "Send X-CSRFToken with a session, or use an API token.",
        )  # fmt: skip
    return problem(error.status_code, str(error)[:200])


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = [
        f"{'.'.join(str(each) for each in found['loc'])}: {found['msg']}" for found in error.errors
    ]
    return problem(
        422, "Some values are not of their kind.", "Correct what errors names.", errors=told[:20]
    )


def _busy(request: HttpRequest, error: BusyError) -> HttpResponse:
    response = problem(429, error.cause, error.remedy)
    response.headers["Retry-After"] = str(_WAIT)
    return response


def _too_many(request: HttpRequest, error: TooManyError) -> HttpResponse:
    response = problem(429, error.cause, error.remedy)
    response.headers["Retry-After"] = str(error.wait)
    return response


def _lacking(request: HttpRequest, error: LackingError) -> HttpResponse:
    return problem(403, error.cause, error.remedy)


def _bad(request: HttpRequest, error: BadInputError) -> HttpResponse:
    place = error.position if isinstance(error, SearchError) else None
    return problem(400, error.cause, error.remedy, position=place)


def _not_set_up(request: HttpRequest, error: ConfigurationError) -> HttpResponse:
    return problem(503, error.cause, error.remedy)


def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(413, "The request is too large.", "Send less at once.")


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    _LOG.error("the API made a mistake", exc_info=error)
    return problem(500, "The desk made a mistake; it is written down in the desk's log.")
