"""What the API answers is what its schema says, whatever it is asked.

Requests are made up from the schema itself, as somebody in each role; the seed stands still, so
that a run finds what the run before found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as fixed_seed
from schemathesis.checks import CHECKS
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

_EXAMPLES = 4
"""Of each operation and role; a run stays under a minute."""
_CHECKS = [
    CHECKS.get_one("not_a_server_error"),
    status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


@pytest.fixture
def token_of(world: Furnished, db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[Role], str]:
    """A token of somebody in a role that has all its permissions."""
    furnish_lake(world.stores)
    monkeypatch.setattr("midwatch.desk.api.limits.A_MINUTE", 1_000_000)

    def make(role: Role) -> str:
        viewer = viewer_of(person(role), now())
        allowed = PERMISSIONS[role] - NOT_FOR_PROGRAMS
        return make_token(viewer, "contract", allowed, timedelta(days=1))[1]

    return make


@pytest.mark.parametrize("role", sorted(Role))
def test_answers_are_as_the_schema_says(token_of: Callable[[Role], str], role: Role) -> None:
    described = schemathesis.openapi.from_dict(schema())
    described.app = get_wsgi_application()
    headers = {"Authorization": f"Bearer {token_of(role)}"}
    faults: list[str] = []
    asked = 0

    for found in described.get_all_operations():
        operation = found.ok()

        @fixed_seed(7)
        @settings(
            max_examples=_EXAMPLES, deadline=None, database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def put(case: Any) -> None:
            nonlocal asked
            asked += 1
            answer = case.call(headers=headers)
            try:
                case.validate_response(answer, checks=_CHECKS, headers=headers)
            except Exception as error:  # noqa: BLE001  # all faults are told together below
                faults.append(f"{case.method} {case.path}: {error}")

        put()

    assert asked >= 18
    assert not faults, "\n\n".join(faults[:5])
