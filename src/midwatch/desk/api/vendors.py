"""Operations on vendor files: who they are, what needs somebody, money, papers, findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.api.auth import needs
from midwatch.desk.api.paging import Limit, Offset, Piece, next_address
from midwatch.desk.api.shapes import Name, Sentence, moment
from midwatch.desk.vendors.judging import Raised, add_finding
from midwatch.desk.vendors.models import Finding, Paper, Vendor
from midwatch.desk.vendors.selectors import Glance, glance, health_of, today_of, with_parts
from midwatch.kernel import Level
from midwatch.vendors.evidence import Assurance, EvidenceKind
from midwatch.vendors.finance.statements import Audit
from midwatch.vendors.findings import FindingOrigin, FindingState
from midwatch.vendors.reviews import Lateness
from midwatch.vendors.tiers import Tier
from midwatch.vendors.vendor import ContactRole, VendorState

router = Router(tags=["Vendors"])
_REFERENCE: Final = "^[0-9a-z]{10}$"
Reference = Annotated[
    str, Path(pattern=_REFERENCE, description="Its reference.", examples=["7f3k2m9q4x"])
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$"),
]


class VendorShape(Schema):
    """A vendor, as it stands in a list."""

    id: str = Field(examples=["7f3k2m9q4x"])
    client: str = Field(examples=["bakery"])
    name: str
    country: str = Field(examples=["DE"])
    state: VendorState
    tier: Tier | None = Field(description="Empty: no service of it is on file.")
    is_provider: bool = Field(description="The watch itself is bought from it.")

    @staticmethod
    def of(vendor: Vendor) -> dict[str, Any]:
        """The shape's fields."""
        return {
            "id": vendor.reference, "client": vendor.tenant, "name": vendor.name,
            "country": vendor.country, "state": vendor.state, "tier": vendor.tier or None,
            "is_provider": vendor.is_provider,
        }  # fmt: skip


class DueShape(Schema):
    """Something with a day."""

    on: date
    what: str


class NeedShape(Schema):
    """Something that needs somebody. ``mood``: act, look or quiet."""

    mood: str = Field(examples=["act"])
    text: str


class ContactShape(Schema):
    """Whom to call."""

    role: ContactRole
    name: str
    phone: str
    mail: str
    round_the_clock: bool
    tested: datetime | None = Field(description="When it was last tried; empty: never.")
    answered_in: int | None = Field(description="Minutes until somebody answered then.")


class WholeVendor(VendorShape):
    """A vendor at a glance."""

    needs: list[NeedShape] = Field(description="The gravest first.")
    due: list[DueShape] = Field(description="Ended, or due within 90 days.")
    contacts: list[ContactShape]
    services: list[str]
    reasons: list[str] = Field(description="The arithmetic of the tier.")
    next_review: date | None
    review: Lateness | None

    @staticmethod
    def whole(vendor: Vendor, seen: Glance) -> dict[str, Any]:
        """The shape's fields."""
        risk = seen.risk
        return {
            **VendorShape.of(vendor),
            "needs": [{"mood": each.mood, "text": each.text} for each in seen.lines],
            "due": [{"on": each.on, "what": each.what} for each in (*seen.late, *seen.dues)],
            "contacts": [
                {
                    "role": each.role, "name": each.name, "phone": each.phone, "mail": each.mail,
                    "round_the_clock": each.round_the_clock, "tested": moment(each.tested),
                    "answered_in": each.answered_in,
                }
                for each in vendor.file.contacts
            ],
            "services": list(seen.services),
            "reasons": []
            if risk is None
            else [
                *(f"{each.fact} +{each.points}" for each in risk.reasons),
                *risk.lifted_by,
            ],
            "next_review": seen.review,
            "review": seen.review_late,
        }  # fmt: skip


class FigureShape(Schema):
    """A ratio with its inputs. ``value`` is a decimal; empty where ``note`` says why."""

    name: str
    value: str | None
    unit: str
    formula: str
    note: str
    inputs: dict[str, str]


class MoneyShape(Schema):
    """What the statements say, in the order in which it matters; no forecast."""

    standing: str = Field(description="The first thing to know.", examples=["grey zone"])
    headline: str
    period_end: date | None
    currency: str
    audit: Audit | None
    figures: list[FigureShape]
    warnings: list[str]
    gaps: list[str]
    prompts: list[str]


class PaperShape(Schema):
    """A paper; its file is given out by the page only."""

    id: str
    kind: EvidenceKind
    title: str
    sha256: str = Field(description="Of its file; empty where there is none.")
    received: date
    effective: date | None
    expires: date | None
    assurance: Assurance
    version: int
    replaced: bool = Field(description="A newer version is on file.")

    @staticmethod
    def of(paper: Paper) -> dict[str, Any]:
        """The shape's fields."""
        struct = paper.struct
        return {
            "id": paper.reference, "kind": struct.kind, "title": struct.title,
            "sha256": struct.sha256, "received": struct.received, "effective": struct.effective,
            "expires": struct.expires, "assurance": struct.assurance, "version": struct.version,
            "replaced": paper.newer_id is not None,
        }  # fmt: skip


class FindingShape(Schema):
    """Something that is not as it should be."""

    id: str
    title: str
    level: Level
    state: FindingState
    origin: FindingOrigin
    detail: str
    owner: str
    due: date | None
    accepted_until: date | None
    opened: datetime | None

    @staticmethod
    def of(finding: Finding) -> dict[str, Any]:
        """The shape's fields."""
        struct = finding.struct
        return {
            "id": finding.reference, "title": struct.title, "level": struct.level,
            "state": struct.state, "origin": struct.origin, "detail": struct.detail,
            "owner": struct.owner, "due": struct.due, "accepted_until": struct.accepted_until,
            "opened": moment(struct.opened),
        }  # fmt: skip


class NewVendor(Schema):
    """A vendor to put on file."""

    client: Name = Field(examples=["bakery"])
    name: Title = Field(examples=["Harbour Help GmbH"])
    country: Country = Field(examples=["DE"])


class NewFinding(Schema):
    """A finding to raise."""

    title: Title = Field(examples=["No second factor for administrators"])
    level: Level = Level.MEDIUM
    origin: FindingOrigin = FindingOrigin.REVIEW
    detail: Sentence = ""
    owner: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    due: date | None = None


@router.get("", response=Piece[VendorShape], summary="List vendors")
@needs(Permission.VENDORS_SEE)
def list_vendors(
    request: DeskRequest,
    client: Annotated[Name | None, Query(description="Only this client's.")] = None,
    state: Annotated[VendorState | None, Query(description="Only in this state.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """By name."""
    found = request.scope.vendors.all(client)
    if state is not None:
        found = found.filter(state=state.value)
    total = found.count()
    return {
        "total": total,
        "next": next_address(request, limit, offset, total),
        "items": [VendorShape.of(each) for each in found[offset : offset + limit]],
    }


@router.post("", response={201: VendorShape}, summary="Put a vendor on file")
@needs(Permission.VENDORS_RUN)
def add_vendor(request: DeskRequest, given: NewVendor) -> Status[dict[str, Any]]:
    """It begins as a candidate."""
    made = _acts(request).add(given.client, given.name, given.country)
    return Status(201, VendorShape.of(made))


@router.get("/{vendor}", response=WholeVendor, summary="One vendor at a glance")
@needs(Permission.VENDORS_SEE)
def get_vendor(request: DeskRequest, vendor: Reference) -> dict[str, Any]:
    """What needs somebody, what is due, whom to call, how much could go wrong."""
    known = request.scope.vendors.one(vendor)
    full = with_parts(Vendor.objects.filter(pk=known.pk)).get()
    seen = glance(full, today_of(request.scope, known.tenant), request.now)
    return WholeVendor.whole(full, seen)


@router.get("/{vendor}/money", response=MoneyShape, summary="What its statements say")
@needs(Permission.VENDORS_SEE)
def get_money(request: DeskRequest, vendor: Reference) -> dict[str, Any]:
    """Nothing missing is taken for zero; there is no forecast in it."""
    known = request.scope.vendors.one(vendor)
    health = health_of(known, today_of(request.scope, known.tenant))
    if health is None:
        return {
            "standing": "not known", "headline": "No statement is on file.", "period_end": None,
            "currency": "", "audit": None, "figures": [], "warnings": [], "prompts": [],
            "gaps": ["no statement is on file"],
        }  # fmt: skip
    return {
        "standing": health.standing.value,
        "headline": health.headline,
        "period_end": health.newest.end,
        "currency": health.newest.currency,
        "audit": health.newest.audit,
        "figures": [
            {
                "name": each.name, "unit": each.unit, "formula": each.formula, "note": each.note,
                "value": None if each.value is None else str(each.value),
                "inputs": {item.value: str(amount) for item, amount in each.inputs.items()},
            }
            for each in health.figures
        ],
        "warnings": list(health.warnings),
        "gaps": list(health.gaps),
        "prompts": list(health.prompts),
    }  # fmt: skip


@router.get("/{vendor}/papers", response=list[PaperShape], summary="Its papers")
@needs(Permission.VENDORS_SEE)
def list_papers(request: DeskRequest, vendor: Reference) -> list[dict[str, Any]]:
    """The newest first."""
    return [PaperShape.of(each) for each in request.scope.vendors.one(vendor).papers.all()]


@router.get("/{vendor}/findings", response=list[FindingShape], summary="What is open about it")
@needs(Permission.VENDORS_SEE)
def list_findings(request: DeskRequest, vendor: Reference) -> list[dict[str, Any]]:
    """Put right and accepted ones too."""
    return [FindingShape.of(each) for each in request.scope.vendors.one(vendor).findings.all()]


@router.post("/{vendor}/findings", response={201: FindingShape}, summary="Raise a finding")
@needs(Permission.VENDORS_RUN)
def raise_one(
    request: DeskRequest, vendor: Reference, given: NewFinding
) -> Status[dict[str, Any]]:  # fmt: skip
    """Nothing is closed by silence: it is put right and verified, or accepted for a time."""
    made = add_finding(_acts(request), vendor, Raised(**given.model_dump()))
    return Status(201, FindingShape.of(made))


def _acts(request: DeskRequest) -> VendorActs:
    return VendorActs(request.scope, address_of(request))
