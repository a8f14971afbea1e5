"""Papers have three dates, and a SOC report is more than its cover."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from midwatch.kernel import BadInputError
from midwatch.vendors.evidence import (
    SAS70_FINDING,
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
    Validity,
    digest_of,
    report_named,
    soc_concerns,
    usual_assurance,
    validity,
)

PAPER = Evidence(
    id="e1",
    vendor="v1",
    kind=EvidenceKind.ISO_CERTIFICATE,
    title="ISO 27001",
    sha256=digest_of(b"paper"),
    received=date(2026, 2, 1),
    assurance=Assurance.ATTESTED,
    effective=date(2026, 1, 1),
    expires=date(2026, 12, 31),
)
CLEAN = SocReview(
    evidence="e2",
    report=SocKind.SOC2,
    type=SocType.TYPE2,
    start=date(2025, 7, 1),
    end=date(2026, 6, 30),
    auditor="Audit LLP",
    opinion=Opinion.UNQUALIFIED,
    covers_our_service=True,
)
TODAY = date(2026, 8, 1)


@pytest.mark.parametrize(
    ("today", "held"),
    [
        (date(2025, 12, 31), Validity.NOT_YET),
        (date(2026, 1, 1), Validity.VALID),
        (date(2026, 11, 1), Validity.ENDS_SOON),
        (date(2026, 12, 31), Validity.ENDS_SOON),
        (date(2027, 1, 1), Validity.EXPIRED),
    ],
)
def test_a_paper_holds_from_its_first_to_its_last_day(today: date, held: Validity) -> None:
    assert validity(PAPER, today) is held


def test_a_paper_without_an_end_is_undated_not_valid() -> None:
    undated = msgspec.structs.replace(PAPER, expires=None)
    assert validity(undated, TODAY) is Validity.UNDATED


def test_an_upload_is_no_attestation_by_itself() -> None:
    assert usual_assurance(EvidenceKind.POLICY) is Assurance.DOCUMENTED
    assert usual_assurance(EvidenceKind.QUESTIONNAIRE) is Assurance.CLAIMED
    assert Assurance.ATTESTED.rank > Assurance.OBSERVED.rank > Assurance.CLAIMED.rank


def test_a_clean_current_report_raises_nothing() -> None:
    assert soc_concerns(CLEAN, TODAY) == ()


def test_each_weakness_of_a_report_is_told_gravest_first() -> None:
    review = msgspec.structs.replace(
        CLEAN,
        opinion=Opinion.QUALIFIED,
        covers_our_service=False,
        exceptions=(
            SocException(control="CC6.1", found="accounts of leavers stayed open"),
            SocException(control="A1.2", found="a generator", concerns_us=False),
        ),
        subservice=SubserviceMethod.CARVE_OUT,
        carved_out=("Cloud Host",),
        user_controls=(
            UserControl(control="review access"),
            UserControl(control="MFA", owner="IT"),
        ),
    )
    assert soc_concerns(review, TODAY) == (
        "the auditor's opinion is qualified",
        "the service we use is not in its scope",
        "exception in CC6.1: accounts of leavers stayed open",
        "carved out, so nobody looked at: Cloud Host",
        "nobody of ours owns what it expects of us: review access",
        "IT has yet to put in place: MFA",
    )


def test_type_1_and_soc_1_are_told_for_what_they_are() -> None:
    told = soc_concerns(
        msgspec.structs.replace(CLEAN, report=SocKind.SOC1, type=SocType.TYPE1, start=CLEAN.end),
        TODAY,
    )
    assert any("financial reporting" in each for each in told)
    assert any("not whether they worked" in each for each in told)


def test_a_bridge_letter_closes_a_gap_but_not_a_year() -> None:
    later = date(2026, 12, 15)
    assert soc_concerns(CLEAN, later) == ("nothing covers the time since 2026-06-30",)

    bridged = msgspec.structs.replace(
        CLEAN, bridges=(BridgeLetter(date(2026, 7, 1), date(2026, 9, 30)),)
    )
    assert soc_concerns(bridged, later) == ()

    holed = msgspec.structs.replace(
        CLEAN, bridges=(BridgeLetter(date(2026, 9, 1), date(2026, 9, 30)),)
    )
    assert soc_concerns(holed, later) == ("nothing covers 2026-07-01 to 2026-09-01",)


@pytest.mark.parametrize("name", ["SAS 70", "sas70 Type II", "a SAS No. 70 report"])
def test_sas_70_is_understood_and_answered_with_what_replaced_it(name: str) -> None:
    named = report_named(name)
    assert named.report is SocKind.SOC1
    assert named.finding == SAS70_FINDING


def test_other_names_of_reports() -> None:
    assert report_named("our SOC 2 Type II").report is SocKind.SOC2
    assert report_named("SOC-1").finding == ""
    with pytest.raises(BadInputError, match="summary without tests"):
        report_named("SOC 3")
    with pytest.raises(BadInputError, match="no SOC report"):
        report_named("ISO 27001")
