"""The schema, and a page that tells it to people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page, public
from midwatch.desk.access.roles import Permission
from midwatch.desk.api.problems import problem
from midwatch.desk.api.whole import schema


@public("the description of the API is the same everywhere and part of the published source")
def openapi(request: HttpRequest) -> HttpResponse:
    """The schema."""
    return JsonResponse(schema())


@public("it tells that there is no such operation, and nothing else")
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """What is asked for at an address of no operation."""
    return problem(404, "There is no such operation.", "See /api/v1/docs.")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as the page tells it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str, str, bool], ...]
    body: str
    answers: tuple[tuple[str, str], ...]


@page(Permission.SEE)
def docs(request: DeskRequest) -> HttpResponse:
    """All operations, without a request to anywhere else."""
    return render(request, "api/docs.html", {"groups": _groups()})


@cache
def _groups() -> list[tuple[str, list[Operation]]]:
    groups: dict[str, list[Operation]] = {}
    told = schema()
    for path, operations in told["paths"].items():
        for method, each in operations.items():
            groups.setdefault(each["tags"][0], []).append(_told(told, path, method, each))
    return list(groups.items())


def _told(whole: dict[str, Any], path: str, method: str, each: dict[str, Any]) -> Operation:
    body = (
        each.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    )
    return Operation(
        each["operationId"],
        method.upper(),
        path,
        each["summary"],
        each.get("description", ""),
        tuple(
            (
                given["name"], given["in"],
                given.get("description") or given["schema"].get("description", ""),
                given.get("required", False),
            )
            for given in each.get("parameters", ())
        ),
        json.dumps(_example(whole, body), indent=2, ensure_ascii=False) if body else "",
        tuple((status, answer["description"]) for status, answer in each["responses"].items()),
    )  # fmt: skip


def _example(whole: dict[str, Any], shape: dict[str, Any]) -> Any:  # noqa: ANN401  # any value JSON has
    """A body that the schema's own examples make up."""
    if "$ref" in shape:
        return _example(whole, whole["components"]["schemas"][shape["$ref"].rpartition("/")[2]])
    if shape.get("examples"):
        return shape["examples"][0]
    if shape.get("type") == "object":
        return {
            name: _example(whole, inner)
            for name, inner in shape.get("properties", {}).items()
            if name in shape.get("required", ()) or inner.get("examples")
        }
    return shape.get("default", "")
