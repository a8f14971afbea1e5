"""Files of vendors made by chance, and every sentence the pure room says about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import TypeVar

from midwatch.kernel import Level
from midwatch.vendors.cadence import (
    CadenceClaim,
    CadenceKind,
    CadenceObservation,
    compare_cadence,
)
from midwatch.vendors.contracts import (
    Clause,
    ClauseKind,
    Contract,
    Strength,
    contract_concerns,
    contract_dates,
)
from midwatch.vendors.evidence import (
    Assurance,
    BridgeLetter,
    Evidence,
    EvidenceKind,
    Opinion,
    SocException,
    SocKind,
    SocReview,
    SocType,
    SubserviceMethod,
    UserControl,
    report_named,
    soc_concerns,
)
from midwatch.vendors.finance import (
    Audit,
    Business,
    FinancialStatement,
    GoingConcern,
    Item,
    assess,
    statement_problems,
)
from midwatch.vendors.findings import (
    Finding,
    FindingOrigin,
    FindingState,
    Measure,
    PolicyVersion,
)
from midwatch.vendors.holdings import (
    DataCategory,
    DataHolding,
    Decision,
    Necessity,
    Place,
    holding_concerns,
)
from midwatch.vendors.reminders import VendorFile, ends_next
from midwatch.vendors.reviews import Recurrence
from midwatch.vendors.tiers import AccessReach, Criticality, DataReach, Service, tier_of
from midwatch.vendors.vendor import (
    Contact,
    ContactRole,
    Insurance,
    Owner,
    Vendor,
    contact_gaps,
    ownership_gaps,
)

TODAY = date(2026, 11, 22)
NOW = 1_795_300_000_000_000
_DAY = 86_400_000_000
_HOSTILE = 'it\'s 100% "sure" %(x)s {y}'
Kind = TypeVar("Kind", bound=StrEnum)


class Chance:
    """Makes files; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # the same files every time are wanted

    def one(self, kind: type[Kind]) -> Kind:
        return self.random.choice(list(kind))

    def day(self, reach: int = 700) -> date:
        return TODAY + timedelta(days=self.random.randint(-reach, reach))

    def maybe(self) -> bool | None:
        return self.random.choice((None, True, False))

    def amount(self, least: int = -2_000_000) -> Decimal:
        return Decimal(self.random.randint(least, 9_000_000)).scaleb(self.random.choice((0, -2)))

    def text(self) -> str:
        return self.random.choice(("Helpers", _HOSTILE, "ISO 27001"))

    def rows(self, most: int = 3) -> range:
        return range(self.random.randint(0, most))

    def statement(self, year: int) -> FinancialStatement:
        return FinancialStatement(
            end=date(year, self.random.choice((6, 12)), 30),
            currency=self.random.choice(("EUR", "EUR", "USD")),
            audit=self.one(Audit), going_concern=self.one(GoingConcern),
            months=self.random.choice((12, 12, 6, 0)),
            amounts={item: self.amount() for item in Item if self.random.random() < 0.93},
        )  # fmt: skip

    def contract(self) -> Contract:
        return Contract(
            id="c", vendor="v", client="t", title=self.text(), start=date(2024, 1, 1),
            end=self.random.choice((None, self.day(300))),
            notice_days=self.random.choice((0, 30, 90)),
            renews_months=self.random.choice((0, 12)), currency="EUR", capped=self.maybe(),
            cap=self.random.choice((None, self.amount(0))),
            clauses=tuple(
                Clause(
                    kind=kind, strength=self.one(Strength),
                    page=self.random.choice(("", "4")),
                    hours=self.random.choice((None, Decimal(24), Decimal("72.5"))),
                )
                for kind in ClauseKind
                if self.random.random() < 0.7
            ),
        )  # fmt: skip

    def insurance(self) -> Insurance:
        return Insurance(
            kind="cyber", insurer="Insurer", policy=self.text(), limit=self.amount(0),
            currency=self.random.choice(("EUR", "USD")), until=self.day(),
            since=self.random.choice((None, self.day())),
        )  # fmt: skip

    def vendor(self) -> Vendor:
        return Vendor(
            id="v", name=self.text(), country="DE",
            owners=tuple(
                Owner(name="O", share=self.random.choice((None, Decimal(30), Decimal("70.5"))))
                for _ in self.rows()
            ),
            contacts=tuple(
                Contact(
                    role=self.one(ContactRole), name="C", phone=self.random.choice(("", "1")),
                    round_the_clock=bool(self.maybe()),
                    tested=self.random.choice((None, NOW - _DAY, NOW - 500 * _DAY)),
                )
                for _ in self.rows()
            ),
            insurance=tuple(self.insurance() for _ in self.rows()),
        )  # fmt: skip

    def review(self) -> SocReview:
        start = self.day()
        end = start + timedelta(days=self.random.choice((40, 180, 364)))
        return SocReview(
            evidence="e", report=self.one(SocKind), type=self.one(SocType), start=start, end=end,
            auditor="A", opinion=self.one(Opinion), covers_our_service=self.maybe(),
            exceptions=tuple(
                SocException(control="CC6.1", found=self.text(), concerns_us=self.maybe())
                for _ in self.rows()
            ),
            subservice=self.one(SubserviceMethod),
            carved_out=self.random.choice(((), ("Cloud", self.text()))),
            user_controls=tuple(
                UserControl(control=self.text(), owner=self.random.choice(("", "Ida")),
                            in_place=self.maybe())
                for _ in self.rows()
            ),
            bridges=tuple(
                BridgeLetter(end + timedelta(days=gap), end + timedelta(days=gap + long))
                for gap, long in ((self.random.randint(0, 90), self.random.randint(10, 200)),)
                for _ in self.rows(1)
            ),
        )  # fmt: skip

    def service(self) -> Service:
        return Service(
            vendor="v", client="t", name="S", criticality=self.one(Criticality),
            data=self.one(DataReach), access=self.one(AccessReach),
            people=self.random.choice((5, 12_000, 1_200_000)),
            replaceable_days=self.random.choice((None, 10, 91, 1_000)),
            subcontracted=bool(self.maybe()), regulated=bool(self.maybe()),
            moves_money=bool(self.maybe()),
        )  # fmt: skip

    def holding(self) -> DataHolding:
        return DataHolding(
            id="h", vendor="v", client="t", category=self.one(DataCategory), what=self.text(),
            about="people", purpose=self.random.choice(("", "work")), legal_basis="",
            retention_days=self.random.choice((None, 10)),
            places=tuple(
                Place(country="DE", what=self.random.choice(("", "backup")),
                      encrypted=self.maybe())
                for _ in self.rows()
            ),
            decisions=tuple(
                Decision(necessity=self.one(Necessity), by="Ida", at=NOW, why="w",
                         until=self.random.choice((None, self.day())))
                for _ in self.rows(1)
            ),
            returned=self.random.choice((None, self.day())),
            proof=self.random.choice(("", "p")),
        )  # fmt: skip

    def file(self) -> VendorFile:
        return VendorFile(
            vendor=self.vendor(),
            evidence=tuple(
                Evidence(
                    id="e", vendor="v", kind=EvidenceKind.SOC_REPORT, title=self.text(),
                    sha256="", received=TODAY, assurance=Assurance.CLAIMED, expires=self.day(120),
                )
                for _ in self.rows()
            ),
            contracts=(self.contract(),),
            holdings=tuple(self.holding() for _ in self.rows()),
            findings=tuple(
                Finding(
                    id="f", vendor="v", title=self.text(), level=Level.HIGH,
                    origin=FindingOrigin.ANSWER, opened=NOW, state=self.one(FindingState),
                    due=self.random.choice((None, self.day(80))),
                    accepted_until=self.random.choice((None, self.day(80))),
                )
                for _ in self.rows()
            ),
            measures=tuple(
                Measure(id="m", finding="f", policy="p", text=self.text() * 9, owner="Ida",
                        due=self.day(80))
                for _ in self.rows(1)
            ),
            policies=tuple(
                PolicyVersion(policy="p", version=1, title=self.text(), text="t", author="a",
                              review_by=self.day(80))
                for _ in self.rows(1)
            ),
            recurrence=Recurrence(start=self.day(80), rule="FREQ=YEARLY"),
        )  # fmt: skip


def sentences(seed: int) -> Iterator[str]:
    """All that is said about one file made by chance."""
    chance = Chance(seed)
    years = range(2026 - chance.random.randint(0, 3), 2027)
    statements = [chance.statement(each) for each in years if chance.random.random() < 0.9]
    if statements:
        health = assess(statements, TODAY, business=chance.one(Business))
        yield health.headline
        yield from (*health.warnings, *health.gaps, *health.prompts)
        for figure in health.figures:
            yield from (figure.name, figure.formula, figure.shown, figure.note)
        for trend in health.trends:
            yield from (trend.name, trend.note)
        yield from (problem for each in statements for problem in statement_problems(each))
    vendor, contract, today = chance.vendor(), chance.contract(), TODAY
    yield from contract_concerns(
        contract, exposure=chance.random.choice((None, chance.amount(0))),
        insurance=vendor.insurance, today=today,
    )  # fmt: skip
    yield from (each.what for each in contract_dates(contract, today))
    yield from soc_concerns(chance.review(), today)
    yield report_named(chance.random.choice(("SAS 70", "SOC 2"))).finding
    risk = tier_of(chance.service())
    yield from (each.fact for each in risk.reasons)
    yield from risk.lifted_by
    yield from contact_gaps(vendor, NOW)
    yield from ownership_gaps(vendor)
    yield from holding_concerns(chance.holding(), today)
    yield from (each.what for each in ends_next(chance.file(), today))
    claim = CadenceClaim(kind=chance.one(CadenceKind), every_hours=Decimal(48), source="s")
    seen = [
        CadenceObservation(kind=claim.kind, at=NOW - hours * 3_600_000_000,
                           assurance=Assurance.CLAIMED)
        for hours in chance.random.choice(((), (3, 30, 70), (20, 50)))
    ]  # fmt: skip
    yield compare_cadence(claim, seen, start=NOW - 90 * 3_600_000_000, now=NOW).sentence
