"""Evidence: what a vendor shows for what it says, how far it carries, and until when.

The day a paper speaks of, the day it arrived and the day it ends are three dates. A SOC
report is read through a form of its own, because its cover proves little: scope, period,
opinion, exceptions, who was carved out and what the customer must do decide.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.sentences import Listed, Sentence, Word


class Assurance(StrEnum):
    """Who stands behind a statement, weakest first."""

    CLAIMED = "claimed"
    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ATTESTED = "attested"

    @property
    def rank(self) -> int:
        """0 for a bare claim up to 3 for an independent auditor."""
        return list(Assurance).index(self)


class EvidenceKind(StrEnum):
    """What sort of paper it is."""

    SOC_REPORT = "soc_report"
    ISO_CERTIFICATE = "iso_certificate"
    PCI_ATTESTATION = "pci_attestation"
    PENETRATION_TEST = "penetration_test"
    POLICY = "policy"
    INSURANCE_CERTIFICATE = "insurance_certificate"
    FINANCIAL_STATEMENT = "financial_statement"
    QUESTIONNAIRE = "questionnaire"
    CONTRACT = "contract"
    SERVICE_FACTS = "service_facts"
    DELETION_PROOF = "deletion_proof"
    CALL_NOTE = "call_note"
    OTHER = "other"


_USUAL: Final = {
    EvidenceKind.SOC_REPORT: Assurance.ATTESTED,
    EvidenceKind.ISO_CERTIFICATE: Assurance.ATTESTED,
    EvidenceKind.PCI_ATTESTATION: Assurance.ATTESTED,
    EvidenceKind.PENETRATION_TEST: Assurance.ATTESTED,
    EvidenceKind.SERVICE_FACTS: Assurance.OBSERVED,
    EvidenceKind.QUESTIONNAIRE: Assurance.CLAIMED,
    EvidenceKind.CALL_NOTE: Assurance.CLAIMED,
}


def usual_assurance(kind: EvidenceKind) -> Assurance:
    """How far a paper of that kind carries unless a reviewer says otherwise."""
    return _USUAL.get(kind, Assurance.DOCUMENTED)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one paper. ``effective``: the day from which it speaks.

    ``replaces``: the id of the version before. ``scope``: what a certificate covers, in its
    own words. ``expires`` is the last day it holds; None: it states none.
    """

    id: str
    vendor: str
    kind: EvidenceKind
    title: str
    sha256: str
    received: date
    assurance: Assurance
    effective: date | None = None
    expires: date | None = None
    scope: str = ""
    issuer: str = ""
    file_name: str = ""
    size: int = 0
    version: int = 1
    replaces: str = ""


class Validity(StrEnum):
    """Whether a paper holds on a day."""

    NOT_YET = "not_yet"
    VALID = "valid"
    ENDS_SOON = "ends_soon"
    EXPIRED = "expired"
    UNDATED = "undated"


def digest_of(data: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal, as an ``Evidence`` keeps it."""
    return hashlib.sha256(data).hexdigest()


def validity(evidence: Evidence, today: date, *, soon: int = 60) -> Validity:
    """Whether it holds today. ``soon``: days before its end from which it ends soon."""
    if evidence.effective is not None and evidence.effective > today:
        return Validity.NOT_YET
    if evidence.expires is None:
        return Validity.UNDATED
    if evidence.expires < today:
        return Validity.EXPIRED
    if evidence.expires - today <= timedelta(days=soon):
        return Validity.ENDS_SOON
    return Validity.VALID


class SocKind(StrEnum):
    """Which report: SOC 1 speaks of financial reporting, SOC 2 of security and its kin."""

    SOC1 = "soc1"
    SOC2 = "soc2"


class SocType(StrEnum):
    """Type 1 looks at one day's design; type 2 tests over a period."""

    TYPE1 = "type1"
    TYPE2 = "type2"


class Opinion(StrEnum):
    """What the auditor says."""

    UNQUALIFIED = "unqualified"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"
    DISCLAIMED = "disclaimed"


class SubserviceMethod(StrEnum):
    """Whether the vendor's own vendors were looked at."""

    NONE = "none"
    INCLUSIVE = "inclusive"
    CARVE_OUT = "carve_out"


class SocException(msgspec.Struct, frozen=True, kw_only=True):
    """A control that did not work in the test."""

    control: str
    found: str
    answer: str = ""
    concerns_us: bool | None = None


class UserControl(msgspec.Struct, frozen=True, kw_only=True):
    """What the report expects of the customer; without an owner nobody does it."""

    control: str
    owner: str = ""
    in_place: bool | None = None


class BridgeLetter(msgspec.Struct, frozen=True):
    """The vendor's own word for the time after the report; no auditor stands behind it."""

    start: date
    end: date


class SocReview(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader found in a SOC report. A type 1 report has one day: start equals end."""

    evidence: str
    report: SocKind
    type: SocType
    start: date
    end: date
    auditor: str
    opinion: Opinion
    criteria: tuple[str, ...] = ()
    covers_our_service: bool | None = None
    exceptions: tuple[SocException, ...] = ()
    subservice: SubserviceMethod = SubserviceMethod.NONE
    carved_out: tuple[str, ...] = ()
    user_controls: tuple[UserControl, ...] = ()
    bridges: tuple[BridgeLetter, ...] = ()


_BRIDGE_MOST: Final = 92
_OLD_AFTER: Final = 365
_SHORT: Final = 89
"""A type 2 period of less than three months has tested little."""


def soc_concerns(review: SocReview, today: date) -> tuple[str, ...]:
    """What about a SOC report needs a word with the vendor, gravest first."""
    return tuple(_soc_concerns(review, today))


def _soc_concerns(review: SocReview, today: date) -> Iterator[str]:
    if review.opinion is not Opinion.UNQUALIFIED:
        yield Sentence("the auditor's opinion is %(opinion)s", opinion=Word(review.opinion))
    if review.report is SocKind.SOC1:
        yield Sentence(
            "a SOC 1 report speaks of financial reporting, not of security: ask for SOC 2"
        )
    if review.covers_our_service is None:
        yield Sentence("nobody checked whether the service we use is in its scope")
    elif not review.covers_our_service:
        yield Sentence("the service we use is not in its scope")
    if review.type is SocType.TYPE1:
        yield Sentence("type 1 says how controls were designed on one day, not whether they worked")
    elif (review.end - review.start).days < _SHORT:
        days = (review.end - review.start).days + 1
        yield Sentence("its period has only %(days)s days", days=days)
    yield from (
        Sentence("exception in %(control)s: %(found)s", control=each.control, found=each.found)
        for each in review.exceptions
        if each.concerns_us is not False
    )
    if review.subservice is SubserviceMethod.CARVE_OUT:
        if review.carved_out:
            named = Listed(review.carved_out)
            yield Sentence("carved out, so nobody looked at: %(vendors)s", vendors=named)
        else:
            yield Sentence("carved out, so nobody looked at: vendors it does not name")
    yield from _uncovered(review, today)
    yield from _unowned(review)


def _unowned(review: SocReview) -> Iterator[str]:
    for each in review.user_controls:
        if not each.owner:
            yield Sentence(
                "nobody of ours owns what it expects of us: %(control)s", control=each.control
            )
        elif each.in_place is not True:
            yield Sentence(
                "%(owner)s has yet to put in place: %(control)s",
                owner=each.owner, control=each.control,
            )  # fmt: skip


def _uncovered(review: SocReview, today: date) -> Iterator[str]:
    covered = review.end
    for bridge in sorted(review.bridges, key=lambda each: each.start):
        if (bridge.end - bridge.start).days > _BRIDGE_MOST:
            yield Sentence("a bridge letter of more than three months replaces no report")
        if bridge.start > covered + timedelta(days=1):
            yield Sentence(
                "nothing covers %(first)s to %(last)s",
                first=covered + timedelta(days=1), last=bridge.start,
            )  # fmt: skip
        covered = max(covered, bridge.end)
    if (today - review.end).days > _OLD_AFTER:
        days = (today - review.end).days
        yield Sentence("the report's period ended %(days)s days ago", days=days)
    elif covered < today - timedelta(days=_BRIDGE_MOST):
        yield Sentence("nothing covers the time since %(day)s", day=covered)


_SOC_NAME: Final = re.compile(r"\bsoc[ -]?([123])\b", re.IGNORECASE)
_SAS70: Final = re.compile(r"\bsas[ -]?(?:no\.? ?)?70\b", re.IGNORECASE)
SAS70_FINDING: Final = Sentence(
    "SAS 70 was retired in 2011. For financial reporting it was replaced by SSAE 16, now "
    "SSAE 18 (SOC 1); for security ask for a SOC 2 type 2 report. Nobody has issued a valid "
    "SAS 70 report since."
)


class NamedReport(msgspec.Struct, frozen=True):
    """The report a vendor named; ``finding`` where the name itself raises a question."""

    report: SocKind
    finding: str = ""


def report_named(text: str) -> NamedReport:
    """Which report the words mean. "SAS 70" is understood, and raises a finding.

    Raises:
        BadInputError: No report is named, or SOC 3, which holds no tests to review.
    """
    if _SAS70.search(text):
        return NamedReport(SocKind.SOC1, SAS70_FINDING)
    found = _SOC_NAME.search(text)
    if found is None:
        raise BadInputError(
            f"no SOC report is named in {text[:80]!r}", remedy="write SOC 1 or SOC 2"
        )
    if found[1] == "3":
        raise BadInputError(
            "a SOC 3 report is a summary without tests; there is nothing in it to review",
            remedy="ask for the SOC 2 type 2 report it was made from",
        )
    return NamedReport(SocKind.SOC1 if found[1] == "1" else SocKind.SOC2)
