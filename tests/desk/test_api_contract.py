"""What the API answers is what its schema says, whatever it is asked.

Requests are made up from the schema itself, as somebody in each role; the seed stands still, so
that a run finds what the run before found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as fixed_seed
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from midwatch.desk.access.roles import PERMISSIONS, Role
from midwatch.desk.api.whole import schema
from midwatch.desk.people.api_tokens import NOT_FOR_PROGRAMS, make_token
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import Furnished, furnish_lake, now, person
from midwatch.desk.rehearsal_answers import HANDED_IN, furnish_questionnaires
from midwatch.desk.rehearsal_choosing import CHOICES, HOLDINGS, furnish_choosing
from midwatch.desk.rehearsal_vendors import REFERENCES, furnish_vendors

pytestmark = pytest.mark.any_database

_EXAMPLES = 4
"""Of each operation, put as somebody in each role."""
_CHECKS = [
    CHECKS.get_one("not_a_server_error"),
    status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The server's own entry lets go of the connection at each request; the test needs its own."""
    signals = (request_started, request_finished)
    let_go = [each for each in signals if each.disconnect(close_old_connections)]
    yield
    for each in let_go:
        each.connect(close_old_connections)


@pytest.fixture
def tokens(
    world: Furnished, db: None, kept_connection: None, monkeypatch: pytest.MonkeyPatch
) -> dict[Role, str]:
    """A token of somebody in each role, that has all its permissions."""
    furnish_lake(world.stores)
    vendor = furnish_vendors("bakery")
    furnish_questionnaires(vendor)
    furnish_choosing(vendor, now())
    monkeypatch.setattr("midwatch.desk.api.limits.A_MINUTE", 1_000_000)
    made = {}
    for role in Role:
        viewer = viewer_of(person(role), now())
        allowed = PERMISSIONS[role] - NOT_FOR_PROGRAMS
        made[role] = make_token(viewer, "contract", allowed, timedelta(days=1))[1]
    return made


def test_answers_are_as_the_schema_says_for_every_role(
    world: Furnished, tokens: dict[Role, str]
) -> None:
    there = {
        "reference": world.own.reference, "client": "bakery", "source": "bakery-wall",
        "event": "rehearsal-1-1", "questionnaire": HANDED_IN["bakery"],
        "vendor": REFERENCES["bakery"], "choice": CHOICES["bakery"],
        "holding": HOLDINGS["bakery"],
    }  # fmt: skip
    described = schemathesis.openapi.from_dict(schema())
    described.app = get_wsgi_application()
    faults: list[str] = []
    statuses: Counter[int] = Counter()

    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @fixed_seed(7)
        @settings(
            max_examples=_EXAMPLES, database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(), real=st.booleans())
        def put(case: Any, real: bool) -> None:
            if real:
                for name in case.path_parameters or ():
                    case.path_parameters[name] = there[name]
            for role, token in tokens.items():
                headers = {"Authorization": f"Bearer {token}"}
                answer = case.call(headers=headers)
                statuses[answer.status_code] += 1
                try:
                    case.validate_response(answer, checks=_CHECKS, headers=headers)
                except Exception as error:  # noqa: BLE001  # all faults are told together below
                    faults.append(f"{role}: {case.method} {case.path}: {error}")

        put()

    assert not faults, "\n\n".join(faults[:5])
    assert {200, 400, 403, 404} <= statuses.keys(), statuses
