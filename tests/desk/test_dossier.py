"""A vendor's whole file: taken along and brought in, what is refused and where, held, deleted."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client, TestCase
from django.utils import timezone

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.answers.models import Asking, Link
from midwatch.desk.answers.models import Paper as AnswerPaper
from midwatch.desk.audit.models import Entry
from midwatch.desk.audit.words import WORDS as VERBS
from midwatch.desk.choosing.models import Choice, Facts, Holding
from midwatch.desk.dossier import command
from midwatch.desk.dossier.deleting import NOBODY, delete_file, end_hold, hold, what_hinders
from midwatch.desk.dossier.exporting import export_file, records_of
from midwatch.desk.dossier.importing import Report, import_file
from midwatch.desk.dossier.models import Hold
from midwatch.desk.dossier.words import PARTS as NAMED
from midwatch.desk.people.models import User
from midwatch.desk.rehearsal import BAKERY, FORGE, Furnished
from midwatch.desk.rehearsal_answers import furnish_questionnaires
from midwatch.desk.rehearsal_choosing import MADE, furnish_choosing
from midwatch.desk.rehearsal_vendors import REFERENCES, furnish_vendors
from midwatch.desk.reminders.models import Item, Notice
from midwatch.desk.vendors.models import Drill, Finding, Paper, Policy, Vendor
from midwatch.desk.vendors.papers import bytes_of
from midwatch.kernel import BadInputError
from midwatch.vendors.contracts import DueKind
from midwatch.vendors.dossier import open_package
from midwatch.vendors.dossier.records import PARTS
from midwatch.vendors.evidence import Assurance
from midwatch.vendors.vendor import VendorState

Make = Callable[..., Client]
Acts = Callable[..., VendorActs]
TODAY = timezone.now().date()


@pytest.fixture
def acts(scope_of: Callable[..., Scope]) -> Acts:
    return lambda role=Role.OWNER, *args: VendorActs(scope_of(role, *args), "192.0.2.9")


@pytest.fixture
def helpers(world: Furnished, db: None) -> Vendor:
    """The Bakery's first vendor with one of everything; the Forge has nothing on file."""
    vendor = furnish_vendors(BAKERY)
    furnish_questionnaires(vendor)
    furnish_choosing(vendor, int(timezone.now().timestamp() * 1_000_000))
    return vendor


def taken(acts: VendorActs, vendor: Vendor) -> bytes:
    sink = io.BytesIO()
    export_file(acts, vendor.reference, sink)
    return sink.getvalue()


def brought(acts: VendorActs, tenant: str, data: bytes) -> Report:
    return import_file(acts, tenant, open_package(io.BytesIO(data), "file.zip"))


def changed(data: bytes, how: Callable[[dict[str, Any]], object], **documents: bytes) -> bytes:
    """The package with its records changed, and a manifest that knows of it."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    records, manifest = json.loads(parts["records.json"]), json.loads(parts["manifest.json"])
    how(records)
    parts["records.json"] = json.dumps(records).encode()
    manifest["records"] = sha256(parts["records.json"]).hexdigest()
    parts["manifest.json"] = json.dumps(manifest).encode()
    return packed(parts | {f"documents/{name}": each for name, each in documents.items()})


def packed(parts: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return sink.getvalue()


IDS = {"id", "vendor", "client", "about", "replaces", "evidence", "finding", "findings", "proof",
       "policy", "paper", "filed", "history", "revision", "created_by", "approver", "approved",
       "author", "version", "assurance", "choices_left", "expires", "received"}  # fmt: skip


def plain(value: object) -> object:
    """Without what is given anew in another place."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if name not in IDS}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


# ---------------------------------------------------------------- there and back


def test_what_is_taken_along_is_the_same_in_another_place(helpers: Vendor, acts: Acts) -> None:
    data = taken(acts(), helpers)
    report = brought(acts(Role.OWNER, FORGE), FORGE, data)

    assert (report.created, report.refused) == (True, [])
    there = Vendor.objects.get(tenant=FORGE)
    assert plain(msgspec.to_builtins(records_of(there))) == plain(
        msgspec.to_builtins(records_of(helpers))
    )
    assert set(report.taken) == {*PARTS, "recurrence"}
    assert there.reference != helpers.reference
    assert (there.tier, there.state) == (helpers.tier, helpers.state)
    for paper in there.papers.exclude(sha256=""):
        assert bytes_of(paper)
    assert AnswerPaper.objects.get(tenant=FORGE).data
    (asked, opened) = Asking.objects.filter(tenant=FORGE).order_by("-handed_in")
    assert {asked.score, opened.score} == set(
        Asking.objects.filter(vendor=helpers).values_list("score", flat=True)
    )


def test_ids_point_to_what_came_along(helpers: Vendor, acts: Acts) -> None:
    brought(acts(Role.OWNER, FORGE), FORGE, taken(acts(), helpers))
    there = Vendor.objects.get(tenant=FORGE)

    newer = there.papers.get(title="ISO 27001, renewed")
    assert newer.older.get().title == "ISO 27001"
    assert newer.struct.replaces == newer.older.get().reference
    soc = there.papers.exclude(soc=None).get()
    assert soc.review is not None
    assert soc.review.evidence == soc.reference
    measure = there.findings.get().measures.get()
    assert measure.struct.finding == there.findings.get().reference
    policy = Policy.objects.get(tenant=FORGE)
    assert measure.policy == policy.policy
    assert policy.approved is None
    text = json.dumps(msgspec.to_builtins(records_of(there)))
    for old in (REFERENCES[BAKERY], *Paper.objects.filter(tenant=BAKERY).values_list("reference", flat=True)):  # fmt: skip
        assert old not in text


def test_nothing_secret_is_taken_along(helpers: Vendor, acts: Acts) -> None:
    data = taken(acts(), helpers)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode(
            "utf-8", "replace"
        )
    for model in (Link, Drill):
        for digest in model.objects.filter(tenant=BAKERY).values_list("digest", flat=True):
            assert digest not in text
    brought(acts(Role.OWNER, FORGE), FORGE, data)
    assert not Link.objects.filter(tenant=FORGE).exists()
    assert Drill.objects.get(tenant=FORGE).expires <= timezone.now()


def test_facts_are_claims_until_somebody_here_compares_the_key(helpers: Vendor, acts: Acts) -> None:
    Facts.objects.filter(vendor=helpers).update(compared=timezone.now(), compared_by="O")
    assert Facts.objects.filter(vendor=helpers).exists()
    brought(acts(Role.OWNER, FORGE), FORGE, taken(acts(), helpers))
    for each in Facts.objects.filter(tenant=FORGE):
        assert each.compared is None
        if each.paper is not None:
            assert each.paper.struct.assurance is Assurance.CLAIMED


def test_twice_takes_nothing_and_changes_nothing(helpers: Vendor, acts: Acts) -> None:
    data = taken(acts(), helpers)
    brought(acts(Role.OWNER, FORGE), FORGE, data)
    there = Vendor.objects.get(tenant=FORGE)
    before = msgspec.to_builtins(records_of(there))
    report = brought(VendorActs(acts(Role.CONTACT, FORGE).scope), FORGE, data)

    assert (report.created, sum(report.taken.values()), report.refused) == (False, 0, [])
    assert msgspec.to_builtins(records_of(Vendor.objects.get(tenant=FORGE))) == before
    assert Vendor.objects.filter(tenant=FORGE).count() == 1


def test_what_is_missing_is_added_and_what_differs_stays(helpers: Vendor, acts: Acts) -> None:
    data = taken(acts(), helpers)
    owner = acts(Role.OWNER, FORGE)
    brought(owner, FORGE, data)
    there = Vendor.objects.get(tenant=FORGE)
    there.findings.all().delete()
    there.put(msgspec.structs.replace(there.file, website="https://here.example", owners=()))
    there.save()
    service = there.services.get()
    service.put(msgspec.structs.replace(service.struct, people=7))
    service.save()
    report = brought(owner, FORGE, data)

    assert {name: n for name, n in report.taken.items() if n} == {
        "owners": 2, "findings": 1, "measures": 1,
    }  # fmt: skip
    assert [each.place for each in report.refused] == ["vendor", "services[0]"]
    again = Vendor.objects.get(tenant=FORGE)
    assert again.file.website == "https://here.example"
    assert again.services.get().struct.people == 7


def test_every_part_has_a_name_and_every_act_words(helpers: Vendor, acts: Acts) -> None:
    assert set(PARTS) <= set(NAMED)
    brought(acts(Role.OWNER, FORGE), FORGE, taken(acts(), helpers))
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"vendor.export_file", "vendor.import_file"} <= verbs <= set(VERBS)
    entry = Entry.objects.get(verb="vendor.import_file")
    assert (entry.tenant, entry.name, entry.detail["refused"]) == (FORGE, "owner of forge", 0)
    history = Vendor.objects.get(tenant=FORGE).file.history
    assert history[-1].why.startswith("brought in from a file of Bakery")
    assert history[-1].by == "owner of forge"


# ---------------------------------------------------------------- what is refused


def test_a_record_that_cannot_be_is_refused_with_its_place(helpers: Vendor, acts: Acts) -> None:
    def spoil(records: dict[str, Any]) -> None:
        records["findings"].append({"id": "x"})
        records["contracts"][0]["contract"]["notice_days"] = 10**9
        records["statements"][0]["amounts"]["cash"] = "1E999999"
        records["papers"][0]["evidence"]["title"] = "with\0nul"
        records["reviews"][0]["due"] = "0001-01-01"
        records["services"] = [records["services"][0]] * 3
        records["questionnaires"][0]["given"][0]["answer"]["question"] = "no-such-question"
        records["measures"][0]["finding"] = "nothere"
        records["strange"] = [1]
        records["holdings"] = "none"
        records["recurrence"]["rule"] = "FREQ=SECONDLY"

    report = brought(acts(Role.OWNER, FORGE), FORGE, changed(taken(acts(), helpers), spoil))

    places = {each.place for each in report.refused}
    assert places >= {
        "findings[1]", "contracts[0]", "statements[0]", "papers[0]", "reviews[0]", "measures[0]",
        "questionnaires[0]", "strange", "holdings", "recurrence",
    }  # fmt: skip
    assert all(each.why for each in report.refused)
    assert (report.taken["services"], report.there["services"]) == (1, 2)
    assert report.taken["findings"] == 1


def test_a_document_that_was_changed_is_refused_with_what_names_it(
    helpers: Vendor, acts: Acts
) -> None:
    data = taken(acts(), helpers)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    digest = Paper.objects.get(tenant=BAKERY, title="SOC 2 type 2 report").sha256
    parts[f"documents/{digest}"] = b"something else"
    lost = Paper.objects.get(tenant=BAKERY, title="ISO 27001").sha256
    del parts[f"documents/{lost}"]
    report = brought(acts(Role.OWNER, FORGE), FORGE, packed(parts))

    refused = {each.place: each.why for each in report.refused}
    assert "it was changed" in refused[f"documents/{digest}"]
    assert refused[f"documents/{lost}"] == "it is missing"
    assert {"papers[0]", "papers[1]"} <= set(refused)
    titles = set(Paper.objects.filter(tenant=FORGE).values_list("title", flat=True))
    assert titles & {"SOC 2 type 2 report", "ISO 27001"} == set()
    assert "ISO 27001, renewed" in titles


def test_a_document_nobody_asks_for_is_told_and_left(
    helpers: Vendor, acts: Acts, world: Furnished
) -> None:
    stray = b"stray"
    name = sha256(stray).hexdigest()
    data = changed(taken(acts(), helpers), lambda records: None, **{name: stray})
    report = brought(acts(Role.OWNER, FORGE), FORGE, data)
    assert [(e.place, e.why) for e in report.refused] == [
        (f"documents/{name}", "no record names it")
    ]
    assert not (world.stores.folder.papers(FORGE) / name).exists()


def bad_packages() -> Iterator[tuple[str, bytes, str]]:
    manifest = {
        "format": "midwatch vendor file", "version": 1, "made": 1, "software": "M", "vendor": "V",
        "client": "C", "records": sha256(b"{}").hexdigest(), "documents": [],
    }  # fmt: skip

    def told(**more: object) -> bytes:
        return json.dumps(manifest | more).encode()

    yield "no zip", b"PK no", "no ZIP that can be read"
    yield "empty", b"", "no ZIP that can be read"
    yield "no manifest", packed({"records.json": b"{}"}), "has no manifest.json"
    yield (
        "newer",
        packed({"manifest.json": told(version=2), "records.json": b"{}"}),
        "newer Midwatch",
    )
    yield (
        "newer shape",
        packed(
            {
                "manifest.json": b'{"format":"midwatch vendor file","version":9}',
                "records.json": b"{}",
            }
        ),
        "newer Midwatch",
    )
    yield (
        "other",
        packed({"manifest.json": told(format="x"), "records.json": b"{}"}),
        "no vendor's file",
    )
    yield "changed", packed({"manifest.json": told(), "records.json": b"{ }"}), "it was changed"
    yield "no vendor", packed({"manifest.json": told(), "records.json": b"{}"}), "which vendor"
    yield (
        "deep",
        packed(
            {
                "manifest.json": told(records=sha256(b"[" * 90000).hexdigest()),
                "records.json": b"[" * 90000,
            }
        ),
        "records.json",
    )
    for path in (
        "../../etc/cron.d/x",
        "/etc/passwd",
        "documents/../x",
        "documents\\x",
        "records.json/",
        "documents/" + "A" * 64,
    ):
        yield (
            path,
            packed({"manifest.json": told(), "records.json": b"{}", path: b"x"}),
            "does not belong",
        )
    bomb = packed(
        {"manifest.json": told(), "records.json": b"{}", f"documents/{'0' * 64}": bytes(26_000_000)}
    )
    yield "bomb", bomb, "unpacks without end|which vendor"
    yield (
        "bomb of records",
        packed({"manifest.json": told(), "records.json": bytes(61_000_000)}),
        "more than 60 MB",
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("manifest.json", told())
        archive.writestr("records.json", b"{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("records.json", b"{}")
    yield "twice", sink.getvalue(), "stands twice"
    locked = bytearray(packed({"manifest.json": told(), "records.json": b"{}"}))
    spot = locked.index(b"PK\x01\x02")
    locked[spot + 8] |= 1
    yield "locked", bytes(locked), "encrypted"


BAD = list(bad_packages())


@pytest.mark.parametrize(
    ("data", "says"), [each[1:] for each in BAD], ids=[each[0] for each in BAD]
)
def test_what_is_meant_to_harm_is_refused_as_a_whole(
    world: Furnished, acts: Acts, data: bytes, says: str
) -> None:
    with pytest.raises(BadInputError, match=says) as caught:
        brought(acts(Role.OWNER, FORGE), FORGE, data)
    assert caught.value.remedy
    assert Vendor.objects.count() == 0
    assert not world.stores.folder.papers(FORGE).exists()


def test_only_the_clients_own_people_bring_the_providers_file_in(
    helpers: Vendor, acts: Acts
) -> None:
    owner = acts()
    data = taken(owner, helpers)
    provider = changed(data, lambda records: records.update(is_provider=True))
    manager = acts(Role.MANAGER)
    with pytest.raises(BadInputError, match="only the client's own people"):
        brought(manager, FORGE, provider)
    Vendor.objects.filter(pk=helpers.pk).update(is_provider=True)
    with pytest.raises(BadInputError, match="only the client's own people"):
        brought(manager, BAKERY, data)
    with pytest.raises(Http404):
        export_file(manager, helpers.reference, io.BytesIO())
    with pytest.raises(Http404):
        brought(acts(Role.EXAMINER), BAKERY, data)
    with pytest.raises(Http404):
        brought(owner, FORGE, data)


# ---------------------------------------------------------------- pages and commands


def test_by_pages(helpers: Vendor, visitor: Make) -> None:
    owner, forge = visitor(Role.OWNER), visitor(Role.OWNER, FORGE)
    path = f"/vendor/{helpers.reference}/file/"
    assert "Take the file along" in owner.get(path).content.decode()
    answer = owner.post(f"{path}take/")
    assert answer.headers["Content-Type"] == "application/zip"
    assert f"helpers-of-bakery-{TODAY.isoformat()[:4]}" in answer.headers["Content-Disposition"]
    data = answer.getvalue()
    page = forge.post(
        "/c/forge/vendors/bring/", {"file": SimpleUploadedFile("a.zip", data)}
    ).content.decode()
    assert "The file of Helpers of bakery is here." in page
    assert "Nothing was refused." in page
    page = forge.post(
        "/c/forge/vendors/bring/", {"file": SimpleUploadedFile("a.zip", b"PK no")}
    ).content.decode()
    assert "no ZIP that can be read" in page
    assert visitor(Role.EXAMINER).post(f"{path}take/").status_code == 404
    assert forge.get(path).status_code == 404


def test_by_command(helpers: Vendor, tmp_path: Path) -> None:
    place = tmp_path / "helpers.zip"
    told = command.export_to(place, "HELPERS of bakery", None)
    assert "4 documents" in told or "documents" in told
    assert place.stat().st_mode & 0o777 == 0o600
    told, refused = command.import_from(place, FORGE)
    assert not refused
    assert "Helpers of bakery is here now" in told
    assert "papers: 5 taken, 0 there already, 0 refused" in told
    with pytest.raises(BadInputError, match="several clients"):
        command.export_to(place, "Helpers of bakery", None)
    with pytest.raises(BadInputError, match="no client 'nobody'"):
        command.import_from(place, "nobody")
    with pytest.raises(BadInputError, match="no vendor 'x'"):
        command.export_to(place, "x", None)
    with pytest.raises(BadInputError, match="cannot be read"):
        command.import_from(tmp_path / "nothing", FORGE)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".h")] == []
    entry = Entry.objects.get(verb="vendor.import_file")
    assert (entry.actor, entry.name) == (None, "Whoever keeps the machine")


# ---------------------------------------------------------------- holding and deleting


WHY = "The contract ended three years ago."


@pytest.fixture
def gone(helpers: Vendor) -> Vendor:
    """A vendor whose work is over, and which holds no data any more."""
    helpers.put(msgspec.structs.replace(helpers.file, state=VendorState.ENDED))
    helpers.save()
    for each in Holding.objects.filter(vendor=helpers):
        each.put(msgspec.structs.replace(each.held, returned=TODAY))
        each.save()
    return helpers


def delete(acts: VendorActs, vendor: Vendor, **more: Any) -> str:
    told: dict[str, Any] = {"typed": vendor.name, "why": WHY, "today": TODAY} | more
    return delete_file(acts, vendor.reference, **told)


def test_while_something_hinders_nothing_is_deleted(helpers: Vendor, acts: Acts) -> None:
    owner = acts()
    Vendor.objects.filter(pk=helpers.pk).update(is_provider=True)
    helpers.refresh_from_db()
    told = " ".join(what_hinders(owner, helpers, TODAY))
    for words in ("works for you", "The watch itself", "still holds"):
        assert words in told
    with pytest.raises(BadInputError, match="works for you"):
        delete(owner, helpers)
    assert Vendor.objects.filter(pk=helpers.pk).exists()


def test_the_name_and_a_reason_are_asked_for(gone: Vendor, acts: Acts) -> None:
    owner = acts()
    with pytest.raises(BadInputError, match="not its name"):
        delete(owner, gone, typed="helpers")
    with pytest.raises(BadInputError, match="a reason is needed"):
        delete(owner, gone, why="old")
    assert Vendor.objects.filter(pk=gone.pk).exists()


@pytest.mark.parametrize("role", [Role.CONTACT, Role.MANAGER, Role.EXAMINER])
def test_nobody_but_an_owner_deletes(gone: Vendor, acts: Acts, visitor: Make, role: Role) -> None:
    with pytest.raises(Http404):
        delete(acts(role), gone)
    assert Vendor.objects.filter(pk=gone.pk).exists()


def test_what_must_be_kept_is_kept(gone: Vendor, acts: Acts, world: Furnished) -> None:
    owner, contact = acts(), acts(Role.CONTACT)
    hold(contact, gone.reference, TODAY, "Tax law asks for ten years.")
    until = hold(contact, gone.reference, None, "A dispute about the invoice of May.")
    with pytest.raises(BadInputError, match="Tax law"):
        delete(owner, gone)
    assert len(what_hinders(owner, gone, TODAY + timedelta(days=1))) == 1  # the first is over
    with pytest.raises(Http404):
        end_hold(contact, gone.reference, until.pk, "It is settled, they paid.")
    with pytest.raises(BadInputError, match="reason"):
        end_hold(owner, gone.reference, until.pk, "")
    end_hold(owner, gone.reference, until.pk, "It is settled, they paid.")
    assert what_hinders(owner, gone, TODAY + timedelta(days=1)) == ()
    kept = Hold.objects.get(pk=until.pk)
    assert (kept.ended_by, kept.ended_why) == ("owner of bakery", "It is settled, they paid.")
    tenant = world.stores.tenants.tenant(BAKERY)
    assert tenant is not None
    world.stores.tenants.save_tenant(msgspec.structs.replace(tenant, legal_hold=True))
    with pytest.raises(BadInputError, match="legal hold"):
        delete(owner, gone, today=TODAY + timedelta(days=1))


def rows_about(*words: str) -> dict[str, int]:
    """In which tables rows say one of the words, and how many do."""
    found: dict[str, int] = {}
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.all():
            told = repr([getattr(row, field.attname) for field in model._meta.concrete_fields])
            if any(each in told for each in words):
                found[model._meta.db_table] = found.get(model._meta.db_table, 0) + 1
    return found


def test_nothing_is_left_of_it(gone: Vendor, acts: Acts, world: Furnished) -> None:
    owner = acts()
    shared = Vendor.objects.filter(tenant=BAKERY).exclude(pk=gone.pk).first()
    assert shared is not None
    twin = gone.papers.exclude(sha256="").order_by("pk").first()
    assert twin is not None
    Paper.objects.create(
        tenant=BAKERY, vendor=shared, sha256=twin.sha256, title="the same bytes", sort="other",
        received=TODAY, body=twin.body | {"vendor": shared.reference, "id": "t" * 10},
    )  # fmt: skip
    item: dict[str, Any] = {"kind": DueKind.PAPER, "on": TODAY, "step": 0}
    both = [
        msgspec.to_builtins(Item(vendor=each.reference, vendor_name=each.name, **item))
        for each in (gone, shared)
    ]
    asked = gone.askings.first()
    assert asked is not None
    moment = datetime.now(UTC)
    for whom, items in (("user:1", both), (f"questionnaire:{asked.reference}", both[:1])):
        Notice.objects.create(
            tenant=BAKERY, whom=whom, day=TODAY, name="N", email="n@x.example", language="en",
            items=items, created=moment, sent=moment,
        )  # fmt: skip
    hold(owner, gone.reference, TODAY - timedelta(days=1), f"Tax law, on {gone.name}.")
    pieces = [gone.reference, gone.name, asked.reference]
    pieces += gone.papers.values_list("reference", flat=True)
    pieces += gone.findings.values_list("reference", flat=True)
    before = rows_about(*pieces)
    assert {
        "vendors_vendor", "vendors_paper", "vendors_finding", "vendors_measure", "answers_asking",
        "choosing_holding", "reminders_notice", "dossier_hold", "vendors_review",
    } <= set(before)  # fmt: skip
    folder = world.stores.folder.papers(BAKERY)
    files = {each.name for each in folder.iterdir()}
    own = set(gone.papers.exclude(sha256="").values_list("sha256", flat=True))
    assert own <= files
    number = gone.pk
    with TestCase.captureOnCommitCallbacks(execute=True):
        delete(owner, gone)

    left = rows_about(*pieces)
    firm = {"vendors_policy"}  # the firm's own text cites the finding it answers
    assert set(left) - firm == {"audit_entry"}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in (Vendor, Finding, Asking):
                assert not model._default_manager.filter(
                    **{f"{field.name}__isnull": False},
                    **({field.attname: number} if field.related_model is Vendor else {"pk": -1}),
                ).exists()
    assert {each.name for each in folder.iterdir()} == files - (own - {twin.sha256})
    assert Notice.objects.get().items == both[1:]
    entry = Entry.objects.get(verb="vendor.delete")
    assert (entry.detail["name"], entry.detail["why"]) == (gone.name, WHY)
    assert entry.subject == f"vendor {gone.reference}"


def test_a_choice_that_was_decided_stays_without_it(
    gone: Vendor, acts: Acts, visitor: Make
) -> None:
    choice = Choice.objects.get(reference=MADE[BAKERY])
    made = choice.made
    assert made is not None
    chosen = next(
        each.vendor for each in choice.candidates.all()
        if (each.frozen or {}).get("name") == made.chosen
    )  # fmt: skip
    chosen.put(msgspec.structs.replace(chosen.file, state=VendorState.REJECTED))
    chosen.save()
    Holding.objects.filter(vendor=chosen).update(returned=TODAY)
    delete(acts(), chosen)

    later = Choice.objects.get(reference=MADE[BAKERY]).made
    assert later is not None
    assert (later.chosen, later.approver, later.why) == (NOBODY, made.approver, made.why)
    assert chosen.name not in json.dumps(Choice.objects.get(reference=MADE[BAKERY]).decision)
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(User.objects.get(email="owner@bakery.example"))
    for path in (f"/choice/{MADE[BAKERY]}/", "/c/bakery/choices/"):
        assert browser.get(path).status_code == 200
    for form in ("xlsx", "csv"):
        assert browser.get(f"/choice/{MADE[BAKERY]}/comparison.{form}").status_code in (200, 404)


def test_deleting_by_the_page(gone: Vendor, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    path = f"/vendor/{gone.reference}/file/"
    assert "Everything of it goes" in owner.get(path).content.decode()
    page = owner.post(f"{path}delete/", {"typed": "x", "why": WHY}).content.decode()
    assert "not its name" in page
    answer = owner.post(f"{path}delete/", {"typed": gone.name, "why": WHY}, follow=True)
    assert "is deleted" in answer.content.decode()
    assert owner.get(path).status_code == 404
    contact = visitor(Role.CONTACT)
    assert contact.get(f"/vendor/{REFERENCES[BAKERY]}/file/delete/").status_code == 404


def test_holds_by_the_page(gone: Vendor, visitor: Make) -> None:
    owner, path = visitor(Role.OWNER), f"/vendor/{gone.reference}/file/"
    owner.post(f"{path}keep/", {"until": "", "why": "A dispute about an invoice."})
    page = owner.get(path).content.decode()
    assert "kept until an owner ends it" in page
    assert "cannot be deleted now" in owner.get(f"{path}delete/").content.decode()
    number = Hold.objects.get().pk
    assert visitor(Role.CONTACT).post(f"{path}keep/{number}/end/", {"why": WHY}).status_code == 404
    owner.post(f"{path}keep/{number}/end/", {"why": WHY})
    assert "Delete the file" in owner.get(path).content.decode()
