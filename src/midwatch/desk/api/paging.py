"""Lists in pieces: how many there are, and where the next piece is."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

_Item = TypeVar("_Item")
MOST = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Leave out so many first.")]


class Piece(Schema, Generic[_Item]):
    """A piece of a list."""

    total: int = Field(description="How many there are in all.")
    next: str = Field(description="The address of the next piece; empty: this is the last.")
    items: list[_Item]


def next_address(request: HttpRequest, limit: int, offset: int, total: int) -> str:
    """Where the next piece is."""
    if offset + limit >= total:
        return ""
    asked = request.GET.copy()
    asked["limit"], asked["offset"] = str(limit), str(offset + limit)
    return f"{request.path}?{asked.urlencode()}"
