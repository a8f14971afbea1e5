"""Operations on choices between vendors, on data that vendors hold, and on service facts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec
from ninja import File, Path, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.service_facts import own_facts, own_key
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.api.auth import needs
from midwatch.desk.api.paging import Limit, Offset, Piece, next_address
from midwatch.desk.api.shapes import Name, Sentence
from midwatch.desk.choosing.facts import Seen as SeenFacts
from midwatch.desk.choosing.facts import brought, file_facts, seen_of
from midwatch.desk.choosing.holding import HoldingActs, holdings, items
from midwatch.desk.choosing.holding import holding as one_holding
from midwatch.desk.choosing.models import Choice, Holding
from midwatch.desk.choosing.selectors import Seen
from midwatch.desk.choosing.selectors import choice as one_choice
from midwatch.desk.choosing.selectors import choices as every_choice
from midwatch.desk.choosing.services import ChoiceActs
from midwatch.desk.theme.templatetags.midwatch import moment_of
from midwatch.vendors.comparing import Holds, Must
from midwatch.vendors.contracts import ClauseKind
from midwatch.vendors.holdings import DataCategory, Decision, Necessity
from midwatch.vendors.service_facts import LARGEST, ServiceFacts, fingerprint_of

router = Router(tags=["Choosing"])
_REFERENCE: Final = "^[0-9a-z]{10}$"
_EXAMPLES: Final = ["7f3k2m9q4x"]
Reference = Annotated[str, Path(pattern=_REFERENCE, description="Its reference.",
                                examples=_EXAMPLES)]  # fmt: skip
Client = Annotated[Name, Path(description="The client's id.", examples=["bakery"])]


class ChoiceShape(Schema):
    """A choice between vendors."""

    id: str = Field(examples=_EXAMPLES)
    client: str
    title: str
    created: datetime
    decided: datetime | None
    chosen: str = Field(description="Empty while it is open.")
    approver: str
    why: str

    @staticmethod
    def fields_of(choice: Choice) -> dict[str, Any]:
        """The shape's fields."""
        made = choice.made
        return {
            "id": choice.reference, "client": choice.tenant, "title": choice.title,
            "created": choice.created, "decided": choice.decided,
            "chosen": made.chosen if made else "", "approver": made.approver if made else "",
            "why": made.why if made else "",
        }  # fmt: skip


class MetShape(Schema):
    """How far a candidate meets a need. ``credit``: 0 to 1; ``must``: None: no must-have."""

    need: str
    title: str
    weight: int
    credit: float
    must: Must | None


class TermShape(Schema):
    """One term of a candidate's contract or insurance."""

    term: str
    clause: ClauseKind | None = Field(description="Of which clause it tells, if of one.")
    text: str
    holds: Holds = Field(description="Whether it does what it is there for.")
    more: str


class ColumnShape(Schema):
    """One candidate against the needs, the best fit first."""

    vendor: str = Field(description="The vendor's reference.")
    name: str
    fit: float = Field(description="0 to 100.")
    price: float | None
    currency: str
    points: float
    possible: int
    unanswered: list[str] = Field(description="Ids of scored questions.")
    contradictions: list[str]
    needs: list[MetShape]
    terms: list[TermShape] = Field(
        description="Contract and insurance, as far as they are on file. No legal advice."
    )
    arithmetic: list[str]


class WholeChoice(ChoiceShape):
    """With its candidates side by side."""

    digest: str = Field(description="SHA-256 of the questionnaire it rests on.")
    candidates: list[ColumnShape]


class NewDecision(Schema):
    """Who is chosen, by whom, why."""

    vendor: Annotated[str, StringConstraints(pattern=_REFERENCE)]
    approver: Annotated[Sentence, StringConstraints(min_length=1, max_length=200)]
    why: Annotated[Sentence, StringConstraints(min_length=1)]


class HoldingShape(Schema):
    """One category of data that a vendor holds, with what is open about it."""

    id: str = Field(examples=_EXAMPLES)
    client: str
    vendor: str = Field(description="The vendor's reference.")
    category: DataCategory
    what: str
    about: str
    purpose: str
    countries: list[str]
    retention_days: int | None
    necessity: Necessity
    returned: date | None
    open: list[str]

    @staticmethod
    def fields_of(row: Holding, open_about: tuple[str, ...]) -> dict[str, Any]:
        """The shape's fields."""
        held = row.held
        return {
            "id": row.reference, "client": row.tenant, "vendor": row.vendor.reference,
            "category": held.category, "what": held.what, "about": held.about,
            "purpose": held.purpose, "countries": sorted({each.country for each in held.places}),
            "retention_days": held.retention_days, "necessity": held.necessity,
            "returned": held.returned, "open": list(open_about),
        }  # fmt: skip


class NewNecessity(Schema):
    """Whether the vendor needs it, and why."""

    necessity: Necessity
    why: Annotated[Sentence, StringConstraints(min_length=1, max_length=400)]
    until: date | None = None


class FactsShape(Schema):
    """A provider's signed facts, verified when they came."""

    provider: str
    about: str
    clients: int
    start: datetime
    end: datetime
    coverage: float | None = Field(description="Percent of the hours in which sources were heard.")
    incidents: int
    unanswered: int
    newest_rule: str
    fingerprint: str = Field(description="Of the key that signed it.")
    compared: bool = Field(description="Whether somebody compared the key by another way.")
    ask: list[str] = Field(description="What needs a word with the provider.")

    @staticmethod
    def fields_of(seen: SeenFacts) -> dict[str, Any]:
        """The shape's fields."""
        told = seen.told
        return {
            "provider": seen.facts.provider, "about": seen.facts.about,
            "clients": seen.facts.clients, "start": moment_of(seen.facts.start),
            "end": moment_of(seen.facts.end),
            "coverage": None if told.share is None else float(told.share),
            "incidents": told.raised, "unanswered": told.unanswered, "newest_rule": told.newest,
            "fingerprint": fingerprint_of(seen.row.key), "compared": seen.row.compared is not None,
            "ask": list(seen.concerns),
        }  # fmt: skip


class OwnFacts(Schema):
    """What this watch recorded of its own service; the signed file is made by the page."""

    facts: dict[str, Any]
    key: str


# ------------------------------------------------------------ choices


@router.get("/choices", response=Piece[ChoiceShape], summary="List choices")
@needs(Permission.VENDORS_SEE)
def list_choices(
    request: DeskRequest,
    client: Annotated[Name | None, Query(description="Only this client's.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, object]:
    """The newest first."""
    found = every_choice(request.scope, client)
    return {
        "total": len(found),
        "next": next_address(request, limit, offset, len(found)),
        "items": [ChoiceShape.fields_of(each) for each in found[offset : offset + limit]],
    }


@router.get("/choices/{choice}", response=WholeChoice, summary="Candidates side by side")
@needs(Permission.VENDORS_SEE)
def get_choice(request: DeskRequest, choice: Reference) -> dict[str, Any]:
    """The best fit first; those that miss a must-have after those that do not."""
    return _whole(request, one_choice(request.scope, choice))


@router.post("/choices/{choice}/decision", response=WholeChoice, summary="Decide for good")
@needs(Permission.VENDORS_RUN)
def decide_choice(request: DeskRequest, choice: Reference, given: NewDecision) -> dict[str, Any]:
    """What was known of all candidates is kept with it."""
    ChoiceActs(request.scope, address_of(request)).decide(
        choice, given.vendor, given.approver, given.why
    )
    return _whole(request, one_choice(request.scope, choice))


# ------------------------------------------------------------ data that vendors hold


@router.get("/clients/{client}/data", response=Piece[HoldingShape], summary="Data vendors hold")
@needs(Permission.VENDORS_SEE)
def list_data(
    request: DeskRequest, client: Client, limit: Limit = 50, offset: Offset = 0
) -> dict[str, object]:
    """What has something grave open stands first."""
    today = moment_of(request.now).date()
    found = items(holdings(request.scope, client), today)
    return {
        "total": len(found),
        "next": next_address(request, limit, offset, len(found)),
        "items": [
            HoldingShape.fields_of(each.row, each.concerns)
            for each in found[offset : offset + limit]
        ],
    }


@router.post("/data/{holding}/necessity", response=HoldingShape, summary="Needed or not")
@needs(Permission.VENDORS_RUN)
def decide_necessity(
    request: DeskRequest, holding: Reference, given: NewNecessity
) -> dict[str, Any]:
    """Say whether the vendor needs it; what was decided before stays on record."""
    HoldingActs(VendorActs(request.scope, address_of(request))).decide(
        holding,
        Decision(
            necessity=given.necessity, by=request.viewer.name, at=request.now, why=given.why,
            until=given.until,
        ),
    )  # fmt: skip
    row = one_holding(request.scope, holding)
    (item,) = items([row], moment_of(request.now).date())
    return HoldingShape.fields_of(row, item.concerns)


# ------------------------------------------------------------ service facts


@router.get("/vendors/{vendor}/facts", response=list[FactsShape], summary="A provider's facts")
@needs(Permission.VENDORS_SEE)
def list_facts(request: DeskRequest, vendor: Reference) -> list[dict[str, Any]]:
    """The newest first."""
    known = request.scope.vendors.one(vendor)
    return [FactsShape.fields_of(each) for each in brought(request.scope, known)]


@router.post("/vendors/{vendor}/facts", response={201: FactsShape}, summary="File signed facts")
@needs(Permission.VENDORS_RUN)
def add_facts(
    request: DeskRequest,
    vendor: Reference,
    file: Annotated[UploadedFile, File(description="The file, unchanged.")],
) -> Status[dict[str, Any]]:
    """Verified, and filed as evidence: a claim until somebody compares the key."""
    acts = VendorActs(request.scope, address_of(request))
    row = file_facts(acts, vendor, file.read(LARGEST + 1), str(file.name))
    return Status(201, FactsShape.fields_of(seen_of(request.scope, row)))


@router.get("/clients/{client}/service-facts", response=OwnFacts, summary="This watch's facts")
@needs(Permission.SEE)
def get_own_facts(
    request: DeskRequest,
    client: Client,
    days: Annotated[int, Query(ge=1, le=70, description="The last so many days.")] = 30,
) -> dict[str, Any]:
    """What the watch recorded of its service for a client."""
    found: ServiceFacts = own_facts(request.scope, client, days)
    return {"facts": msgspec.to_builtins(found), "key": own_key()}


def _whole(request: DeskRequest, choice: Choice) -> dict[str, Any]:
    seen = Seen(request.scope, choice)
    found = seen.comparison
    columns = []
    rows = found.terms if found else ()
    for place, each in enumerate(found.results if found else ()):
        candidate = each.candidate
        columns.append(
            {
                "vendor": seen.of(each).row.vendor.reference, "name": candidate.name,
                "fit": float(each.fit),
                "price": None if candidate.price is None else float(candidate.price),
                "currency": candidate.currency, "points": float(each.score.points),
                "possible": each.score.possible,
                "unanswered": [line.question.id for line in each.score.unanswered],
                "contradictions": list(each.contradictions),
                "needs": [
                    {
                        "need": one.need.id, "title": one.need.title, "weight": one.need.weight,
                        "credit": float(one.credit), "must": one.must,
                    }
                    for one in each.needs
                ],
                "terms": [
                    {
                        "term": str(row.title), "clause": row.clause,
                        "text": str(row.terms[place].text), "holds": row.terms[place].holds,
                        "more": str(row.terms[place].more),
                    }
                    for row in rows
                ],
                "arithmetic": list(found.explain(candidate.name)) if found else [],
            }
        )  # fmt: skip
    return {**ChoiceShape.fields_of(choice), "digest": choice.digest, "candidates": columns}
