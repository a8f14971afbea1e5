"""The application behind the HTTP ways in: who asks, how much, what lines, and the answer.

Every way in goes the same steps (``Door.take``): the token tells the feed, the feed's rate is
looked at, the body is read within bounds, made into lines, and handed to the spool. The answer
of success is given only when everything is on disk; every other answer means that nothing of
the request was kept, and says what to do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from midwatch.intake.delivering import Delivery
from midwatch.intake.identification import Owner, Roll, origin_of, plain_address
from midwatch.intake.limits import Flood, Limits
from midwatch.intake.parcels import SpoolFullError, Transport
from midwatch.intake.web import collector, elastic, plain_lines, telemetry
from midwatch.intake.web.bodies import Bodies
from midwatch.intake.web.refusals import Refusal, no_room
from midwatch.intake.web.tokens import token_of

_LOG: Final = logging.getLogger(__name__)
_JSON: Final = "application/json"
_INLINE: Final = 1 << 18
"""Bytes of a body that are made into lines at once; more in a thread."""
_PROTOBUF: Final = "application/x-protobuf"
_PROBES: Final = (
    "_license", "_xpack", "_cluster", "_cat", "_nodes", "_ilm", "_index_template", "_template",
    "_component_template", "_ingest", "_data_stream", "_alias", "_security", "_snapshot", "_slm",
)  # fmt: skip
Handler = Callable[[Request], Awaitable[Response]]
Made = TypeVar("Made")


class Door:
    """What the ways in share; see the module's documentation."""

    def __init__(self, delivery: Delivery, roll: Roll, limits: Limits, flood: Flood) -> None:
        self.delivery = delivery
        self._roll = roll
        self._flood = flood
        self._bodies = Bodies(limits)

    def owner(self, request: Request) -> Owner:
        """Whose token the request bears.

        Raises:
            Refusal: It bears none, or one that is not known.
        """
        token = token_of(request.headers.get("authorization", ""))
        if not token:
            raise Refusal(
                401,
                "no_token",
                "the request bears no token",
                remedy="send the source's token: Authorization: Bearer TOKEN",
            )
        owner = self._roll.directory.by_token(token)
        if owner is None:
            raise Refusal(
                403,
                "unknown_token",
                "no source has this token",
                remedy="give the token that was shown when the source was set up, or a new one",
            )
        return owner

    async def body(self, request: Request, owner: Owner) -> bytes:
        """The unpacked body, if the feed has not sent too much lately.

        Raises:
            Refusal: It has, or the body cannot be taken.
        """
        wait = self._flood.owe(f"feed {owner.feed}", 0, asyncio.get_running_loop().time())
        if wait > 0:
            raise Refusal(
                429,
                "flood",
                "this source sends more lines than it may",
                remedy="send again later; raise the limit if this is its normal rate",
                retry=wait,
            )
        encoding = request.headers.get("content-encoding", "").strip().lower()
        return await self._bodies.read(request.stream(), encoding)

    async def take(self, request: Request, owner: Owner, lines: list[bytes]) -> tuple[int, int]:
        """Return (lines taken, lines cut) when they are on disk.

        Raises:
            Refusal: There is no room.
        """
        lines, cut = plain_lines.shorten(lines)
        if lines:
            peer = plain_address(request.client.host) if request.client else ""
            try:
                await self.delivery.deliver(origin_of(owner), Transport.HTTP, peer, lines)
            except SpoolFullError as error:
                raise no_room() from error
            now = asyncio.get_running_loop().time()
            self._flood.owe(f"feed {owner.feed}", len(lines), now)
        self.delivery.counters.cut(Transport.HTTP, cut)
        return len(lines), cut


def application(door: Door) -> Starlette:
    """The application with all ways in."""
    lines = partial(_told, door, "lines")
    bulk = partial(_told, door, "elastic")
    otlp = partial(_told, door, "otlp")
    splunk = partial(_told, door, "splunk")
    post = ["POST"]
    routes = [
        Route("/v1/ingest", lines(partial(_ingest, door)), methods=post),
        Route("/v1/logs", otlp(partial(_telemetry, door)), methods=post),
        Route("/health", lines(_health), methods=["GET"]),
        Route("/services/collector/health", splunk(_health), methods=["GET"]),
        Route("/services/collector/health/1.0", splunk(_health), methods=["GET"]),
        *(
            Route(f"/services/collector{path}", splunk(partial(_events, door)), methods=post)
            for path in ("", "/event", "/event/1.0")
        ),
        *(
            Route(f"/services/collector{path}", splunk(partial(_raw_events, door)), methods=post)
            for path in ("/raw", "/raw/1.0")
        ),
        Route("/", bulk(partial(_root, door)), methods=["GET", "HEAD"]),
        Route("/_bulk", bulk(partial(_bulk, door)), methods=["POST", "PUT"]),
        Route("/{index}/_bulk", bulk(partial(_bulk, door)), methods=["POST", "PUT"]),
        *(
            Route(path, bulk(partial(_probe, door)), methods=["GET", "HEAD", "PUT", "POST"])
            for name in _PROBES
            for path in (f"/{name}", f"/{name}/{{rest:path}}")
        ),
    ]
    app = Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_found})
    app.router.redirect_slashes = False
    return app


def _told(door: Door, way: str, handle: Handler) -> Handler:
    """The handler, its refusals turned into answers, and every answer counted."""

    async def answered(request: Request) -> Response:
        try:
            try:
                response = await handle(request)
            except RecursionError as error:
                raise Refusal(
                    400, "malformed", "the JSON is nested too deeply", remedy="send flatter events"
                ) from error
        except Refusal as refusal:
            response = Response(
                refusal.body(),
                refusal.status,
                refusal.headers() | (elastic.HEADERS if way == "elastic" else {}),
                _JSON,
            )
            door.delivery.counters.event(Transport.HTTP, f"refused: {refusal.kind}")
            _LOG.info("a request was refused", extra={"way": way, "cause": refusal.kind})
        except ClientDisconnect:
            door.delivery.counters.event(Transport.HTTP, "request broken off")
            return Response(status_code=400)
        door.delivery.counters.answered(way, response.status_code)
        return response

    return answered


async def _health(_request: Request) -> Response:
    return _json({"text": "HEC is healthy", "code": 17, "status": "ok"})


async def _ingest(door: Door, request: Request) -> Response:
    owner = door.owner(request)
    body = await door.body(request, owner)
    lines = await _made(plain_lines.lines_of, body, _content_type(request))
    accepted, cut = await door.take(request, owner, lines)
    return _json({"accepted": accepted, "cut": cut})


async def _root(door: Door, request: Request) -> Response:
    door.owner(request)
    return _json(elastic.root(), headers=elastic.HEADERS)


async def _probe(door: Door, request: Request) -> Response:
    door.owner(request)
    status, content = elastic.probe(request.method, request.url.path)
    return _json(content, status, elastic.HEADERS)


async def _bulk(door: Door, request: Request) -> Response:
    owner = door.owner(request)
    body = await door.body(request, owner)
    bulk = await _made(elastic.take_apart, body, request.path_params.get("index", ""))
    await door.take(request, owner, bulk.lines)
    return _json(elastic.answer(bulk), headers=elastic.HEADERS)


async def _telemetry(door: Door, request: Request) -> Response:
    owner = door.owner(request)
    content_type = _content_type(request)
    if content_type not in (_JSON, _PROTOBUF):
        raise Refusal(
            415,
            "content_type",
            "the Content-Type is none of OTLP's",
            remedy=f"send {_PROTOBUF} or {_JSON}",
        )
    body = await door.body(request, owner)
    if content_type == _PROTOBUF:
        await door.take(request, owner, await _made(telemetry.lines_of_protobuf, body))
        return Response(telemetry.answer_in_protobuf(), media_type=_PROTOBUF)
    lines, rejected = await _made(telemetry.lines_of_json, body)
    await door.take(request, owner, lines)
    door.delivery.counters.refused(Transport.HTTP, "malformed", rejected)
    return _json(telemetry.answer_in_json(rejected))


async def _events(door: Door, request: Request) -> Response:
    owner = door.owner(request)
    body = await door.body(request, owner)
    await door.take(request, owner, await _made(collector.lines_of, body))
    return _json({"text": "Success", "code": 0})


async def _raw_events(door: Door, request: Request) -> Response:
    owner = door.owner(request)
    body = await door.body(request, owner)
    await door.take(request, owner, await _made(plain_lines.lines_of, body, ""))
    return _json({"text": "Success", "code": 0})


async def _not_found(_request: Request, _error: Exception) -> Response:
    refusal = Refusal(
        404, "not_found", "there is no such way in", remedy="see the manual, page 'HTTP'"
    )
    return Response(refusal.body(), refusal.status, media_type=_JSON)


async def _made(make: Callable[..., Made], body: bytes, *more: str) -> Made:
    """What a body is made into; large ones in a thread, so that others need not wait."""
    if len(body) <= _INLINE:
        return make(body, *more)
    return await asyncio.to_thread(make, body, *more)


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _json(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(content), status, headers, _JSON)
