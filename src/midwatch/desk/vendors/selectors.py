"""What a vendor's file says at a glance: what needs somebody, what is due, what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.vendors.models import Finding, Vendor
from midwatch.desk.vendors.reviewing import due_day
from midwatch.desk.vendors.told import told
from midwatch.desk.vendors.words import word
from midwatch.kernel import BadInputError
from midwatch.vendors.contracts import Due, contract_dates
from midwatch.vendors.evidence import soc_concerns
from midwatch.vendors.finance.health import Health, Standing, assess
from midwatch.vendors.finance.statements import Business
from midwatch.vendors.findings import FindingState
from midwatch.vendors.reminders import VendorFile, ends_next
from midwatch.vendors.reviews import Changed, Lateness, lateness
from midwatch.vendors.tiers import InherentRisk, Tier, tier_of
from midwatch.vendors.vendor import VendorState, contact_gaps, ownership_gaps

MOODS: Final = ("act", "look", "quiet")
AT_WORK: Final = (VendorState.ACTIVE, VendorState.EXITING)
"""In these states what is missing matters today."""
OPEN_FINDINGS: Final = (FindingState.OPEN, FindingState.AGREED, FindingState.REMEDIATING)
_GRAVE: Final = ("high", "critical")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know, with what it means and where to go."""

    mood: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Extra:
    """What another app has on file about a vendor; see ``EXTRAS``."""

    lines: tuple[Line, ...] = ()
    dues: tuple[Due, ...] = ()


EXTRAS: Final[list[Callable[[Vendor, date], Extra]]] = []
"""Apps that keep more about vendors (answers, data held) add a function here at their start."""
PARTS: Final = ["services", "papers", "contracts", "findings__measures", "reviews", "statements"]
"""What a glance reads beside the vendor itself; apps that add an extra add what it reads."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A vendor in one look. ``lines``: the gravest first; ``dues``: the earliest first."""

    vendor: Vendor
    lines: tuple[Line, ...]
    dues: tuple[Due, ...]
    late: tuple[Due, ...]
    review: date | None
    review_late: Lateness | None
    findings: int
    risk: InherentRisk | None = None
    state: VendorState = VendorState.CANDIDATE
    tier: Tier | None = None
    health: Health | None = None
    services: tuple[str, ...] = field(default=())

    @property
    def mood(self) -> str:
        """The gravest of its lines."""
        return next((mood for mood in MOODS if any(e.mood == mood for e in self.lines)), "quiet")

    @property
    def open(self) -> int:
        """How many things need somebody."""
        return sum(each.mood != "quiet" for each in self.lines)


def with_parts(vendors: QuerySet[Vendor]) -> QuerySet[Vendor]:
    """With all that a glance reads, in a few questions to the database for all of them."""
    return vendors.prefetch_related(*PARTS)


def today_of(scope: Scope, tenant: str) -> date:
    """The client's own day."""
    zone = ZoneInfo(scope.tenant(tenant, Permission.VENDORS_SEE).zone)
    return datetime.fromtimestamp(scope.now / 1_000_000, UTC).astimezone(zone).date()


def provider_reviews(scope: Scope, tenant: str) -> list[tuple[Vendor, date, Lateness]]:
    """When the reviews of whom the watch itself is bought from are due; none where not seen."""
    if not scope.viewer.may(Permission.VENDORS_SEE, tenant):
        return []
    today = today_of(scope, tenant)
    found = scope.vendors.all(tenant).filter(is_provider=True).prefetch_related("reviews")
    dues = [(each, due) for each in found if (due := due_day(each)) is not None]
    return [(each, due, lateness(due, today)) for each, due in dues]


def file_of(vendor: Vendor) -> VendorFile:
    """All that is on file and carries a date, as the pure room reads it."""
    return VendorFile(
        vendor=vendor.file,
        evidence=tuple(each.struct for each in vendor.papers.all()),
        contracts=tuple(each.struct for each in vendor.contracts.all()),
        findings=tuple(each.struct for each in vendor.findings.all()),
        measures=tuple(
            measure.struct for each in vendor.findings.all() for measure in each.measures.all()
        ),
        reviews=tuple(each.struct for each in vendor.reviews.all()),
        recurrence=vendor.rule,
    )


def glance(vendor: Vendor, today: date, now: int) -> Glance:
    """What the file says today. ``now``: UTC microseconds."""
    state = VendorState(vendor.state)
    extras = [each(vendor, today) for each in EXTRAS]
    dues = ends_next(file_of(vendor), today)
    dues = tuple(sorted({*dues, *(due for extra in extras for due in extra.dues)}))
    review = due_day(vendor)
    late = lateness(review, today) if review is not None else None
    health = health_of(vendor, today)
    risk = risk_of(vendor)
    open_findings = [each for each in vendor.findings.all() if is_open(each, today)]
    lines = [
        *_review_lines(vendor, review, late, state),
        *_contact_lines(vendor, state, now),
        *_money_lines(vendor, health),
        *_finding_lines(vendor, open_findings, today),
        *_paper_lines(vendor, today, dues, state),
        *_unknown_lines(vendor, risk),
        *(line for extra in extras for line in extra.lines),
    ]
    return Glance(
        vendor=vendor,
        lines=tuple(sorted(lines, key=lambda each: MOODS.index(each.mood))),
        dues=tuple(each for each in dues if each.on >= today),
        late=tuple(each for each in dues if each.on < today),
        review=review,
        review_late=late,
        findings=len(open_findings),
        risk=risk,
        state=state,
        tier=Tier(vendor.tier) if vendor.tier else None,
        health=health,
        services=tuple(each.name for each in vendor.services.all()),
    )


def is_open(finding: Finding, today: date) -> bool:
    """Whether somebody must act on it; an acceptance that has run out is none."""
    if finding.state != FindingState.ACCEPTED:
        return finding.state in OPEN_FINDINGS
    until = finding.struct.accepted_until
    return until is not None and until < today


def risk_of(vendor: Vendor) -> InherentRisk | None:
    """The gravest service's inherent risk; None while no service is on file."""
    found = [tier_of(each.struct) for each in vendor.services.all()]
    return max(found, key=lambda each: (each.tier.rank, each.points), default=None)


def health_of(vendor: Vendor, today: date) -> Health | None:
    """What the statements say; None while there is none."""
    statements = [each.struct for each in vendor.statements.all()]
    if not statements:
        return None
    try:
        return assess(statements, today, business=Business(vendor.business))
    except BadInputError:
        return None


def _told(day: date | None) -> str:
    return date_format(day, _("j M Y")) if day is not None else "–"


def _address(name: str, vendor: Vendor) -> str:
    return reverse(name, args=[vendor.reference])


def _review_lines(
    vendor: Vendor, review: date | None, late: Lateness | None, state: VendorState
) -> Iterator[Line]:  # fmt: skip
    url = _address("vendor_reviews", vendor)
    if review is None and state in AT_WORK:
        yield Line("look", _("No review is agreed: nobody will look again."), url)
    elif late is Lateness.ESCALATE:
        told = _("The review due on %(day)s is overdue for more than two weeks.")
        yield Line("act", told % {"day": _told(review)}, url)
    elif late is Lateness.OVERDUE:
        yield Line("look", _("The review due on %(day)s is overdue.") % {"day": _told(review)}, url)


def _contact_lines(vendor: Vendor, state: VendorState, now: int) -> Iterator[Line]:
    gaps = contact_gaps(vendor.file, now)
    if not gaps:
        return
    url = _address("vendor_company", vendor)
    if state not in AT_WORK:
        yield Line(
            "look", _("Whom to call at night: %(gap)s.") % {"gap": "; ".join(map(told, gaps))}, url
        )
        return
    mood = "act" if not vendor.file.breach_contacts else "look"
    yield Line(
        mood, _("Whom to call at night: %(gap)s.") % {"gap": "; ".join(map(told, gaps))}, url
    )


def _money_lines(vendor: Vendor, health: Health | None) -> Iterator[Line]:
    url = _address("vendor_money", vendor)
    if health is None:
        yield Line("look", _("Its finances are not known: no statement is on file."), url)
        return
    if health.standing is Standing.SAFE and not health.warnings:
        return
    mood = {Standing.GOING_CONCERN: "act", Standing.DISTRESS: "act", Standing.SAFE: "quiet"}
    yield Line(mood.get(health.standing, "look"), word(health.standing) + ".", url)


def _finding_lines(vendor: Vendor, findings: Iterable[Finding], today: date) -> Iterator[Line]:
    found = list(findings)
    url = _address("vendor_findings", vendor)
    late = [each for each in found if each.due is not None and each.due < today]
    if late:
        told = ngettext("%(n)d finding is overdue.", "%(n)d findings are overdue.", len(late))
        yield Line("act", told % {"n": len(late)}, url)
    rest = [each for each in found if each not in late]
    if rest:
        told = ngettext("%(n)d finding is open.", "%(n)d findings are open.", len(rest))
        grave = any(each.level in _GRAVE for each in rest)
        yield Line("act" if grave else "look", told % {"n": len(rest)}, url)


def _paper_lines(
    vendor: Vendor, today: date, dues: Iterable[Due], state: VendorState
) -> Iterator[Line]:  # fmt: skip
    url = _address("vendor_papers", vendor)
    current = [each for each in vendor.papers.all() if each.newer_id is None]
    gone = [each for each in current if each.expires is not None and each.expires < today]
    if gone:
        told = ngettext("%(n)d paper has ended.", "%(n)d papers have ended.", len(gone))
        yield Line("act" if state in AT_WORK else "look", told % {"n": len(gone)}, url)
    over = [each for each in vendor.file.insurance if each.until < today]
    if over:
        told = ngettext("%(n)d insurance has ended.", "%(n)d insurances have ended.", len(over))
        yield Line("look", told % {"n": len(over)}, _address("vendor_company", vendor))
    read = [each.review for each in current if each.review is not None]
    doubts = sum(len(soc_concerns(each, today)) for each in read)
    if doubts:
        told = ngettext(
            "Its SOC report leaves %(n)d question.",
            "Its SOC reports leave %(n)d questions.",
            doubts,
        )
        yield Line("look", told % {"n": doubts}, url)


def _unknown_lines(vendor: Vendor, risk: InherentRisk | None) -> Iterator[Line]:
    url = _address("vendor_company", vendor)
    if risk is None:
        yield Line("look", _("What it does for you is not on file, so nobody knows the risk."), url)
    gaps = ownership_gaps(vendor.file)
    if gaps:
        yield Line("look", _("Ownership: %(gap)s.") % {"gap": told(gaps[0])}, url)


def later_dues(vendor: Vendor, today: date, days: int = 400) -> tuple[Due, ...]:
    """What ends within so many days, of all apps; for calendars and agendas."""
    found = set(ends_next(file_of(vendor), today, within=days))
    for each in EXTRAS:
        found |= {due for due in each(vendor, today).dues if due.on <= today + timedelta(days=days)}
    return tuple(sorted(found))


def contract_dues(vendor: Vendor, today: date) -> tuple[Due, ...]:
    """The days of its contracts."""
    return tuple(
        due for each in vendor.contracts.all() for due in contract_dates(each.struct, today)
    )


# ---------------------------------------------------------------- what changed


def changes(vendor: Vendor, zone: ZoneInfo) -> tuple[Changed, ...]:
    """What came to be with a vendor, with its day: what a review's agenda is made of."""
    return (*_steps(vendor, zone), *_filed(vendor, zone))


def _day(moment: datetime | int, zone: ZoneInfo) -> date:
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment / 1_000_000, UTC)
    return moment.astimezone(zone).date()


def _steps(vendor: Vendor, zone: ZoneInfo) -> Iterator[Changed]:
    for step in vendor.file.history:
        told = _("it became “%(state)s”: %(why)s") % {"state": word(step.went), "why": step.why}
        yield Changed(on=_day(step.at, zone), what=told)
    for deal in vendor.file.investments:
        told = _("money from %(who)s %(kind)s") % {"who": deal.investor, "kind": deal.kind}
        yield Changed(on=deal.on, what=told.strip())
    for drill in vendor.drills.all():
        told = (
            _("an exercise was answered by %(who)s")
            if drill.answered
            else _("an exercise was not answered by %(who)s")
        )
        yield Changed(on=_day(drill.sent, zone), what=told % {"who": drill.contact})


def _filed(vendor: Vendor, zone: ZoneInfo) -> Iterator[Changed]:
    for paper in vendor.papers.all():
        yield Changed(on=paper.received, what=_("paper filed: %(title)s") % {"title": paper.title})
    for statement in vendor.statements.all():
        told = _("figures filed, to %(day)s") % {"day": _told(statement.end)}
        yield Changed(on=_day(statement.created, zone), what=told)
    for service in vendor.services.all():
        told = _("service on file: %(name)s, %(tier)s") % {
            "name": service.name, "tier": word(Tier(service.tier)),
        }  # fmt: skip
        yield Changed(on=_day(service.changed, zone), what=told)
    for contract in vendor.contracts.all():
        told = _("contract read: %(title)s") % {"title": contract.title}
        yield Changed(on=_day(contract.changed, zone), what=told)
    for finding in vendor.findings.all():
        told = _("finding, %(state)s: %(title)s") % {
            "state": word(FindingState(finding.state)), "title": finding.title,
        }  # fmt: skip
        yield Changed(on=_day(finding.created, zone), what=told)
