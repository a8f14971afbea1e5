"""The record, for programs: who did what, and who looked at what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.api.auth import needs
from midwatch.desk.api.shapes import LineShape, Name
from midwatch.desk.api.times import aware
from midwatch.desk.audit.selectors import Question, lines

router = Router(tags=["Record"])


@router.get("", response=list[LineShape], summary="The record")
@needs(Permission.RECORD)
def list_record(
    request: DeskRequest,
    client: Annotated[Name | None, Query(description="Only this client's.")] = None,
    before: Annotated[
        datetime | None, Query(description="Older than this: `at` of the last line before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[dict[str, Any]]:
    """The newest first."""
    found = lines(
        request.scope, Question(tenant=client or ""), limit,
        None if before is None else aware(before),
    )  # fmt: skip
    return [
        {
            "at": each.at,
            "who": each.who,
            "role": each.role,
            "client": each.tenant,
            "verb": each.verb,
            "subject": each.subject,
            "detail": dict(each.detail),
            "reason": each.reason,
            "until": each.until,
        }
        for each in found
    ]
