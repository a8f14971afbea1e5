"""Who asks: a program with a token, or a person's browser with its session.

A browser's session goes with the token against forged requests, as every form does. A token that
does not open is refused even where a session would: a program must notice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from inspect import signature
from typing import Any, Final, ParamSpec, TypeVar, cast

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import APIKeyCookie, HttpBearer

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.rows import rows_of, see
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.api.limits import spend
from midwatch.desk.api.problems import LackingError
from midwatch.desk.people.api_tokens import viewer_of_token

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")
_LONGEST: Final = 200


class Token(HttpBearer):
    """``Authorization: Bearer mwt_…``."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """The token's viewer, put on the request.

        Raises:
            AuthenticationError: It opens nothing.
        """
        asked = cast("DeskRequest", request)
        viewer = viewer_of_token(token, asked.now) if len(token) <= _LONGEST else None
        if viewer is None:
            raise AuthenticationError
        # The middleware made a stranger's scope of it, and takes back what is seen here.
        asked.viewer = viewer
        asked.scope = Scope(viewer, asked.now)
        see(rows_of(viewer))
        asked.spender = f"token-{sha256(token.encode()).hexdigest()[:24]}"  # type: ignore[attr-defined]  # read by needs, below
        return viewer


class Session(APIKeyCookie):
    """The session of somebody who is signed in, with ``X-CSRFToken`` for what changes things."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        """Who is signed in."""
        asked = cast("DeskRequest", request)
        if not asked.viewer.id:
            return None
        asked.spender = f"person-{asked.viewer.id}"  # type: ignore[attr-defined]  # read by needs, below
        return asked.viewer


def needs(
    permission: Permission, weight: int = 1
) -> Callable[[Callable[_Given, _Answer]], Callable[_Given, _Answer]]:
    """For who has the permission for some client; a test demands it of every operation.

    An operation that takes ``client`` is asked for that one. ``weight``: see ``limits``.
    """

    def decorate(operation: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
        @wraps(operation)
        def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
            request: Any = args[0]
            spend(request.spender, weight, request.now)
            viewer: Viewer = request.viewer
            if not viewer.may_somewhere(permission):
                raise LackingError(
                    f"this needs the permission {permission.value}",
                    remedy="use a token that has it, of somebody whose role has it",
                )
            client = kwargs.get("client")
            if isinstance(client, str) and client and not viewer.may(permission, client):
                raise Http404
            return operation(*args, **kwargs)

        # What an operation takes is read off its signature, in the names of its own module.
        guarded.__signature__ = signature(operation, eval_str=True)  # type: ignore[attr-defined]  # functions take it
        guarded.permission = permission  # type: ignore[attr-defined]  # the walk over all operations reads it
        return guarded

    return decorate
