"""Operations on events: the search of the desk, with its limits and its masks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Path, Query, Router, Schema
from pydantic import Field

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope_events import Events, Row, goes_on
from midwatch.desk.api.auth import needs
from midwatch.desk.api.shapes import EventShape, FoundShape, Name, moment
from midwatch.desk.api.times import DAY, micros
from midwatch.lake.exporting import plain_row

router = Router(tags=["Events"])
SEARCH_WEIGHT = 8
"""So many ordinary questions one search counts for."""
_ELSEWHERE = frozenset({"id", "tenant", "time", "received", "masked"})


class SearchAsked(Schema):
    """A search, as it stands in the address."""

    q: str = Field(
        "", max_length=4000, description="In the search language.",
        examples=["user:admin outcome:failure -source:filterlog"],
    )  # fmt: skip
    client: list[Name] = Field([], max_length=200, description="Only these; default: all of yours.")
    since: datetime | None = Field(None, description="Default: a day ago.")
    until: datetime | None = Field(None, description="Default: open.")
    after: str = Field("", max_length=300, description="`next` of the answer before.")
    limit: int = Field(50, ge=1, le=500, description="At most so many events.")
    counted: bool = Field(default=True, description="With total, buckets and facets.")


@router.get("", response=FoundShape, summary="Search events")
@needs(Permission.SEARCH, weight=SEARCH_WEIGHT)
def search(request: DeskRequest, given: Annotated[SearchAsked, Query()]) -> dict[str, Any]:
    """The latest events first. A time in `q` comes before `since` and `until`."""
    events = Events(request.scope, given.client)
    first = request.now - DAY if given.since is None else micros(given.since)
    asked = events.ask(given.q, first, None if given.until is None else micros(given.until))
    found = events.find(asked, limit=given.limit, after=given.after, counted=given.counted)
    seen = found.overview
    return {
        "total": len(found.rows) if seen is None else seen.total,
        "since": moment(asked.since),
        "until": moment(asked.until),
        "events": [_shape(each) for each in found.rows],
        "next": goes_on(found),
        "buckets": []
        if seen is None
        else [{"since": moment(start), "count": count} for start, count in seen.buckets],
        "bucket_seconds": 0 if seen is None else seen.width // 1_000_000,
        "facets": {}
        if seen is None
        else {
            name: [{"value": each.value, "count": each.count} for each in counts]
            for name, counts in seen.facets.items()
        },
        "left_out": list(asked.left_out),
        "problems": list(found.problems),
    }


@router.get("/{event}", response=EventShape, summary="One event")
@needs(Permission.SEARCH, weight=SEARCH_WEIGHT)
def get_event(
    request: DeskRequest,
    event: Annotated[str, Path(max_length=200, description="Its id.")],
) -> dict[str, Any]:
    """With its line, unless it is masked for you."""
    return _shape(Events(request.scope).event(event))


def _shape(row: Row) -> dict[str, Any]:
    told = {name: value for name, value in row.values.items() if name not in _ELSEWHERE}
    return {
        "id": row.id,
        "client": row.tenant,
        "time": moment(row.time),
        "received": moment(row.received),
        "masked": row.masked,
        "fields": plain_row(
            {name: value.hex() if isinstance(value, bytes) else value
             for name, value in told.items()}
        ),
    }  # fmt: skip
