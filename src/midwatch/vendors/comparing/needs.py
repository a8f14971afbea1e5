"""What a client needs, with weights and must-haves, read from a TOML file.

title = "Help desk for two offices"
currency = "EUR"
exposure = 400000            # what a breach could cost, in that currency
weight_price = 20            # how much the price counts beside the needs; 0: shown only

[[need]]
id = "night"
title = "Somebody awake at night"
weight = 5
must = true
least = 0.8                  # the credit from which a must-have is met
questions = ["desk.night", "desk.night-answer"]

[candidate."a.xlsx"]
name = "Acme Desk"
yearly_price = 30000
statements = "acme.csv"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.contracts import Contract
from midwatch.vendors.questionnaires.templates import TemplateVersion
from midwatch.vendors.vendor import Insurance

_LARGEST: Final = 1_000_000


class Need(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is needed, and the questions that tell whether it is met."""

    id: str
    title: str
    questions: tuple[str, ...]
    weight: int = 1
    must: bool = False
    least: Decimal = Decimal(1)


class CandidateFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a candidate beside its answers; ``statements``: a file.

    Without an ``exposure`` of the needs its contract cannot be held against anything.
    """

    name: str = ""
    yearly_price: Decimal | None = None
    currency: str = ""
    statements: str = ""
    contract: Contract | None = None
    insurance: tuple[Insurance, ...] = ()


class Needs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client's needs. ``exposure``: what a breach could cost."""

    title: str
    need: tuple[Need, ...]
    currency: str = ""
    exposure: Decimal | None = None
    weight_price: int = 0
    candidate: Mapping[str, CandidateFacts] = {}


def read_needs(data: bytes, name: str, version: TemplateVersion) -> Needs:
    """The needs of a file, checked against the questionnaire they speak of.

    Raises:
        BadInputError: It is no TOML, has a key nobody knows, or asks about no question.
    """
    if len(data) > _LARGEST:
        raise BadInputError("the file is too large for needs", remedy="check the file", path=name)
    try:
        needs = msgspec.convert(tomllib.loads(data.decode("utf-8-sig")), Needs, strict=False)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInputError(
            f"the needs cannot be read: {error}",
            remedy="midwatch vendor needs writes an example",
            path=name,
        ) from error
    problems = list(_problems(needs, version))
    if problems:
        raise BadInputError(
            "the needs do not fit the questionnaire: " + "; ".join(problems),
            remedy="correct each; midwatch vendor questions lists the ids",
            path=name,
        )
    return needs


def check_needs(needs: Needs, version: TemplateVersion) -> None:
    """Refuse needs that do not fit a questionnaire.

    Raises:
        BadInputError: With all that does not fit.
    """
    problems = list(_problems(needs, version))
    if problems:
        raise BadInputError(
            "the needs do not fit the questionnaire: " + "; ".join(problems),
            remedy="correct each",
        )


def reweighted(needs: Needs, weights: Mapping[str, int]) -> Needs:
    """The needs with other weights, to see what would change.

    Raises:
        BadInputError: A need is not known, or a weight is negative.
    """
    known = {each.id for each in needs.need}
    for name, weight in weights.items():
        if (name not in known and name != "price") or weight < 0:
            raise BadInputError(
                f"no need {name!r} can have the weight {weight}",
                remedy=f"weights from 0 up, for: {', '.join([*sorted(known), 'price'])}",
            )
    return msgspec.structs.replace(
        needs,
        weight_price=weights.get("price", needs.weight_price),
        need=tuple(
            msgspec.structs.replace(each, weight=weights.get(each.id, each.weight))
            for each in needs.need
        ),
    )


def _problems(needs: Needs, version: TemplateVersion) -> Iterator[str]:
    seen: set[str] = set()
    if not needs.need:
        yield "no need is named"
    for need in needs.need:
        if need.id in seen:
            yield f"the need {need.id!r} stands twice"
        seen.add(need.id)
        if need.weight < 0 or needs.weight_price < 0:
            yield f"the need {need.id!r} or the price has a negative weight"
        if not 0 < need.least <= 1:
            yield f"the need {need.id!r} is met from {need.least}; 0 to 1 is meant"
        scored = 0
        for name in need.questions:
            question = version.question(name)
            if question is None:
                yield f"the need {need.id!r} asks about {name!r}, which is not asked"
            else:
                scored += question.weight
        if not scored:
            yield f"the need {need.id!r} rests on no scored question"
    if needs.need and not sum(each.weight for each in needs.need) + needs.weight_price:
        yield "all weights are 0"
