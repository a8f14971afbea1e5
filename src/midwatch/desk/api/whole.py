"""The API as one: its routers, its errors, its schema."""

from __future__ import annotations

from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from midwatch import __version__
from midwatch.desk.api import (
    choosing,
    clients,
    events,
    incidents,
    questionnaires,
    record,
    vendors,
)
from midwatch.desk.api.auth import Session, Token
from midwatch.desk.api.problems import CONTENT_TYPE, Problem, tell_problems

_DESCRIPTION: Final = """\
What the pages of the desk do, for programs. Send `Authorization: Bearer` and a token from
*API tokens* in the menu under your name; it never may more than you. What is masked for you is
masked here. What is not yours is answered like what does not exist.

Errors are problem details (RFC 9457) with `detail`, the cause, and `remedy`, what to do.
A minute has room for 240 questions; a search counts for eight. Whoever asks more is answered 429
and told in `Retry-After` when to go on.
"""
_PROBLEMS: Final = {
    "400": "What was asked cannot be done, or not now.",
    "401": "Nobody is known by that token or session.",
    "403": "The token or the person lacks the permission.",
    "404": "There is nothing of that name for you.",
    "422": "Some values are not of their kind.",
    "429": "Too much was asked in this minute, or others are searching.",
    "503": "Something is not set up yet.",
}

api = NinjaAPI(
    title="Midwatch",
    version=__version__,
    description=_DESCRIPTION,
    auth=[Token(), Session()],
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-1",
)
api.add_router("", clients.clients)
api.add_router("/incidents", incidents.router)
api.add_router("/sources", clients.sources)
api.add_router("/events", events.router)
api.add_router("/questionnaires", questionnaires.router)
api.add_router("", choosing.router)
api.add_router("/record", record.router)
api.add_router("/vendors", vendors.router)
tell_problems(api)


def schema() -> dict[str, Any]:
    """The description of all operations (OpenAPI 3.1), with every error they answer."""
    made: OpenAPISchema = api.get_openapi_schema(path_prefix="/api/v1")
    made["components"]["schemas"]["Problem"] = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    told = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in made["paths"].values():
        for operation in path.values():
            for status, meaning in _PROBLEMS.items():
                operation["responses"][status] = {"description": meaning, "content": told}
            operation["responses"] = dict(
                sorted((str(status), answer) for status, answer in operation["responses"].items())
            )
    return made
