"""Elasticsearch's bulk form, as Beats, Fluent Bit, Vector and Logstash send it.

Source: Elasticsearch reference, "Bulk API". Documents are taken whatever index they name;
``update`` and ``delete`` have no meaning for logs and are refused one by one. The probes that
shippers send before they begin are answered harmlessly: nothing is set up, nothing told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from midwatch.intake.web.documents import line_of_document
from midwatch.intake.web.refusals import Refusal

VERSION: Final = "8.17.0"
"""The version of Elasticsearch whose bulk form this is; shippers ask for it."""

HEADERS: Final = {"X-Elastic-Product": "Elasticsearch"}
_LICENSE: Final = {"uid": "midwatch", "type": "basic", "mode": "basic", "status": "active"}
_ACTION: Final = msgspec.json.Decoder(dict[str, dict[str, object] | None])


class Bulk(msgspec.Struct, frozen=True):
    """A bulk request taken apart. ``items``: action, index, id and status of each."""

    lines: list[bytes]
    items: list[tuple[str, str, str, int]]


def root() -> dict[str, object]:
    """The answer to ``GET /``."""
    return {
        "name": "midwatch",
        "cluster_name": "midwatch",
        "cluster_uuid": "midwatch",
        "version": {
            "number": VERSION,
            "build_flavor": "default",
            "build_type": "tar",
            "lucene_version": "9.12.0",
            "minimum_wire_compatibility_version": "7.17.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        "tagline": "You Know, for Search",
    }


def probe(method: str, path: str) -> tuple[int, object]:
    """The answer (status, JSON) to what a shipper asks or wants set up before it sends."""
    if path.startswith("/_license"):
        return 200, {"license": _LICENSE}
    if path.startswith("/_xpack"):
        features = {
            name: {"available": True, "enabled": True} for name in ("ilm", "security", "logstash")
        }
        return 200, {"license": _LICENSE, "features": features}
    if path.startswith("/_cluster/health"):
        return 200, {"cluster_name": "midwatch", "status": "green", "timed_out": False}
    if method in ("GET", "HEAD"):
        return 200, {}
    return 200, {"acknowledged": True}


def take_apart(body: bytes, index: str = "") -> Bulk:
    """The documents of a bulk request, as lines, and what is answered for each.

    Raises:
        Refusal: An action cannot be read, or its document is missing.
    """
    bulk = Bulk([], [])
    rows = iter(body.split(b"\n"))
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        action, about = _action(row, number)
        name, key = str(about.get("_index") or index), str(about.get("_id") or "")
        if action == "delete":
            bulk.items.append((action, name, key, 400))
            continue
        document = next(rows, None)
        if document is None or not document.strip():
            raise _malformed(f"the document of action {len(bulk.items) + 1} is missing")
        if action == "update":
            bulk.items.append((action, name, key, 400))
            continue
        bulk.lines.append(line_of_document(document))
        bulk.items.append((action, name, key or f"m{len(bulk.items) + 1}", 201))
    if not bulk.items:
        raise _malformed("the request holds no action")
    return bulk


def answer(bulk: Bulk) -> dict[str, object]:
    """What a bulk request is answered with, once its lines are on disk."""
    return {
        "took": 0,
        "errors": any(status != 201 for *_rest, status in bulk.items),
        "items": [{action: _item(name, key, s)} for action, name, key, s in bulk.items],
    }


def _item(index: str, key: str, status: int) -> dict[str, object]:
    item: dict[str, object] = {"_index": index, "_id": key, "status": status}
    if status == 201:
        item |= {
            "_version": 1,
            "result": "created",
            "_shards": {"total": 1, "successful": 1, "failed": 0},
            "_seq_no": 0,
            "_primary_term": 1,
        }
    else:
        reason = "logs are only ever added; use create or index"
        item["error"] = {"type": "illegal_argument_exception", "reason": reason}
    return item


def _action(row: bytes, number: int) -> tuple[str, Mapping[str, object]]:
    try:
        found = _ACTION.decode(row)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _malformed(f"line {number} is no action") from error
    name = next(iter(found), "")
    if len(found) != 1 or name not in ("create", "delete", "index", "update"):
        raise _malformed(f"line {number} names no action of the bulk form")
    return name, found[name] or {}


def _malformed(cause: str) -> Refusal:
    return Refusal(
        400,
        "illegal_argument_exception",
        cause,
        remedy="send newline-delimited JSON: an action, then its document",
    )
