"""Choices, data that vendors hold and service facts of both rehearsed clients. Needs Django set up.

Each client looks for a help desk: its first vendor, one that answered well, one that answered a
part and one that has not answered; another choice is made already. Texts of vendors are hostile.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec
from django.utils import timezone

from midwatch.desk.answers.counting import recount
from midwatch.desk.answers.models import Asking, Given, Version
from midwatch.desk.choosing.models import Candidate, Choice, Facts, Holding
from midwatch.desk.rehearsal_answers import HOSTILE
from midwatch.desk.vendors.models import Contract, Statement, Vendor
from midwatch.desk.vendors.papers import Brought, file_paper
from midwatch.vendors.comparing import Candidate as Compared
from midwatch.vendors.comparing import choose, compare
from midwatch.vendors.comparing.example import example_needs
from midwatch.vendors.contracts import Clause, ClauseKind, Strength
from midwatch.vendors.contracts import Contract as Agreement
from midwatch.vendors.evidence import Assurance, EvidenceKind
from midwatch.vendors.finance.statements import (
    Audit,
    FinancialStatement,
    GoingConcern,
    Item,
)
from midwatch.vendors.holdings import (
    DataCategory,
    DataHolding,
    Decision,
    Necessity,
    Place,
)
from midwatch.vendors.questionnaires import (
    Answer,
    Kind,
    Question,
    Reply,
    TemplateVersion,
    new_submission,
    short_questionnaire,
)
from midwatch.vendors.service_facts import (
    Coverage,
    Responses,
    ServiceFacts,
    Signatures,
    read_signed,
    signed_file,
)
from midwatch.vendors.vendor import FourthParty, Insurance
from midwatch.vendors.vendor import Vendor as VendorFile

CHOICES: Final = {"bakery": "bkchoice01", "forge": "frgchoic01"}
MADE: Final = {"bakery": "bkchoice02", "forge": "frgchoic02"}
HOLDINGS: Final = {"bakery": "bkhold0001", "forge": "frghold001"}
_KEY: Final = bytes(range(32))
"""Of a provider that does not exist."""
_DAY: Final = 86_400_000_000


def furnish_choosing(vendor: Vendor, now: int) -> Choice:
    """See the module; the open choice is given back. ``now``: UTC microseconds."""
    tenant = vendor.tenant
    version = short_questionnaire()
    good, partly, silent = (
        _vendor(tenant, name)
        for name in (
            f"Night Owls of {tenant}",
            f"Budget Desk of {tenant}",
            f"Late & Co of {tenant}",
        )
    )
    _answers(good, version, lambda _number, question: _best(question))
    _answers(partly, version, lambda number, question: _best(question) if number % 3 else None)
    _statements(good)
    _terms(good, partly)
    choice = _choice(tenant, CHOICES[tenant], f"A help desk for {tenant}", version)
    for each, price in ((vendor, None), (good, "42000"), (partly, "19500"), (silent, "30000")):
        Candidate.objects.create(
            tenant=tenant, choice=choice, vendor=each, currency="EUR",
            price=None if price is None else Decimal(price),
        )  # fmt: skip
    _made(tenant, version, good, now)
    _holdings(vendor, good, now)
    _facts(vendor, now)
    return choice


def _vendor(tenant: str, name: str) -> Vendor:
    made = Vendor(tenant=tenant)
    made.put(VendorFile(id=made.reference, name=name, country="DE"))
    made.save()
    return made


def _best(question: Question) -> Answer | None:
    if question.kind is Kind.YES_NO:
        return Answer(question=question.id, reply=Reply.NO if question.no_is_good else Reply.YES)
    if question.kind is Kind.CHOICE:
        best = max(question.choices, key=lambda each: each.credit)
        return Answer(question=question.id, reply=Reply.STATED, value=best.word)
    if question.kind is Kind.NUMBER:
        value = str(question.full if question.full is not None else 1)
        return Answer(question=question.id, reply=Reply.STATED, value=value)
    value = "2026-01-31" if question.kind is Kind.DATE else f"As said. {HOSTILE}"
    return Answer(question=question.id, reply=Reply.STATED, value=value)


def _answers(vendor: Vendor, version: TemplateVersion, how: object) -> None:
    assert callable(how)  # noqa: S101  # it is given above
    kept, _new = Version.objects.get_or_create(
        tenant=vendor.tenant, digest=version.digest,
        defaults={
            "template": version.id, "version": version.version, "title": version.title,
            "minutes": version.minutes, "body": msgspec.to_builtins(version),
            "created_by": "the client",
        },
    )  # fmt: skip
    asking = Asking.objects.create(
        tenant=vendor.tenant, vendor=vendor, version=kept, name="Vera",
        handed_in=timezone.now() - timedelta(days=2), handed_in_by="Vera",
    )  # fmt: skip
    for number, question in enumerate(version.questions):
        answer = how(number, question)
        if answer is not None:
            Given.objects.create(
                tenant=vendor.tenant, asking=asking, question=question.id,
                body=msgspec.to_builtins(answer),
            )  # fmt: skip
    recount(asking)


def _statements(vendor: Vendor) -> None:
    amounts = {
        Item.CURRENT_ASSETS: 40, Item.CURRENT_LIABILITIES: 20, Item.TOTAL_ASSETS: 100,
        Item.RETAINED_EARNINGS: 30, Item.EBIT: 10, Item.TOTAL_LIABILITIES: 50, Item.EQUITY: 50,
    }  # fmt: skip
    made = Statement(tenant=vendor.tenant, vendor=vendor)
    made.put(
        FinancialStatement(
            end=date(2025, 12, 31),
            currency="EUR",
            audit=Audit.AUDITED,
            going_concern=GoingConcern.NO_DOUBT,
            amounts={each: Decimal(value) for each, value in amounts.items()},
        )
    )
    made.save()


def _terms(good: Vendor, partly: Vendor) -> None:
    """A draft contract, insurance, and fourth parties, some of them shared."""
    today = timezone.now().date()
    cloud = FourthParty(name="Cloud Tickets Inc.", country="US", sees_our_data=True,
                        does="keeps the tickets")  # fmt: skip
    for vendor, fourth, limit, currency in (
        (good, (cloud, FourthParty(name="Night Line Kft", country="HU", sees_our_data=False,
                                   does="answers at night", critical=True)), 2_000_000, "EUR"),
        (partly, (cloud,), 500_000, "USD"),
    ):  # fmt: skip
        policy = Insurance(kind="Cyber", insurer="Harbour Mutual", policy="CY-9", currency=currency,
                           limit=Decimal(limit), until=today + timedelta(days=200))  # fmt: skip
        vendor.put(msgspec.structs.replace(vendor.file, insurance=(policy,), fourth_parties=fourth))
        vendor.save()
    draft = Contract(tenant=good.tenant, vendor=good)
    draft.put(
        Agreement(
            id=draft.reference, vendor=good.reference, client=good.tenant, title="Draft of May",
            start=today + timedelta(days=30), currency="EUR", capped=True, cap=Decimal(500_000),
            clauses=(
                Clause(kind=ClauseKind.BREACH_NOTICE, strength=Strength.PRESENT, page="4",
                       hours=Decimal(24)),
                Clause(kind=ClauseKind.DIRECT_NOTICE, strength=Strength.PRESENT, page="4"),
                Clause(kind=ClauseKind.LIABILITY, strength=Strength.WEAK, page="11"),
            ),
        )
    )  # fmt: skip
    draft.save()


def _choice(tenant: str, reference: str, title: str, version: TemplateVersion) -> Choice:
    needs = msgspec.structs.replace(
        example_needs(version), title=title, currency="EUR", exposure=Decimal(400_000)
    )
    return Choice.objects.create(
        tenant=tenant, reference=reference, title=title, digest=version.digest,
        version=msgspec.to_builtins(version), needs=msgspec.to_builtins(needs),
        created_by=f"owner of {tenant}",
    )  # fmt: skip


def _made(tenant: str, version: TemplateVersion, vendor: Vendor, now: int) -> None:
    choice = _choice(tenant, MADE[tenant], f"A watch for {tenant}", version)
    answers = [each for question in version.questions if (each := _best(question))]
    candidate = Compared(
        name=vendor.name, submission=new_submission(version, vendor.reference, answers),
        price=Decimal(30_000), currency="EUR",
    )  # fmt: skip
    Candidate.objects.create(
        tenant=tenant, choice=choice, vendor=vendor, price=candidate.price, currency="EUR",
        frozen=msgspec.to_builtins(candidate),
    )  # fmt: skip
    made = choose(
        compare(version, choice.wanted, [candidate]), vendor.name, approver=f"Board of {tenant}",
        why="Awake at night, and its price is known.", at=now,
    )  # fmt: skip
    choice.decision, choice.decided = msgspec.to_builtins(made), timezone.now()
    choice.decided_by = f"owner of {tenant}"
    choice.save()


def _holdings(vendor: Vendor, other: Vendor, now: int) -> None:
    tenant = vendor.tenant
    bare = DataHolding(
        id="", vendor=vendor.reference, client=tenant, category=DataCategory.CONTACT, what="",
        about=f"people of {tenant}", purpose="answering the telephone",
        legal_basis="GDPR art. 6(1)(b)", people=48, retention_days=365,
        places=(
            Place(country="DE", name="Frankfurt", encrypted=True),
            Place(country="IE", what="backup", name="Dublin", encrypted=True),
        ),
    )  # fmt: skip
    needed = Decision(
        necessity=Necessity.NEEDED, by=f"owner of {tenant}", at=now, why="it calls them back"
    )
    rows = (
        (HOLDINGS[tenant], vendor, {"what": f"Telephone list of {tenant}", "decisions": (needed,)}),
        ("", vendor, {"what": f"Card numbers in tickets {HOSTILE}", "category": DataCategory.CARD,
                      "places": (Place(country="US", encrypted=None),)}),
        ("", other, {"what": "Tickets of last year", "category": DataCategory.CUSTOMER_RECORDS,
                     "returned": date(2026, 3, 1)}),
        ("", other, {"what": "Logs of the firewall", "category": DataCategory.LOGS, "places": (),
                     "retention_days": None}),
    )  # fmt: skip
    for reference, owner, changes in rows:
        row = Holding(tenant=tenant, vendor=owner)
        row.reference = reference or row.reference
        held = msgspec.structs.replace(bare, id=row.reference, vendor=owner.reference)
        row.put(msgspec.structs.replace(held, **changes))
        row.save()


def _facts(vendor: Vendor, now: int) -> None:
    end = now - 3 * _DAY
    facts = ServiceFacts(
        provider=f"Helpers of {vendor.tenant}", clients=12, start=end - 30 * _DAY, end=end,
        made=end, software="Midwatch",
        coverage=Coverage(
            sources=40, heard=28_400, idle=300, silent=100, lines=48_211_000,
            understood=48_100_000, silences=7, longest=9_000,
        ),
        responses=(
            Responses(level="critical", raised=2, answered=2, open=0, median=240, ninety=300,
                      longest=300),
            Responses(level="high", raised=31, answered=30, open=1, median=700, ninety=2_700,
                      longest=9_300),
        ),
        signatures=(
            Signatures(name="core", rules=3_100, newest="2026-11-12",
                       updates=(end - 20 * _DAY, end - 6 * _DAY)),
        ),
    )  # fmt: skip
    data = signed_file(facts, _KEY)
    verified = read_signed(data, "facts.json")
    paper = file_paper(
        vendor,
        Brought(kind=EvidenceKind.SERVICE_FACTS, title="Service facts", data=data,
                file_name="facts.json", received=timezone.now().date(),
                assurance=Assurance.CLAIMED),
        by=f"owner of {vendor.tenant}",
    )  # fmt: skip
    Facts.objects.create(
        tenant=vendor.tenant, vendor=vendor, key=verified.key, sha256=verified.sha256,
        body=msgspec.to_builtins(facts), received_by=f"owner of {vendor.tenant}", paper=paper,
    )  # fmt: skip
