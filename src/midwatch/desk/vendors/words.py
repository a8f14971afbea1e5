"""The words of the vendor file: every state, sort and degree as people say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.kernel import Level
from midwatch.vendors.cadence import CadenceKind
from midwatch.vendors.comparing import Must
from midwatch.vendors.contracts import ClauseKind, Strength
from midwatch.vendors.evidence import (
    Assurance,
    EvidenceKind,
    Opinion,
    SocKind,
    SocType,
    SubserviceMethod,
    Validity,
)
from midwatch.vendors.finance.health import Direction, Standing
from midwatch.vendors.finance.statements import Audit, Business, GoingConcern, Item
from midwatch.vendors.findings import FindingOrigin, FindingState
from midwatch.vendors.holdings import DataCategory
from midwatch.vendors.reviews import Lateness, ReviewDecision
from midwatch.vendors.tiers import AccessReach, Criticality, DataReach, Tier
from midwatch.vendors.vendor import ContactRole, VendorState

Words = Mapping[StrEnum, Promise]

WORDS: Final[Mapping[type[StrEnum], Words]] = {
    VendorState: {
        VendorState.CANDIDATE: _("candidate"),
        VendorState.DUE_DILIGENCE: _("being examined"),
        VendorState.APPROVED: _("approved"),
        VendorState.CONDITIONAL: _("approved with conditions"),
        VendorState.REJECTED: _("rejected"),
        VendorState.ACTIVE: _("works for you"),
        VendorState.EXITING: _("on its way out"),
        VendorState.ENDED: _("ended"),
    },
    Tier: {
        Tier.LOW: _("low risk"),
        Tier.MEDIUM: _("medium risk"),
        Tier.HIGH: _("high risk"),
        Tier.CRITICAL: _("critical risk"),
    },
    Criticality: {
        Criticality.NONE: _("we hardly notice"),
        Criticality.DAYS: _("work suffers within days"),
        Criticality.HOURS: _("work stops within hours"),
    },
    DataReach: {
        DataReach.NONE: _("none"),
        DataReach.BUSINESS: _("business papers"),
        DataReach.PERSONAL: _("data about people"),
        DataReach.CUSTOMER: _("our customers' records"),
        DataReach.SPECIAL: _("health, card or other specially protected data"),
    },
    AccessReach: {
        AccessReach.NONE: _("none"),
        AccessReach.LIMITED: _("an account in one system"),
        AccessReach.REMOTE: _("into the network from outside"),
        AccessReach.ADMINISTRATOR: _("an administrator's rights"),
    },
    ContactRole: {
        ContactRole.BREACH: _("a breach, at any hour"),
        ContactRole.SECURITY: _("security"),
        ContactRole.PRIVACY: _("data protection"),
        ContactRole.SERVICE: _("the service"),
        ContactRole.COMMERCIAL: _("prices and contract"),
        ContactRole.ON_SITE: _("help on site"),
    },
    EvidenceKind: {
        EvidenceKind.SOC_REPORT: _("SOC report"),
        EvidenceKind.ISO_CERTIFICATE: _("ISO certificate"),
        EvidenceKind.PCI_ATTESTATION: _("PCI attestation"),
        EvidenceKind.PENETRATION_TEST: _("penetration test"),
        EvidenceKind.POLICY: _("policy of the vendor"),
        EvidenceKind.INSURANCE_CERTIFICATE: _("insurance certificate"),
        EvidenceKind.FINANCIAL_STATEMENT: _("financial statement"),
        EvidenceKind.QUESTIONNAIRE: _("questionnaire"),
        EvidenceKind.CONTRACT: _("contract"),
        EvidenceKind.SERVICE_FACTS: _("service facts"),
        EvidenceKind.DELETION_PROOF: _("proof of return or deletion"),
        EvidenceKind.CALL_NOTE: _("note of a call"),
        EvidenceKind.OTHER: _("something else"),
    },
    Assurance: {
        Assurance.CLAIMED: _("the vendor's own word"),
        Assurance.DOCUMENTED: _("a document"),
        Assurance.OBSERVED: _("observed"),
        Assurance.ATTESTED: _("attested by an independent auditor"),
    },
    Validity: {
        Validity.NOT_YET: _("not yet in force"),
        Validity.VALID: _("holds"),
        Validity.ENDS_SOON: _("ends soon"),
        Validity.EXPIRED: _("ended"),
        Validity.UNDATED: _("states no end"),
    },
    SocKind: {
        SocKind.SOC1: _("SOC 1 (financial reporting)"),
        SocKind.SOC2: _("SOC 2 (security and its kin)"),
    },
    SocType: {
        SocType.TYPE1: _("type 1 (design, on one day)"),
        SocType.TYPE2: _("type 2 (tested over a period)"),
    },
    Opinion: {
        Opinion.UNQUALIFIED: _("unqualified (nothing to object)"),
        Opinion.QUALIFIED: _("qualified (with reservations)"),
        Opinion.ADVERSE: _("adverse (it does not hold)"),
        Opinion.DISCLAIMED: _("disclaimed (the auditor could not tell)"),
    },
    SubserviceMethod: {
        SubserviceMethod.NONE: _("it has none"),
        SubserviceMethod.INCLUSIVE: _("looked at with it"),
        SubserviceMethod.CARVE_OUT: _("carved out: nobody looked"),
    },
    Strength: {
        Strength.PRESENT: _("present"),
        Strength.WEAK: _("weak"),
        Strength.ABSENT: _("absent"),
        Strength.NOT_READ: _("not looked for"),
    },
    ClauseKind: {
        ClauseKind.BREACH_NOTICE: _("Notice of a breach"),
        ClauseKind.DIRECT_NOTICE: _("Direct notice to our clients"),
        ClauseKind.LIABILITY: _("Liability"),
        ClauseKind.INDEMNITY: _("Indemnity"),
        ClauseKind.INSURANCE: _("Insurance"),
        ClauseKind.AUDIT_RIGHT: _("Right to audit"),
        ClauseKind.SUBCONTRACTING: _("Subcontracting"),
        ClauseKind.DATA_USE: _("What data may be used for"),
        ClauseKind.DATA_LOCATION: _("Where data may lie"),
        ClauseKind.DATA_RETURN: _("Return of data"),
        ClauseKind.CONFIDENTIALITY: _("Confidentiality"),
        ClauseKind.SERVICE_LEVELS: _("Service levels"),
        ClauseKind.CONTINUITY: _("Continuity"),
        ClauseKind.BACKGROUND_CHECKS: _("Background checks"),
        ClauseKind.TERMINATION: _("Termination"),
        ClauseKind.EXIT_HELP: _("Help on exit"),
        ClauseKind.SOURCE_ESCROW: _("Escrow of source code"),
    },
    FindingState: {
        FindingState.OPEN: _("open"),
        FindingState.AGREED: _("agreed"),
        FindingState.REMEDIATING: _("being put right"),
        FindingState.VERIFIED: _("put right and verified"),
        FindingState.ACCEPTED: _("accepted for a time"),
    },
    FindingOrigin: {
        FindingOrigin.ANSWER: _("an answer"),
        FindingOrigin.EVIDENCE: _("a paper"),
        FindingOrigin.FINANCE: _("the finances"),
        FindingOrigin.CONTRACT: _("a contract"),
        FindingOrigin.COMPARISON: _("the comparison"),
        FindingOrigin.DRIFT: _("a change over time"),
        FindingOrigin.INCIDENT: _("an incident"),
        FindingOrigin.REVIEW: _("a review"),
    },
    Level: {
        Level.INFORMATIONAL: _("informational"),
        Level.LOW: _("low"),
        Level.MEDIUM: _("medium"),
        Level.HIGH: _("high"),
        Level.CRITICAL: _("critical"),
    },
    ReviewDecision: {
        ReviewDecision.CONTINUE: _("go on as before"),
        ReviewDecision.CONTINUE_WITH_MEASURES: _("go on, with measures"),
        ReviewDecision.LOOK_CLOSER: _("look closer first"),
        ReviewDecision.LEAVE: _("leave this vendor"),
    },
    Lateness: {
        Lateness.ON_TIME: _("on time"),
        Lateness.SOON: _("within a month"),
        Lateness.OVERDUE: _("overdue"),
        Lateness.ESCALATE: _("overdue for more than two weeks"),
    },
    Audit: {
        Audit.AUDITED: _("audited"),
        Audit.REVIEWED: _("reviewed by an accountant"),
        Audit.COMPILED: _("compiled by an accountant"),
        Audit.SELF_DECLARED: _("declared by the vendor itself"),
    },
    GoingConcern: {
        GoingConcern.NO_DOUBT: _("the auditor has no doubt"),
        GoingConcern.DOUBT: _("the auditor doubts that it goes on"),
        GoingConcern.NOT_KNOWN: _("not known"),
    },
    Business: {
        Business.SERVICES: _("services or trade"),
        Business.MANUFACTURER: _("manufacturer"),
        Business.START_UP: _("start-up"),
        Business.BANK: _("bank or insurer"),
    },
    Standing: {
        Standing.GOING_CONCERN: _("The auditor doubts that it goes on"),
        Standing.DISTRESS: _("In the distress zone"),
        Standing.GREY: _("In the grey zone"),
        Standing.SAFE: _("In the safe zone"),
        Standing.UNKNOWN: _("Not known"),
    },
    Direction: {
        Direction.RISING: _("rising"),
        Direction.FALLING: _("falling"),
        Direction.MIXED: _("up and down"),
        Direction.LEVEL: _("level"),
        Direction.UNKNOWN: _("not known"),
    },
    Item: {
        Item.CASH: _("Cash"),
        Item.RESTRICTED_CASH: _("Restricted cash"),
        Item.SECURITIES: _("Short-term securities"),
        Item.RECEIVABLES: _("Receivables"),
        Item.INVENTORY: _("Inventory"),
        Item.CURRENT_ASSETS: _("Current assets"),
        Item.TOTAL_ASSETS: _("Total assets"),
        Item.CURRENT_LIABILITIES: _("Current liabilities"),
        Item.TOTAL_LIABILITIES: _("Total liabilities"),
        Item.EQUITY: _("Equity"),
        Item.RETAINED_EARNINGS: _("Retained earnings"),
        Item.REVENUE: _("Revenue"),
        Item.EBIT: _("EBIT"),
        Item.INTEREST: _("Interest expense"),
        Item.NET_INCOME: _("Net income"),
        Item.RESEARCH: _("Research and development"),
        Item.OPERATING_CASH_FLOW: _("Operating cash flow"),
        Item.CAPITAL_EXPENDITURE: _("Capital expenditure"),
    },
    CadenceKind: {
        CadenceKind.SIGNATURE_UPDATE: _("signature update"),
        CadenceKind.PATCH: _("security patch"),
        CadenceKind.PRODUCT_RELEASE: _("product release"),
        CadenceKind.BACKUP_TEST: _("test of a backup"),
        CadenceKind.AUDIT: _("audit"),
        CadenceKind.DRILL: _("drill"),
        CadenceKind.REPORT: _("report"),
    },
    DataCategory: {
        DataCategory.CONTACT: _("names and contact details"),
        DataCategory.CUSTOMER_RECORDS: _("customers' records"),
        DataCategory.EMPLOYEE_RECORDS: _("employees' records"),
        DataCategory.CREDENTIALS: _("passwords and keys"),
        DataCategory.CARD: _("card data"),
        DataCategory.BANK_ACCOUNT: _("bank accounts"),
        DataCategory.ACCOUNTING: _("accounting"),
        DataCategory.HEALTH: _("health data"),
        DataCategory.LOCATION: _("locations"),
        DataCategory.LOGS: _("logs"),
        DataCategory.TRADE_SECRETS: _("trade secrets"),
        DataCategory.MAIL: _("mail"),
        DataCategory.OTHER: _("other data"),
    },
    Must: {
        Must.MET: _("met"),
        Must.NOT_MET: _("not met"),
        Must.NOT_KNOWN: _("not known"),
    },
}
"""By kind; a test holds this to be whole."""


def word(value: StrEnum) -> str:
    """The value as people say it."""
    return str(WORDS[type(value)][value])


def choices(
    kind: type[StrEnum], only: Iterable[StrEnum] | None = None, empty: str | Promise | None = None
) -> list[tuple[str, str | Promise]]:
    """For a select. ``empty``: the words of the choice that chooses nothing."""
    first: list[tuple[str, str | Promise]] = [] if empty is None else [("", empty)]
    return first + [
        (each.value, WORDS[kind][each]) for each in (only if only is not None else kind)
    ]
