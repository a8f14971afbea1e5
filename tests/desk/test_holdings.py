"""Data that vendors hold, and what was really shown; service facts from one watch to another."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.audit.models import Entry, Reveal
from midwatch.desk.choosing.facts import file_facts
from midwatch.desk.choosing.holding import looked
from midwatch.desk.choosing.models import Facts, Holding
from midwatch.desk.rehearsal import BAKERY, FORGE, Furnished, now, person
from midwatch.desk.rehearsal_answers import furnish_questionnaires
from midwatch.desk.rehearsal_choosing import HOLDINGS, furnish_choosing
from midwatch.desk.rehearsal_vendors import REFERENCES, furnish_vendors
from midwatch.desk.vendors.models import Paper, Vendor
from midwatch.kernel import BadInputError
from midwatch.tenants import Feed
from midwatch.vendors.cadence import CadenceClaim, CadenceKind
from midwatch.vendors.evidence import Assurance, EvidenceKind
from midwatch.vendors.holdings import DataCategory, Necessity
from midwatch.vendors.service_facts import read_signed, signed_file
from midwatch.vendors.vendor import Contact, ContactRole
from midwatch.watch.health import CELL, CellCount, FeedCount

ITEM = f"/holding/{HOLDINGS[BAKERY]}/"
VENDOR = f"/vendor/{REFERENCES[BAKERY]}/"


@pytest.fixture
def house(world: Furnished, db: None) -> Furnished:
    for tenant in (BAKERY, FORGE):
        vendor = furnish_vendors(tenant)
        furnish_questionnaires(vendor)
        furnish_choosing(vendor, now())
    return world


def own_vendor() -> Vendor:
    return Vendor.objects.get(reference=REFERENCES[BAKERY])


def own_item() -> Holding:
    return Holding.objects.get(reference=HOLDINGS[BAKERY])


class TestInventory:
    def test_what_is_out_of_bounds_stands_first(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        page = visitor(Role.OWNER).get("/c/bakery/data/").content.decode()
        assert "2 items of data should not be where they are." in page
        assert page.index("Card numbers in tickets") < page.rindex("Telephone list of bakery")
        assert "<script>alert" not in page
        assert '<svg class="flow"' in page

    def test_an_item_is_written_down_and_decided(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        client = visitor(Role.CONTACT)
        answer = client.post(
            f"{VENDOR}data/",
            {"category": "mail", "what": "Mailboxes", "about": "staff", "fields_held": "a, ,b",
             "country_2": "fr", "what_2": "backup", "encrypted_2": "no"},
        )  # fmt: skip
        made = Holding.objects.get(category=DataCategory.MAIL)
        assert answer.headers["Location"] == f"/holding/{made.reference}/"
        assert made.held.fields == ("a", "b")
        assert [(p.country, p.what, p.encrypted) for p in made.held.places] == [
            ("FR", "backup", False)
        ]
        client.post(
            f"/holding/{made.reference}/",
            {"step": "decide", "d-necessity": "take_back", "d-why": "They read no mail of ours"},
        )
        made.refresh_from_db()
        assert made.held.necessity is Necessity.TAKE_BACK
        assert Entry.objects.filter(verb="vendor.necessity", tenant=BAKERY).count() == 1

    def test_a_decision_without_a_reason_is_none(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        visitor(Role.OWNER).post(ITEM, {"step": "decide", "d-necessity": "reduce", "d-why": ""})
        assert own_item().held.necessity is Necessity.NEEDED

    def test_a_return_without_proof_stays_open_until_a_paper_proves_it(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        client = visitor(Role.OWNER)
        client.post(ITEM, {"step": "return", "r-returned": "2026-11-01"})
        assert "nothing proves it" in client.get(ITEM).content.decode()
        client.post(ITEM, {"step": "return", "r-returned": "2026-11-01", "r-proof": "nonsense00"})
        assert own_item().held.proof == ""
        file_facts_as(client, signed_file(Facts.objects.filter(tenant=BAKERY)[0].facts, bytes(32)))
        paper = Paper.objects.filter(tenant=BAKERY, sort=EvidenceKind.SERVICE_FACTS).latest("pk")
        client.post(
            ITEM, {"step": "return", "r-returned": "2026-11-01", "r-proof": paper.reference}
        )
        assert "proved by" in client.get(ITEM).content.decode()

    def test_a_change_keeps_decisions(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        visitor(Role.OWNER).post(
            f"{ITEM}change/", {"category": "contact", "what": "Another name", "about": "staff"}
        )
        held = own_item().held
        assert (held.what, held.necessity, held.places) == ("Another name", Necessity.NEEDED, ())

    def test_the_providers_people_do_not_write_about_themselves(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        Vendor.objects.filter(pk=own_vendor().pk).update(is_provider=True)
        manager = visitor(Role.MANAGER)
        assert manager.get(ITEM).status_code == 200
        form = {"step": "decide", "d-necessity": "needed", "d-why": "we do"}
        assert manager.post(ITEM, form).status_code == 404
        assert manager.get(f"{ITEM}change/").status_code == 404
        assert manager.post(f"{VENDOR}data/", {}).status_code == 404
        assert manager.post(f"{VENDOR}facts/", {}).status_code == 404

    def test_registers_are_made_and_hold_no_formula(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        client = visitor(Role.OWNER)
        answer = client.get("/c/bakery/data/as/xlsx/?lei=529900T8BM49AURSDO55")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == [
            "GDPR art. 30", "B_02.01", "B_02.02", "B_05.01", "B_05.02", "B_07.01", "Gaps",
        ]  # fmt: skip
        assert not any(
            cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
        )
        table = client.get("/c/bakery/data/as/csv/").content.decode("utf-8-sig")
        assert "Telephone list of bakery" in table
        assert "forge" not in table


class TestReality:
    def look(self, role: Role, **more: object) -> None:
        who = person(role, **more)  # type: ignore[arg-type]  # fields of a membership
        Reveal.objects.create(
            actor=who.pk, name=who.name, role=role.value, tenant=BAKERY, subject="MW-1",
            fields=["user names", "raw lines"], reason="to help", until=timezone.now(),
        )  # fmt: skip

    def test_looks_of_the_provider_are_held_against_its_file(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        self.look(Role.ANALYST)
        scope = scope_of(Role.OWNER)
        assert looked(scope, BAKERY)[0].vendor is None
        Vendor.objects.filter(pk=own_vendor().pk).update(is_provider=True)
        (found,) = looked(scope, BAKERY)
        assert found.vendor == own_vendor()
        assert found.drift.shown_not_listed == {
            DataCategory.EMPLOYEE_RECORDS: 1, DataCategory.LOGS: 1,
        }  # fmt: skip

    def test_a_partner_belongs_to_the_vendor_whose_mail_it_has(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        self.look(Role.PARTNER, tenant=BAKERY)
        row = own_vendor()
        mail = Contact(role=ContactRole.SERVICE, name="Desk", mail="desk@bakery.example")
        row.put(row.file.__class__(id=row.reference, name=row.name, country="DE", contacts=(mail,)))
        row.save()
        (found,) = looked(scope_of(Role.OWNER), BAKERY)
        assert found.vendor == row

    def test_own_people_and_old_looks_are_no_vendors(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        self.look(Role.CONTACT)
        assert looked(scope_of(Role.OWNER), BAKERY) == []


def file_facts_as(client: Client, data: bytes, name: str = "facts.json") -> HttpResponse:
    sent = SimpleUploadedFile(name, data, content_type="application/json")
    return client.post(f"{VENDOR}facts/", {"file": sent}, follow=True)  # type: ignore[return-value]  # Django's test answer


class TestFacts:
    def test_facts_of_one_watch_land_as_evidence_in_another(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        provider, customer = visitor(Role.MANAGER), visitor(Role.OWNER)
        file = provider.get("/service-facts/file/?days=7")
        data = file.content
        assert "attachment" in file.headers["Content-Disposition"]
        assert b"bakery" not in data.lower()
        page = file_facts_as(customer, data).content.decode()
        assert "The signature fits. It is filed as evidence." in page
        assert "so far it is a claim" in page
        row = Facts.objects.get(sha256=read_signed(data, "x").sha256)
        assert row.paper is not None
        assert row.paper.struct.assurance is Assurance.CLAIMED
        customer.post(
            f"{VENDOR}facts/{row.pk}/key/", {"how": "read to me by their office by telephone"}
        )
        row.refresh_from_db()
        assert row.compared is not None
        assert Paper.objects.get(pk=row.paper_id or 0).struct.assurance is Assurance.OBSERVED
        # A later file with the same key is trusted at once.
        more = provider.get("/service-facts/file/?days=30").content
        assert "the key was compared" in file_facts_as(customer, more).content.decode()

    def test_the_same_file_twice_and_a_changed_one_are_refused(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        data = visitor(Role.MANAGER).get("/service-facts/file/").content
        client = visitor(Role.OWNER)
        file_facts_as(client, data)
        assert "on file already" in file_facts_as(client, data).content.decode()
        changed = data.replace(b'"sources": ', b'"sources": 1')
        assert "changed after it was signed" in file_facts_as(client, changed).content.decode()
        assert "no signed file" in file_facts_as(client, b"\x00PK").content.decode()
        assert Facts.objects.filter(tenant=BAKERY).count() == 2

    def test_a_key_is_not_compared_without_saying_how(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        row = Facts.objects.get(tenant=BAKERY)
        page = visitor(Role.OWNER).post(f"{VENDOR}facts/{row.pk}/key/", {"how": "yes"}, follow=True)
        assert "how the key was compared" in page.content.decode()
        row.refresh_from_db()
        assert row.compared is None

    def test_foreign_facts_are_not_there(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        foreign = Facts.objects.get(tenant=FORGE)
        client = visitor(Role.OWNER)
        answer = client.post(f"{VENDOR}facts/{foreign.pk}/key/", {"how": "a long enough reason"})
        assert answer.status_code == 404
        assert client.get(f"/vendor/{REFERENCES[FORGE]}/facts/").status_code == 404

    def test_a_promise_is_held_against_the_facts(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        vendor = own_vendor()
        claim = CadenceClaim(kind=CadenceKind.SIGNATURE_UPDATE, every_hours=24, source="contract")  # type: ignore[arg-type]  # a whole number of hours
        made = vendor.promises.model(tenant=BAKERY, vendor=vendor)
        made.put(claim)
        made.save()
        page = visitor(Role.OWNER).get(f"{VENDOR}facts/").content.decode()
        assert "promised every 24 h, not kept" in page

    def test_a_clients_own_people_see_the_facts_about_them_only(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        owner = visitor(Role.OWNER)
        page = owner.get("/c/bakery/service-facts/").content.decode()
        assert "Sources were heard in" in page
        assert owner.get("/c/forge/service-facts/").status_code == 404
        assert owner.get("/service-facts/").status_code == 404
        assert owner.get("/service-facts/file/").status_code == 404
        own = read_signed(owner.get("/c/bakery/service-facts/file/").content, "x").facts
        assert (own.about, own.clients) == ("Bakery", 1)
        assert Entry.objects.filter(verb="facts.export", tenant=BAKERY).count() == 1

    def test_a_source_of_this_hour_is_watched_already(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        kept = house.stores
        for each in kept.tenants.feeds(BAKERY):
            kept.tenants.remove_feed(each.id)
        kept.tenants.save_feed(Feed("bakery-new", BAKERY, "main", "New"))
        path = "/c/bakery/service-facts/"
        assert "No source was watched" in visitor(Role.OWNER).get(path).content.decode()

        moment = now()
        count = FeedCount(BAKERY, moment, moment, {moment // CELL: CellCount(1, 1)})
        kept.health.count({"bakery-new": count})
        page = visitor(Role.CONTACT).get(path).content.decode()
        assert "no whole hour yet" in page
        assert "No source was watched in this time" not in page

    def test_the_key_is_for_everybody_to_see(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        data = visitor(Role.MANAGER).get("/service-facts/file/").content
        page = visitor().get("/service-facts/key/").content.decode()
        assert read_signed(data, "x").key in page
        assert read_signed(data, "x").fingerprint in page

    def test_too_large_a_file_is_refused_before_it_is_read(
        self, house: Furnished, scope_of: Callable[..., Scope], tmp_path: Path
    ) -> None:
        acts = VendorActs(scope_of(Role.OWNER))
        with pytest.raises(BadInputError, match="more than"):
            file_facts(acts, REFERENCES[BAKERY], b" " * 1_000_001, "x.json")

    def test_old_facts_are_told_to_be_old(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        row = Facts.objects.get(tenant=BAKERY)
        shift = int(timedelta(days=200).total_seconds()) * 1_000_000
        for name in ("start", "end", "made"):
            row.body[name] -= shift
        row.save()
        assert (
            "its time ended 203 days ago"
            in visitor(Role.OWNER).get(f"{VENDOR}facts/").content.decode().casefold()
        )
