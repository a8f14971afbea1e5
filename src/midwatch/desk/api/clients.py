"""Operations on clients, offices and sources, and what was tried there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from ninja import Path, Query, Router, Status

from midwatch.desk.access.acting_sources import SourceActs
from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.watching import Watching
from midwatch.desk.api.auth import needs
from midwatch.desk.api.paging import Limit, Offset, Piece, next_address
from midwatch.desk.api.shapes import (
    AddedSource,
    AttemptsShape,
    ChangedSource,
    ClientShape,
    HealthShape,
    Me,
    Name,
    NewSource,
    OfficeShape,
    SourceShape,
    moment,
)
from midwatch.desk.api.times import DAY, span_of
from midwatch.reports.recorded import count_attempts
from midwatch.tenants import Feed

clients = Router(tags=["Clients"])
sources = Router(tags=["Sources"])
Client = Annotated[Name, Path(description="The client's id.", examples=["bakery"])]
Source = Annotated[Name, Path(description="The source's id.", examples=["bakery-wall"])]


@clients.get("/me", response=Me, summary="Who you are to the desk")
@needs(Permission.SEE)
def get_me(request: DeskRequest) -> dict[str, Any]:
    """Your name, and what you may for which client."""
    viewer = request.viewer
    everywhere = {"*"} if viewer.everywhere else set()
    return {
        "name": viewer.name,
        "email": viewer.email,
        "roles": {
            tenant: sorted(
                each.value
                for each in Permission
                if viewer.may(each, None if tenant == "*" else tenant)
            )
            for tenant in sorted(viewer.tenants | everywhere)
        },
        "limited": viewer.only is not None,
    }


@clients.get("/clients", response=Piece[ClientShape], summary="List clients")
@needs(Permission.SEE)
def list_clients(request: DeskRequest, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """The clients that are yours to see."""
    found = request.scope.tenants()
    return {
        "total": len(found),
        "next": next_address(request, limit, offset, len(found)),
        "items": [
            ClientShape.of(each, masked=request.scope.masks(each.id))
            for each in found[offset : offset + limit]
        ],
    }


@clients.get("/clients/{client}", response=ClientShape, summary="One client")
@needs(Permission.SEE)
def get_client(request: DeskRequest, client: Client) -> ClientShape:
    """A client firm."""
    return ClientShape.of(request.scope.tenant(client), masked=request.scope.masks(client))


@clients.get("/clients/{client}/offices", response=list[OfficeShape], summary="Its offices")
@needs(Permission.SEE)
def list_offices(request: DeskRequest, client: Client) -> list[OfficeShape]:
    """The places of a client's."""
    return [OfficeShape.of(each) for each in request.scope.offices(client)]


@clients.get("/clients/{client}/attempts", response=AttemptsShape, summary="Attempts to get in")
@needs(Permission.SEE)
def get_attempts(
    request: DeskRequest,
    client: Client,
    since: Annotated[datetime | None, Query(description="Default: a day ago.")] = None,
    until: Annotated[datetime | None, Query(description="Default: now.")] = None,
) -> dict[str, Any]:
    """By when the watch recorded them, counted as its reports count them."""
    first, last = span_of(since, until, request.now, DAY)
    found = [
        each.signal for each in Watching(request.scope).recorded(client, first) if each.at < last
    ]
    counted = count_attempts(found)
    return {
        "client": client,
        "since": moment(first),
        "until": moment(last),
        "attempts": counted.attempts,
        "origins": counted.origins,
        "succeeded": sum(each.success for each in found),
        "kinds": [{"kind": each.kind, "attempts": each.count} for each in counted.kinds],
    }


@sources.get("", response=Piece[SourceShape], summary="List sources")
@needs(Permission.SEE)
def list_sources(
    request: DeskRequest,
    client: Annotated[Name | None, Query(description="Only this client's.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """The senders of logs."""
    watching = Watching(request.scope)
    heard = watching.heard_of_all() if client is None else watching.heard(client)
    return {
        "total": len(heard),
        "next": next_address(request, limit, offset, len(heard)),
        "items": [SourceShape.of(each.feed) for each in heard[offset : offset + limit]],
    }


@sources.get("/{source}", response=SourceShape, summary="One source")
@needs(Permission.SEE)
def get_source(request: DeskRequest, source: Source) -> SourceShape:
    """A sender of logs."""
    return _shown(request, request.scope.feed(source))


@sources.get("/{source}/health", response=HealthShape, summary="How it does")
@needs(Permission.SEE)
def get_health(request: DeskRequest, source: Source) -> dict[str, Any]:
    """Since when it is silent, and how much of it is understood."""
    watching = Watching(request.scope)
    heard = watching.heard_one(request.scope.feed(source))
    lines, understood = watching.shares(heard.feed, request.now - DAY, request.now)
    return {
        "source": source,
        "last_line": moment(None if heard.health is None else heard.health.last),
        "silent": heard.silent,
        "lines_24h": lines,
        "understood_24h": understood,
    }


@sources.post("", response={201: AddedSource}, summary="Add a source")
@needs(Permission.SOURCES)
def add_source(request: DeskRequest, given: NewSource) -> Status[dict[str, Any]]:
    """With a token of its own, unless addresses tell it (the provider's people only)."""
    feed, token = _acts(request).add(
        given.client, given.office, given.title, given.addresses, given.host
    )
    return Status(201, {**_shown(request, feed).model_dump(), "token": token})


@sources.patch("/{source}", response=SourceShape, summary="Change a source")
@needs(Permission.SOURCES)
def change_source(request: DeskRequest, source: Source, given: ChangedSource) -> SourceShape:
    """What is left out stays as it is."""
    acts = _acts(request)
    known = request.scope.feed(source, Permission.SOURCES)
    told = {
        name: value
        for name, value in given.model_dump(exclude={"paused"}).items()
        if value is not None
    }
    if told:
        wanted = msgspec.structs.replace(known, **told)
        known = acts.change(
            source, title=wanted.title, product=wanted.product, office=wanted.office,
            zone=wanted.zone, silence=wanted.silence,
        )  # fmt: skip
    if given.paused is not None and given.paused != known.paused:
        known = acts.pause(source, paused=given.paused)
    return _shown(request, known)


def _acts(request: DeskRequest) -> SourceActs:
    return SourceActs(request.scope, address_of(request))


def _shown(request: DeskRequest, feed: Feed) -> SourceShape:
    return SourceShape.of(Watching(request.scope).heard_one(feed).feed)
