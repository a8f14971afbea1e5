"""The vendor file: who may read and judge, and what each page keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client, override_settings
from django.utils import timezone

from midwatch.desk.access.roles import PERMISSIONS, Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.stores import stores
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.audit.models import Entry
from midwatch.desk.audit.words import WORDS as VERBS
from midwatch.desk.people.api_tokens import NOT_FOR_PROGRAMS, make_token
from midwatch.desk.people.models import Membership, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import BAKERY, FORGE, Furnished, now, person
from midwatch.desk.rehearsal_vendors import HOSTILE, REFERENCES, first_paper, furnish_vendors
from midwatch.desk.vendors.models import (
    CalendarLink,
    Drill,
    Finding,
    Paper,
    Policy,
    Statement,
    Vendor,
)
from midwatch.desk.vendors.papers import plain_name
from midwatch.desk.vendors.reviewing import due_day
from midwatch.desk.vendors.sections import SECTIONS
from midwatch.desk.vendors.selectors import glance
from midwatch.desk.vendors.words import WORDS
from midwatch.kernel import BadInputError
from midwatch.vendors.vendor import VendorState

Make = Callable[..., Client]
OWN, FOREIGN = f"/vendor/{REFERENCES[BAKERY]}/", f"/vendor/{REFERENCES[FORGE]}/"
TODAY = timezone.now().date()


@pytest.fixture
def helpers(world: Furnished, db: None) -> Vendor:
    """The Bakery's first vendor; the Forge has one too."""
    furnish_vendors(FORGE)
    return furnish_vendors(BAKERY)


@pytest.fixture
def fresh(world: Furnished, scope_of: Callable[..., Scope]) -> tuple[VendorActs, Vendor]:
    """Acts of the Bakery's contact, and a vendor with an empty file."""
    acts = VendorActs(scope_of(Role.CONTACT))
    return acts, acts.add(BAKERY, "Newcomer", "de")


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def sent(client: Client, path: str, **form: object) -> str:
    """What the page says after a form was taken; it must have been taken."""
    answer = client.post(path, form, follow=True)
    assert answer.redirect_chain, re.findall(
        r'class="(?:errorlist|notice)[^>]*>(.*?)<', answer.content.decode()
    )
    return answer.content.decode()


def refused(client: Client, path: str, **form: object) -> str:
    """What the page says of a form that was not taken."""
    answer = client.post(path, form)
    assert answer.status_code == 200
    return answer.content.decode()


# ---------------------------------------------------------------- who


@pytest.mark.parametrize(
    ("role", "reads", "judges"),
    [
        (Role.OWNER, True, True), (Role.CONTACT, True, True), (Role.MANAGER, True, True),
        (Role.EXAMINER, True, False), (Role.ANALYST, False, False), (Role.PARTNER, False, False),
    ],
)  # fmt: skip
def test_who_reads_and_who_judges(
    helpers: Vendor, visitor: Make, role: Role, reads: bool, judges: bool
) -> None:
    somebody = visitor(role)

    assert (somebody.get(OWN).status_code == 200) is reads
    assert (somebody.get(f"{OWN}move/").status_code == 200) is judges
    assert (somebody.get("/vendors/", follow=True).status_code == 200) is reads


def test_the_providers_people_read_their_own_file_and_do_not_judge_it(
    helpers: Vendor, visitor: Make, scope_of: Callable[..., Scope]
) -> None:
    Vendor.objects.filter(pk=helpers.pk).update(is_provider=True)
    manager = visitor(Role.MANAGER)

    assert "only the client" in text_of(manager, OWN)
    assert manager.get(f"{OWN}move/").status_code == 404
    assert (
        manager.post(f"{OWN}company/identity/", {"name": "X", "country": "DE"}).status_code == 404
    )
    assert Vendor.objects.get(pk=helpers.pk).is_provider
    assert visitor(Role.OWNER).get(f"{OWN}move/").status_code == 200


def test_a_manager_who_is_an_owner_too_still_does_not_judge(
    helpers: Vendor, scope_of: Callable[..., Scope]
) -> None:
    Vendor.objects.filter(pk=helpers.pk).update(is_provider=True)
    scope = scope_of(Role.MANAGER)
    Membership.objects.create(user_id=scope.viewer.id, role=Role.OWNER.value, tenant=BAKERY)
    both = scope_of(Role.CONTACT)

    assert not scope.vendors.may_judge(Vendor.objects.get(pk=helpers.pk))
    assert both.vendors.may_judge(Vendor.objects.get(pk=helpers.pk))


def test_a_foreign_file_does_not_exist(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    number = first_paper(FORGE).pk

    assert owner.get(FOREIGN).status_code == 404
    assert owner.get(f"{OWN}papers/{number}/").status_code == 404  # ours, but not this vendor's
    assert owner.get(f"{FOREIGN}papers/{number}/file/").status_code == 404
    assert "forge" not in text_of(owner, "/c/bakery/vendors/").lower()


def test_what_vendors_write_is_shown_and_does_nothing(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    for path in ("findings/", f"findings/{helpers.findings.get().pk}/", "papers/", "", "reviews/"):
        page = text_of(owner, OWN + path)
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "\x1b" not in page
    assert "&lt;script&gt;" in text_of(owner, f"{OWN}findings/{helpers.findings.get().pk}/")


def test_every_state_has_words_and_every_act_too(helpers: Vendor, visitor: Make) -> None:
    for kind, words in WORDS.items():
        assert issubclass(kind, StrEnum)
        assert set(words) == set(kind), kind
    owner = visitor(Role.OWNER)
    sent(owner, "/c/bakery/vendors/add/", name="Another", country="de")
    sent(owner, f"{OWN}move/", to="exiting", why="They stopped improving.")
    verbs = set(Entry.objects.filter(tenant=BAKERY).values_list("verb", flat=True))
    assert {"vendor.add", "vendor.move"} <= verbs <= set(VERBS)


# ---------------------------------------------------------------- life, services, lists


def test_a_vendor_is_added_once(world: Furnished, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    assert "No vendor is on file yet" in text_of(owner, "/c/bakery/vendors/")
    page = sent(owner, "/c/bakery/vendors/add/", name="  Night   Desk ", country="de")

    assert "Night Desk" in page
    again = refused(owner, "/c/bakery/vendors/add/", name="night desk", country="DE")
    assert "there is a vendor" in again
    assert Vendor.objects.get(tenant=BAKERY).file.country == "DE"


def test_its_life_goes_by_the_table_with_reasons(world: Furnished, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    sent(owner, "/c/bakery/vendors/add/", name="Night Desk", country="DE")
    path = f"/vendor/{Vendor.objects.get().reference}/"

    sent(owner, f"{path}move/", to="due_diligence", why="One of three.")
    assert "needs its conditions" in refused(owner, f"{path}move/", to="conditional", why="Nearly.")
    page = sent(
        owner, f"{path}move/", to="conditional", why="Nearly.", conditions="24 hours\ninsurance"
    )
    assert "24 hours" in page
    assert "not one of the available choices" in refused(owner, f"{path}move/", to="ended", why="x")
    last = Vendor.objects.get().file.history[-1]
    assert (last.went, last.by, last.conditions) == (
        VendorState.CONDITIONAL, "owner of bakery", ("24 hours", "insurance"),
    )  # fmt: skip


def test_the_tier_follows_the_gravest_service(
    fresh: tuple[VendorActs, Vendor], visitor: Make
) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/", visitor(Role.OWNER)
    plain = {"criticality": "none", "data": "none", "access": "none", "people": 0, "seen": "none"}
    sent(owner, f"{path}company/service/", **plain, name="Flowers", replaceable_days=1)
    assert Vendor.objects.get(pk=fresh[1].pk).tier == "low"
    told = plain | {"seen": "customer", "access": "administrator"}
    page = sent(owner, f"{path}company/service/", **told, name="Help desk")
    assert "administrator" in page
    known = Vendor.objects.get(pk=fresh[1].pk)
    assert known.tier == "critical"
    desk = known.services.get(name="Help desk")
    assert desk.struct.replaceable_days is None
    sent(owner, f"{path}company/service/{desk.pk}/remove/")
    assert Vendor.objects.get(pk=fresh[1].pk).tier == "low"


ROWS = {
    "contacts": {"role": "breach", "name": "Night", "phone": "+49 1", "round_the_clock": "on"},
    "owners": {"name": "Helga", "share": "60.5"},
    "investments": {"on": "2026-01-02", "investor": "Fund", "amount": "1000", "currency": "eur"},
    "sites": {"name": "Desk", "address": "Kai 1", "country": "de", "hours_on_site": "4"},
    "insurance": {
        "kind": "Cyber", "insurer": "Mutual", "policy": "1", "limit": "100", "currency": "EUR",
        "until": "2030-01-01",
    },
    "references": {
        "firm": "Mill", "person": "Mia", "on": "2026-01-02", "by": "Olga", "would_again": "no",
    },
    "fourth_parties": {"name": "Cloud", "country": "US", "does": "tickets", "sees_our_data": "on"},
}  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS)
def test_each_list_takes_changes_and_loses_entries(
    fresh: tuple[VendorActs, Vendor], visitor: Make, section: str
) -> None:
    known, owner = fresh[1], visitor(Role.OWNER)
    path = f"/vendor/{known.reference}/company/list/{section}/"
    first = next(
        iter(name for name in ROWS[section] if name in ("name", "firm", "investor", "kind"))
    )
    page = sent(owner, path, **ROWS[section])
    assert ROWS[section][first] in page
    text_of(owner, f"{path}1/")
    sent(owner, f"{path}1/", **(ROWS[section] | {first: "Changed"}))
    rows = getattr(Vendor.objects.get(pk=known.pk).file, section)
    assert [getattr(each, first) for each in rows] == ["Changed"]
    sent(owner, f"{path}1/remove/")
    assert getattr(Vendor.objects.get(pk=known.pk).file, section) == ()
    assert owner.get(f"{path}1/").status_code == 404


def test_nobody_knows_is_not_no(fresh: tuple[VendorActs, Vendor], visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    path = f"/vendor/{fresh[1].reference}/company/list/references/"
    sent(owner, path, **(ROWS["references"] | {"would_again": ""}))
    file = Vendor.objects.get(pk=fresh[1].pk).file
    assert file.references[0].would_again is None


# ---------------------------------------------------------------- money

Z = {
    "CURRENT_ASSETS": "40", "CURRENT_LIABILITIES": "20", "TOTAL_ASSETS": "100",
    "RETAINED_EARNINGS": "30", "EBIT": "10", "TOTAL_LIABILITIES": "50", "EQUITY": "50",
}  # fmt: skip


def typed(**changes: str) -> dict[str, str]:
    heads = {
        "end": "2025-12-31", "months": "12", "currency": "eur", "unit": "1000", "audit": "audited",
        "going_concern": "no doubt",
    }  # fmt: skip
    return heads | {f"item-{name}": told for name, told in (Z | changes).items()}


def test_typed_figures_give_the_score_and_nothing_missing_is_zero(
    fresh: tuple[VendorActs, Vendor], visitor: Make
) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/money/", visitor(Role.OWNER)
    assert "No statement is on file" in text_of(owner, path)
    page = sent(owner, f"{path}add/", **typed())
    assert "4.012" in page
    assert "not given: cash" in page
    assert "A score is no forecast" in page
    kept = Statement.objects.get().struct
    assert len(kept.amounts) == 7
    page = sent(owner, f"{path}{Statement.objects.get().pk}/", **typed(EQUITY="40"))
    assert "does not balance" in page
    assert "10,000 EUR" in page
    assert Statement.objects.count() == 1


def test_a_year_far_ahead_is_refused_typed_or_in_a_table(
    fresh: tuple[VendorActs, Vendor], visitor: Make
) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/money/", visitor(Role.OWNER)
    page = refused(owner, f"{path}add/", **(typed() | {"end": "9999-12-31"}))
    assert "31 Dec 9999, more than 18 months from now" in page
    table = "period end,9999-12-31\ncurrency,EUR\nunit,1\nebit,1\n"
    file = SimpleUploadedFile("s.csv", table.encode())
    answer = owner.post(f"{path}file/", {"file": file}, follow=True)
    assert "more than 18 months from now" in answer.content.decode()
    assert not Statement.objects.exists()

    sent(owner, f"{path}add/", **typed())
    kept = Statement.objects.get()
    refused(owner, f"{path}{kept.pk}/", **(typed() | {"end": "2205-12-31"}))
    assert [str(each.end) for each in Statement.objects.all()] == ["2025-12-31"]
    sent(owner, f"{path}{kept.pk}/", **(typed() | {"end": "2024-12-31"}))
    assert [str(each.end) for each in Statement.objects.all()] == ["2024-12-31"]


def test_the_auditors_doubt_comes_first(fresh: tuple[VendorActs, Vendor], visitor: Make) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/", visitor(Role.OWNER)
    sent(owner, f"{path}money/add/", **(typed() | {"going_concern": "doubt"}))
    seen = glance(Vendor.objects.get(pk=fresh[1].pk), TODAY, now())
    assert seen.mood == "act"
    assert "The auditor doubts" in text_of(owner, f"{path}money/")


@pytest.mark.parametrize("told", ["1.234", "twelve", "=1+1"])
def test_an_amount_that_may_mean_two_things_is_refused(
    fresh: tuple[VendorActs, Vendor], visitor: Make, told: str
) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/money/", visitor(Role.OWNER)
    page = refused(owner, f"{path}add/", **typed(EBIT=told))
    assert 'value="40"' in page  # what was typed is still there
    assert not Statement.objects.exists()


def test_a_table_is_taken_whole_or_not_at_all(
    fresh: tuple[VendorActs, Vendor], visitor: Make
) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/money/", visitor(Role.OWNER)
    good = (
        "period end,2024-12-31,2025-12-31\ncurrency,EUR,EUR\nunit,1000,1000\n"
        "current assets,40,41\ntotal assets,100,101\n"
    )
    for data, name in (
        (good + "ebit,=1+1,2\n", "s.csv"), (b"PK\x03\x04nonsense", "s.xlsx"), ("x" * 99, "s.csv"),
    ):  # fmt: skip
        raw = data.encode() if isinstance(data, str) else data
        answer = owner.post(f"{path}file/", {"file": SimpleUploadedFile(name, raw)}, follow=True)
        assert "notice error" in answer.content.decode()
        assert not Statement.objects.exists()
    owner.post(f"{path}file/", {"file": SimpleUploadedFile("s.csv", good.encode())})
    assert [str(each.end) for each in Statement.objects.all()] == ["2025-12-31", "2024-12-31"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_empty_table_is_there(helpers: Vendor, visitor: Make, form: str) -> None:
    answer = visitor(Role.OWNER).get(f"/vendors/statements.{form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="statements.{form}"'


def test_a_promise_is_held_against_what_was_seen(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    assert "Seen 3 times" in text_of(owner, f"{OWN}money/")
    page = sent(owner, f"{OWN}money/promise/", kind="patch", every_hours="24", source="page 8")
    assert "not kept" in page
    assert helpers.promises.count() == 1


# ---------------------------------------------------------------- papers


def filed(client: Client, path: str, data: bytes, **changes: object) -> str:
    form = {
        "kind": "iso_certificate", "title": "ISO 27001", "received": TODAY.isoformat(),
        "file": SimpleUploadedFile("../../etc/pass wd\n.pdf", data),
    } | changes  # fmt: skip
    return sent(client, f"{path}papers/add/", **form)


def test_a_paper_is_kept_as_it_came_and_given_out_as_no_type(
    fresh: tuple[VendorActs, Vendor], visitor: Make
) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/", visitor(Role.OWNER)
    filed(owner, path, b"<script>alert(1)</script>", expires=(TODAY + timedelta(9)).isoformat())
    paper = Paper.objects.get()
    assert paper.struct.file_name == "pass wd.pdf"
    assert "ends soon" in text_of(owner, f"{path}papers/")
    answer = owner.get(f"{path}papers/{paper.pk}/file/")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    place = stores().folder.papers(BAKERY) / paper.sha256
    assert place.stat().st_mode & 0o777 == 0o600
    place.write_bytes(b"something else")
    assert (
        "was changed" in owner.get(f"{path}papers/{paper.pk}/file/", follow=True).content.decode()
    )


def test_a_newer_version_replaces_and_the_file_goes_with_its_last_paper(
    fresh: tuple[VendorActs, Vendor], visitor: Make, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:  # fmt: skip
    path, owner = f"/vendor/{fresh[1].reference}/", visitor(Role.OWNER)
    filed(owner, path, b"one")
    first = Paper.objects.get()
    filed(owner, path, b"one", title="Renewed", replaces=first.reference)
    second = Paper.objects.exclude(pk=first.pk).get()
    assert second.struct.version == 2
    assert Paper.objects.get(pk=first.pk).newer == second
    place = stores().folder.papers(BAKERY) / first.sha256
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        sent(owner, f"{path}papers/{first.pk}/remove/")
    assert place.exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        sent(owner, f"{path}papers/{second.pk}/remove/")
    assert not place.exists()


def test_a_paper_whose_dates_run_backwards_is_refused(
    fresh: tuple[VendorActs, Vendor], visitor: Make
) -> None:
    page = refused(
        visitor(Role.OWNER), f"/vendor/{fresh[1].reference}/papers/add/", kind="other", title="T",
        received="2026-01-01", effective="2026-02-01", expires="2026-01-01",
    )  # fmt: skip
    assert "it ends before it begins" in page


@pytest.mark.parametrize(
    ("told", "kept"),
    [("a.pdf", "a.pdf"), ("..\\..\\x.exe", "x.exe"), ("../", "file"), ("\u202efdp.exe", "fdp.exe")],
)
def test_a_files_name_keeps_nothing_that_harms(told: str, kept: str) -> None:
    assert plain_name(told) == kept


def test_a_soc_report_is_read_through_its_form(helpers: Vendor, visitor: Make) -> None:
    owner, paper = visitor(Role.OWNER), first_paper(BAKERY)
    page = text_of(owner, f"{OWN}papers/{paper.pk}/")
    assert "exception in cc6.2" in page.lower()
    assert "carved out" in page.lower()
    assert "CC6.2 | two leavers kept their accounts" in text_of(
        owner, f"{OWN}papers/{paper.pk}/soc/"
    )
    form = {
        "report": "soc1", "type": "type1", "start": "2026-01-01", "end": "2026-01-01",
        "auditor": "Lookers", "opinion": "unqualified", "subservice": "none",
        "covers_our_service": "yes", "bridges": "2026-02-01 | soon",
    }  # fmt: skip
    assert "two days a line" in refused(owner, f"{OWN}papers/{paper.pk}/soc/", **form)
    page = sent(owner, f"{OWN}papers/{paper.pk}/soc/", **(form | {"bridges": ""}))
    assert "A SOC 1 report speaks of financial reporting" in page


def test_sas_70_is_told_to_be_retired(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    filed(owner, OWN, b"x", kind="soc_report", title="Our SAS 70 report")
    number = Paper.objects.get(title="Our SAS 70 report").pk
    assert "SAS 70 was retired in 2011" in text_of(owner, f"{OWN}papers/{number}/")


# ---------------------------------------------------------------- contracts


def test_a_contract_is_asked_what_a_breach_will_ask(
    fresh: tuple[VendorActs, Vendor], visitor: Make
) -> None:
    path, owner = f"/vendor/{fresh[1].reference}/contracts/", visitor(Role.OWNER)
    form = {
        "title": "Services", "start": "2026-01-01", "notice_days": "30", "renews_months": "0",
        "cap": "1000", "exposure": "5000",
    }  # fmt: skip
    assert "needs its currency" in refused(owner, f"{path}add/", **form)
    page = sent(owner, f"{path}add/", **form, currency="eur", capped="yes")
    assert "names no hours" in page
    number = fresh[1].contracts.get().pk
    assert "Liability ends at 1,000 EUR" in text_of(owner, f"{path}{number}/")
    clauses = {
        f"{kind}-strength": "not_read"
        for kind in re.findall(r'name="(\w+)-strength"', text_of(owner, f"{path}{number}/clauses/"))
    }
    told = clauses | {"breach_notice-strength": "present", "breach_notice-hours": "24"}
    page = sent(owner, f"{path}{number}/clauses/", **told)
    assert len(clauses) == 17
    assert "within a time" not in page
    assert "24 hours" in page


# ---------------------------------------------------------------- findings, policies


def test_a_finding_goes_its_way_and_becomes_a_measure(helpers: Vendor, visitor: Make) -> None:
    owner, contact = visitor(Role.OWNER), visitor(Role.CONTACT)
    path = f"{OWN}findings/"
    sent(owner, f"{path}add/", title="No second factor", level="high", origin="answer")
    finding = Finding.objects.get(title="No second factor")
    step = f"{path}{finding.pk}/step/"
    assert "an owner and a date" in refused(owner, step, to="agreed")
    sent(owner, step, to="agreed", owner="contact of bakery", due="2030-01-01")
    sent(owner, step, to="remediating", owner="contact of bakery", due="2030-01-01")
    form = {"to": "verified", "proof": "seen", "owner": "contact of bakery", "due": "2030-01-01"}
    assert "cannot verify it too" in refused(contact, step, **form)
    sent(owner, step, **form)
    assert Finding.objects.get(pk=finding.pk).state == "verified"

    policy = Policy.objects.get(tenant=BAKERY).policy
    page = sent(
        owner, f"{path}{finding.pk}/measure/", policy=policy, text="Every account has one.",
        owner="Olga", due="2030-01-01",
    )  # fmt: skip
    assert "Every account has one." in page
    versions = Policy.objects.filter(tenant=BAKERY, policy=policy)
    assert [each.version for each in versions] == [2, 1]
    assert "No second factor" in versions[0].struct.text
    place = f"/c/bakery/policies/of/{policy}/"
    assert "other than its author" in owner.post(f"{place}approve/", follow=True).content.decode()
    sent(contact, f"{place}approve/")
    assert Policy.objects.get(pk=versions[0].pk).approved is not None


def test_an_accepted_risk_opens_again_when_its_time_is_over(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    finding = helpers.findings.get()
    until = (TODAY - timedelta(days=1)).isoformat()
    step = f"{OWN}findings/{finding.pk}/step/"
    assert "a reason and an end" in refused(owner, step, to="accepted", until=until)
    sent(owner, step, to="accepted", until=until, why="for a week")
    assert "It tells of a breach" in text_of(owner, f"{OWN}findings/")
    known = Finding.objects.get(pk=finding.pk)
    assert known.state == "open"
    assert "ended on" in known.struct.history[-1].why


def test_five_policies_to_begin_with(world: Furnished, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    assert "Begin with these five" in text_of(owner, "/c/bakery/policies/")
    sent(owner, "/c/bakery/policies/begin/")
    sent(owner, "/c/bakery/policies/begin/")
    assert Policy.objects.filter(tenant=BAKERY).count() == 5
    assert not Policy.objects.filter(tenant=FORGE).exists()


# ---------------------------------------------------------------- reviews, exercises, calendar


def test_a_review_is_agreed_opened_talked_over_and_decided(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    path = f"{OWN}reviews/"
    assert "overdue for more than two weeks" in text_of(owner, path)
    assert "more than a year" in refused(
        owner, f"{path}rule/", start="2026-01-01", every="own", rule="FREQ=YEARLY;INTERVAL=2"
    )
    before = due_day(helpers)
    review = helpers.reviews.get(done=None)
    decision = {"decision-decision": "continue", "decision-why": "All well."}
    assert "no talk with the vendor" in refused(owner, f"{path}{review.pk}/decide/", **decision)
    talk = {"talk-on": "2026-01-02", "talk-with_whom": "Karl", "talk-notes": HOSTILE}
    assert "&lt;script&gt;" in sent(owner, f"{path}{review.pk}/talk/", **talk)
    sent(owner, f"{path}{review.pk}/decide/", **decision)
    after = due_day(Vendor.objects.get(pk=helpers.pk))
    assert before is not None
    assert after is not None
    assert after > before
    assert "ISO 27001" not in text_of(owner, path).split("Done")[0]


@override_settings(
    EMAIL_HOST="localhost", EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"
)
def test_an_exercise_is_answered_by_a_press_not_by_opening(
    helpers: Vendor, visitor: Make, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("midwatch.desk.vendors.views.company._mails", lambda: True)
    owner, stranger = visitor(Role.OWNER), visitor()
    page = owner.post(f"{OWN}contact/1/drill/").content.decode()
    found = re.search(r"/drill/[\w-]+/", page)
    assert found is not None
    assert found[0] in mail.outbox[0].body
    assert mail.outbox[0].to == ["night@helpers.example"]
    assert "Bakery" in mail.outbox[0].body

    assert "Nothing happened" in text_of(stranger, found[0])
    assert Drill.objects.filter(answered=None).count() == 3
    assert "Your answer came" in stranger.post(found[0], {"by": HOSTILE}).content.decode()
    contact = Vendor.objects.get(pk=helpers.pk).file.contacts[0]
    assert contact.tested is not None
    assert contact.answered_in == 0
    assert Vendor.objects.get(tenant=FORGE).file.contacts[0].tested is None
    assert "<script>" not in text_of(owner, f"{OWN}company/").replace("<script src", "")
    assert stranger.get("/drill/guessed/").status_code == 404


def test_an_exercise_ends(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    found = re.search(r"/drill/[\w-]+/", owner.post(f"{OWN}contact/1/drill/").content.decode())
    assert found is not None
    Drill.objects.update(expires=timezone.now() - timedelta(minutes=1))
    assert "is over" in visitor().post(found[0], {"by": "Late"}).content.decode()
    assert not Drill.objects.exclude(answered=None).exists()


def test_another_number_has_not_been_tried(helpers: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    sent(owner, f"{OWN}contact/1/", minutes="7")
    assert Vendor.objects.get(pk=helpers.pk).file.contacts[0].answered_in == 7
    sent(
        owner, f"{OWN}company/list/contacts/1/", role="breach", name="Night desk", phone="+49 2",
        mail="night@helpers.example",
    )  # fmt: skip
    assert Vendor.objects.get(pk=helpers.pk).file.contacts[0].tested is None


def test_a_calendar_reads_the_days_until_its_address_is_closed(
    helpers: Vendor, visitor: Make
) -> None:
    owner, program = visitor(Role.OWNER), visitor()
    page = owner.post("/c/bakery/vendors/calendar/make/").content.decode()
    found = re.search(r"/calendar/[\w-]+/vendors\.ics", page)
    assert found is not None
    feed = program.get(found[0])
    assert feed.headers["Content-Type"].startswith("text/calendar")
    told = feed.content.decode().replace("\r\n ", "")
    assert "Review of Helpers of bakery" in told
    assert "forge" not in told
    User.objects.filter(pk=CalendarLink.objects.get().owner_id).update(language="de")
    german = program.get(found[0]).content.decode().replace("\r\n ", "")
    assert "Überprüfung von Helpers of bakery" in german
    assert "ist zu beheben" in german
    assert not re.search("SUMMARY:.*(Review of| ends| is to be)", german)
    owned = helpers.tenant
    link = re.search(r"calendar/(\d+)/end/", text_of(owner, "/c/bakery/vendors/calendar/"))
    assert link is not None
    Membership.objects.filter(role=Role.OWNER.value, tenant=owned).update(ended=timezone.now())
    assert program.get(found[0]).status_code == 404
    Membership.objects.filter(role=Role.OWNER.value, tenant=owned).update(ended=None)
    assert program.get(found[0]).status_code == 200
    sent(owner, f"/c/bakery/vendors/calendar/{link[1]}/end/")
    assert program.get(found[0]).status_code == 404


# ---------------------------------------------------------------- the scope itself


def test_a_change_that_fails_changes_nothing(fresh: tuple[VendorActs, Vendor]) -> None:
    acts, vendor = fresh
    entries = Entry.objects.count()

    def broken(file: object) -> object:
        raise BadInputError("no")

    with pytest.raises(BadInputError):
        acts.change(vendor.reference, "vendor.change", broken)  # type: ignore[arg-type]  # it never returns
    assert Entry.objects.count() == entries
    with pytest.raises(Http404):
        acts.change("0000000000", "vendor.change", lambda file: file)


def test_a_look_at_many_vendors_asks_the_database_few_questions(
    helpers: Vendor, visitor: Make, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(30):
        Vendor.objects.create(
            tenant=BAKERY, name=f"V{number}",
            body={"id": str(number), "name": f"V{number}", "country": "DE"},
        )  # fmt: skip
    owner = visitor(Role.OWNER)
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]  # a context manager
        assert "31 vendors are on file" in text_of(owner, "/c/bakery/vendors/")


# ---------------------------------------------------------------- for programs


@pytest.fixture
def program(db: None) -> Callable[[Role], Client]:
    """A program with a token of somebody in a role."""

    def make(role: Role) -> Client:
        viewer = viewer_of(person(role), now())
        allowed = tuple(PERMISSIONS[role] - NOT_FOR_PROGRAMS)
        _kept, token = make_token(viewer, "test", allowed, timedelta(days=1))
        return Client(headers={"authorization": f"Bearer {token}"})

    return make


def test_programs_read_and_raise_what_people_may(
    helpers: Vendor, program: Callable[[Role], Client]
) -> None:
    owner, examiner = program(Role.OWNER), program(Role.EXAMINER)
    listed = owner.get("/api/v1/vendors").json()
    assert [each["id"] for each in listed["items"]] == [REFERENCES[BAKERY]]
    one = owner.get(f"/api/v1/vendors/{REFERENCES[BAKERY]}").json()
    assert one["tier"] == "critical"
    assert one["contacts"][0]["phone"] == "+49 40 555 0199"
    assert {"mood": "act", "text": "1 finding is overdue."} in one["needs"]
    money = owner.get(f"/api/v1/vendors/{REFERENCES[BAKERY]}/money").json()
    assert money["figures"][0]["value"] == "4.012"
    papers = owner.get(f"/api/v1/vendors/{REFERENCES[BAKERY]}/papers").json()
    assert sum(each["replaced"] for each in papers) == 1

    place, finding = f"/api/v1/vendors/{REFERENCES[BAKERY]}/findings", {"title": "No log-in log"}
    assert owner.post(place, finding, "application/json").status_code == 201
    assert examiner.post(place, finding, "application/json").status_code == 403
    assert [each["title"] for each in examiner.get(place).json()].count("No log-in log") == 1
    assert owner.get(f"/api/v1/vendors/{REFERENCES[FORGE]}").status_code == 404
    made = owner.post(
        "/api/v1/vendors", {"client": BAKERY, "name": "New", "country": "de"}, "application/json"
    )
    assert made.json()["state"] == "candidate"


def test_the_clients_page_tells_when_its_provider_is_reviewed(
    helpers: Vendor, visitor: Make
) -> None:
    assert "No review has been agreed yet" in text_of(visitor(Role.OWNER), "/c/bakery/")
    Vendor.objects.update(is_provider=True)
    page = text_of(visitor(Role.CONTACT), "/c/bakery/")
    assert "overdue for more than two weeks" in page
    assert f"{OWN}reviews/" in page
    assert f"{OWN}reviews/" not in text_of(visitor(Role.ANALYST), "/c/bakery/")
