"""Sending, judging and bringing questionnaires: who may, what is kept, what it is worth."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from django.utils import timezone
from tests.desk.questionnaires import sent

from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.answers import judging, sending
from midwatch.desk.answers.answering import Typed, give_paper, hand_in, save
from midwatch.desk.answers.models import Asking, Brought, Version
from midwatch.desk.answers.selectors import Whole, latest
from midwatch.desk.audit.models import Entry
from midwatch.desk.people.api_tokens import make_token
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import now, person
from midwatch.desk.rehearsal_answers import BROUGHT, HANDED_IN, furnish_questionnaires
from midwatch.desk.vendors.models import Vendor
from midwatch.kernel import BadInputError, DefectError
from midwatch.vendors.questionnaires import (
    Reply,
    full_questionnaire,
    own_versions,
    short_questionnaire,
)
from midwatch.vendors.questionnaires.formats import own_workbook
from midwatch.vendors.spreadsheets import Column, Page, workbook_bytes

pytestmark = pytest.mark.any_database

FIRST, SECOND = (each.id for each in short_questionnaire().questions[:2])
SCRIPT = "<script>alert(1)</script>"


def handed_in(scope: Scope, vendor: Vendor, **answers: Typed) -> Asking:
    asking, made = sent(scope, vendor, carry=False)
    save(made.link, {FIRST: Typed("yes"), **answers})
    hand_in(made.link, "Vera", "")
    return Asking.objects.get(pk=asking.pk)


def test_what_is_sent_is_frozen(vendor: Vendor, scope: Scope) -> None:
    asking, _made = sent(scope, vendor)
    kept = Version.objects.get()

    assert kept.digest == short_questionnaire().digest
    assert kept.frozen == short_questionnaire()
    kept.body["title"] = "another"
    kept.save()
    with pytest.raises(DefectError):
        Whole(Asking.objects.get(pk=asking.pk))


def test_sending_by_the_form_shows_the_link_once(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    place = f"/vendor/{vendor.reference}/questionnaires/"
    wanted = {
        "template": short_questionnaire().digest, "name": "Vera", "email": "v@v.example",
        "message": "Hello", "due": (timezone.localdate() + timedelta(days=9)).isoformat(), "days": "30",
        "carry": "on",
    }  # fmt: skip
    assert "short questionnaire" in owner.get(f"{place}send/").text

    told = owner.post(f"{place}send/", wanted).text
    asking = Asking.objects.get()
    assert "/answer/mwq_" in told
    assert "mwq_" not in owner.get(f"/questionnaire/{asking.reference}/").text
    assert asking.due is not None
    assert Entry.objects.get(verb="answers.send").detail["questionnaire"] == asking.reference

    code = owner.post(f"/questionnaire/{asking.reference}/code/{asking.links.get().pk}/").text
    assert len(code.split('<pre id="code">')[1].split("<")[0]) == 8
    wrong = owner.post(f"{place}send/", wanted | {"due": "2020-01-01", "name": ""})
    assert "This day is over" in wrong.text
    assert Asking.objects.count() == 1


def test_only_who_may_judge_sends_and_judges(
    vendor: Vendor, scope: Scope, scope_of: Callable[..., Scope], visitor: Callable[..., Client]
) -> None:
    asking = handed_in(scope, vendor)
    for role in (Role.ANALYST, Role.PARTNER, Role.EXAMINER):
        other = scope_of(role)
        with pytest.raises(Http404):
            sent(other, vendor)
        with pytest.raises(Http404):
            judging.judge(other, "", asking.reference, FIRST, "accepted")
    foreign = scope_of(Role.CONTACT, "forge")
    with pytest.raises(Http404):
        judging.judge(foreign, "", asking.reference, FIRST, "accepted")
    assert not asking.verdicts.exists()


def test_the_provider_does_not_judge_itself(
    vendor: Vendor, scope: Scope, scope_of: Callable[..., Scope], visitor: Callable[..., Client]
) -> None:
    Vendor.objects.update(is_provider=True)
    vendor.refresh_from_db()
    asking = handed_in(scope, vendor)
    judging.remark(scope, "", asking.reference, FIRST, "we do not believe them")
    manager = scope_of(Role.MANAGER, None)

    for act in (
        lambda: sent(manager, vendor),
        lambda: judging.judge(manager, "", asking.reference, FIRST, "accepted"),
        lambda: judging.close(manager, "", asking.reference, "fine"),
        lambda: sending.revoke(manager, "", asking.reference),
    ):
        with pytest.raises(Http404):
            act()
    judging.judge(scope, "", asking.reference, FIRST, "accepted")


def test_the_provider_reads_what_it_answered_but_no_notes(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    Vendor.objects.update(is_provider=True)
    vendor.refresh_from_db()
    asking = handed_in(scope, vendor)
    judging.remark(scope, "", asking.reference, FIRST, "we do not believe them")
    place = f"/questionnaire/{asking.reference}/"

    read = visitor(Role.MANAGER).get(place).text
    assert "Vera" in read
    assert "do not believe" not in read
    assert "Your verdict" not in read
    assert "do not believe" in visitor(Role.CONTACT).get(place).text


def test_a_verdict_stands_beside_the_answer_and_falls_with_it(vendor: Vendor, scope: Scope) -> None:
    asking = handed_in(scope, vendor, **{SECOND: Typed("yes", note=SCRIPT)})
    before = asking.score

    with pytest.raises(BadInputError, match="reason"):
        judging.judge(scope, "", asking.reference, FIRST, "not accepted")
    judging.judge(scope, "", asking.reference, FIRST, "not accepted", "no paper shows it")

    asking.refresh_from_db()
    whole = Whole(asking)
    assert whole.submission.answer(FIRST).reply is Reply.YES
    assert asking.judged == 1
    assert asking.score is not None
    assert before is not None
    assert asking.score < before
    judging.ask_back(scope, "", asking.reference, FIRST, "Really?")
    save(asking.links.get(), {FIRST: Typed("no")})
    assert not asking.verdicts.exists()
    judging.judge(scope, "", asking.reference, FIRST, "accepted")
    judging.judge(scope, "", asking.reference, FIRST, "")
    assert not asking.verdicts.exists()
    with pytest.raises(BadInputError):
        judging.judge(scope, "", asking.reference, FIRST, "splendid")


def test_an_examiner_reads_no_names_of_the_client(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    asking = handed_in(scope, vendor)
    judging.judge(scope, "", asking.reference, FIRST, "accepted")
    judging.close(scope, "", asking.reference, "fine")

    read = visitor(Role.EXAMINER).get(f"/questionnaire/{asking.reference}/").text
    assert "accepted" in read
    assert scope.viewer.name not in read
    assert (
        scope.viewer.name in visitor(Role.CONTACT).get(f"/questionnaire/{asking.reference}/").text
    )


def test_silence_is_never_judged_as_an_answer(vendor: Vendor, scope: Scope) -> None:
    asking = handed_in(scope, vendor)
    with pytest.raises(BadInputError, match="no answer"):
        judging.judge(scope, "", asking.reference, SECOND, "not applicable", "let us be kind")
    whole = Whole(asking)
    assert whole.score.possible == sum(q.weight for q in whole.version.questions)


def test_the_page_shows_what_vendors_write_as_text(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    asking = handed_in(scope, vendor, **{SECOND: Typed("yes", note=SCRIPT)})
    contact = visitor(Role.CONTACT)
    for path in ("", "?part=1&show=open", "?part=99", "?part=x&show=bad", "score/"):
        told = contact.get(f"/questionnaire/{asking.reference}/{path}")
        assert told.status_code == 200
        assert SCRIPT not in told.text
    assert "points = " in contact.get(f"/questionnaire/{asking.reference}/").text
    assert contact.get(f"/questionnaire/{asking.reference}/answers.xlsx").content[:2] == b"PK"


def test_a_review_is_closed_with_a_sentence_and_opened_again(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    asking, _made = sent(scope, vendor)
    contact = visitor(Role.CONTACT)
    place = f"/questionnaire/{asking.reference}/"
    assert "still answers" in contact.post(
        f"{place}close/", {"conclusion": "x"}, follow=True
    ).text.replace("&#x27;", "'")
    asking = handed_in(scope, vendor)
    place = f"/questionnaire/{asking.reference}/"
    contact.post(f"{place}close/", {"conclusion": "Good enough, with two measures."})
    asking.refresh_from_db()
    assert asking.closed is not None
    with pytest.raises(BadInputError, match="closed"):
        judging.judge(scope, "", asking.reference, FIRST, "accepted")
    assert Entry.objects.get(verb="answers.close").detail["arithmetic"] == asking.arithmetic
    contact.post(f"{place}reopen/")
    contact.post(f"{place}reopen/")
    again = Asking.objects.get(pk=asking.pk)
    assert (again.closed, again.handed_in) == (None, None)


def test_answers_given_once_are_used_again(vendor: Vendor, scope: Scope) -> None:
    first = handed_in(scope, vendor)
    assert latest(scope, vendor) is not None

    full, _made = sent(scope, vendor, full_questionnaire())

    answer = Whole(full).submission.answer(FIRST)
    assert answer.reply is Reply.YES
    assert f"{first.handed_in:%Y-%m-%d}" in answer.source
    empty, _made = sent(scope, vendor, carry=False)
    assert Whole(empty).answered == 0


def bring(browser: Client, vendor: Vendor, name: str, data: bytes) -> tuple[int, str]:
    answer = browser.post(
        f"/vendor/{vendor.reference}/questionnaires/bring/",
        {"file": SimpleUploadedFile(name, data)}, follow=True,
    )  # fmt: skip
    return answer.status_code, answer.text


def test_our_own_workbook_becomes_a_questionnaire(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    _status, told = bring(owner, vendor, "ours.xlsx", own_workbook(short_questionnaire()))
    asking = Asking.objects.get()
    assert asking.handed_in is not None
    assert "From a file: ours.xlsx" in told


def test_what_is_no_questionnaire_is_refused_with_reasons(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    heads = tuple(Column(each) for each in ("Question ID", "Question", "CSP CAIQ Answer"))
    rows = (("GOV-1", "Is there a board?", "Yes"), ("A&A-01.1", "Audits?", "Yes"))
    impostor = workbook_bytes([Page("CAIQv4.0.3", heads, rows, notes=("CAIQ",))])
    assert "are not of CAIQ" in bring(owner, vendor, "impostor.xlsx", impostor)[1]
    assert "is no questionnaire" in bring(owner, vendor, "x.xlsx", b"%PDF-1.4")[1]
    assert (
        "too large"
        in owner.post(
            f"/vendor/{vendor.reference}/questionnaires/bring/", {}, CONTENT_LENGTH="200000000"
        ).text
    )
    assert not Brought.objects.exists()
    assert not Asking.objects.exists()


@pytest.fixture
def file(vendor: Vendor) -> Brought:
    furnish_questionnaires(vendor)
    return Brought.objects.get(reference=BROUGHT["bakery"])


def test_a_brought_file_fills_ours(
    file: Brought, vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    contact = visitor(Role.CONTACT)
    place = f"/questionnaire/file/{file.reference}/"
    page = contact.get(place).text
    assert "It answers" in page
    assert SCRIPT not in page

    contact.post(f"{place}use/", {"template": full_questionnaire().digest})
    made = Asking.objects.exclude(source="").get()
    whole = Whole(made)
    assert whole.submission.answer("people.background").reply is Reply.YES
    assert whole.submission.answer("people.background").source.startswith("caiq 4.0.3: HRS-01")
    assert whole.answered >= 2

    target, link = sent(scope, vendor, full_questionnaire(), carry=False)
    save(link.link, {"people.background": Typed("no")})
    contact.post(f"{place}use/", {"asking": target.reference})
    submission = Whole(target).submission
    assert submission.answer("people.background").reply is Reply.NO
    assert submission.answer("people.named").reply is Reply.YES
    refused = contact.post(f"{place}use/", {"asking": HANDED_IN["bakery"]}, follow=True)
    assert "cannot be added" in refused.text
    assert contact.post(f"{place}use/", {"asking": "frgquest01"}).status_code == 404


MVSP = {
    "catalog": {
        "metadata": {"title": "Minimum Viable Secure Product", "version": "3.0"},
        "groups": [
            {
                "id": "a/b",
                "title": "Business controls",
                "controls": [
                    {
                        "id": "ctl_1.1-mvsp",
                        "title": "Reports",
                        "parts": [{"name": "statement", "prose": "Publish a contact."}],
                    }
                ],
            }
        ],
    }
}


def test_mvsp_can_be_sent_and_answered(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    contact = visitor(Role.CONTACT)
    bring(contact, vendor, "mvsp.json", json.dumps(MVSP).encode())
    kept = Brought.objects.get()
    contact.post(f"/questionnaire/file/{kept.reference}/use/", {"keep": "yes"})

    version = next(each for each in sending.versions(scope, "bakery") if each not in own_versions())
    asking, made = sent(scope, vendor, version)
    save(made.link, {"ctl_1.1-mvsp": Typed("yes")})
    assert Whole(asking).score.value == 100
    place = f"/vendor/{vendor.reference}/questionnaires/"
    assert "Publish a contact" in contact.get(f"{place}preview/?of={version.digest}").text
    assert contact.get(f"{place}preview/?of=nothing").status_code == 404


def test_a_late_one_is_told(vendor: Vendor, scope: Scope, visitor: Callable[..., Client]) -> None:
    asking, _made = sent(scope, vendor, due=timezone.localdate() - timedelta(days=1))
    contact = visitor(Role.CONTACT)
    assert "1 questionnaire is late" in contact.get("/c/bakery/questionnaires/").text
    assert "It was wanted by" in contact.get(f"/questionnaire/{asking.reference}/").text
    Asking.objects.update(expires=timezone.now())
    assert "its link has expired" in contact.get("/c/bakery/questionnaires/").text


@pytest.mark.cases
@pytest.mark.parametrize(
    ("path", "questions"),
    [
        ("vsaq/webapp.json", 0), ("vsaq/infrastructure.json", 0),
        ("vsaq/security_privacy_programs.json", 0), ("vsaq/physical_and_datacenter.json", 0),
        ("mvsp/mvsp_v3.0-20231109-catalog.json", 25),
    ],
)  # fmt: skip
def test_public_questionnaires_come_in_by_the_page(
    vendor: Vendor, visitor: Callable[..., Client], cases_dir: Path, path: str, questions: int
) -> None:
    file = cases_dir / "due-diligence" / path
    status, told = bring(visitor(Role.OWNER), vendor, file.name, file.read_bytes())

    kept = Brought.objects.get().imported
    assert status == 200
    assert "questions were read" in told
    assert len(kept.questions) > 10
    assert questions in (0, len(kept.questions))
    assert f"{len(kept.questions)} questions" in told


def test_a_paper_goes_among_the_evidence(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    asking, made = sent(scope, vendor)
    paper = give_paper(made.link, FIRST, SimpleUploadedFile("policy.pdf", b"%PDF-1.4 policy"))
    contact = visitor(Role.CONTACT)
    place = f"/questionnaire/{asking.reference}/paper/{paper.reference}/"
    assert contact.get(place).content == b"%PDF-1.4 policy"

    before = vendor.papers.count()
    contact.post(f"{place}file/", {"kind": "nothing"})
    assert vendor.papers.count() == before
    contact.post(f"{place}file/", {"kind": "policy"})
    contact.post(f"{place}file/", {"kind": "policy"})

    filed = vendor.papers.get(brought_by="Vera")
    assert vendor.papers.count() == before + 1
    paper.refresh_from_db()
    assert (filed.sha256, filed.sort, filed.brought_by) == (paper.sha256, "policy", "Vera")
    assert paper.filed == filed.reference


def test_programs_send_read_and_judge(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    asking = handed_in(scope, vendor)
    owner = viewer_of(person(Role.CONTACT), now())
    allowed = (Permission.VENDORS_SEE, Permission.VENDORS_RUN)
    _kept, token = make_token(owner, "test", allowed, timedelta(days=1))
    program = Client(headers={"authorization": f"Bearer {token}"})
    place = "/api/v1/questionnaires"

    def post(path: str, **given: str) -> Any:
        return program.post(place + path, json.dumps(given), "application/json")

    sent_one = post("", vendor=vendor.reference, name="Vera", template="midwatch-full")
    assert sent_one.status_code == 201
    assert "/answer/mwq_" in sent_one.json()["link"]
    assert post("", vendor=vendor.reference, name="Vera", template="none").status_code == 400
    assert post("", vendor="0000000000", name="Vera").status_code == 404
    listed = program.get(f"{place}?vendor={vendor.reference}&client=bakery").json()
    assert [each["id"] for each in listed["items"]] == [sent_one.json()["id"], asking.reference]
    assert "link" not in listed["items"][0]
    wanted = {"vendor": vendor.reference, "name": "Vera", "template": "midwatch-full"}
    german = post("", **wanted, language="de")
    assert german.status_code == 201
    assert german.json()["digest"] == full_questionnaire("de").digest != sent_one.json()["digest"]
    assert post("", **wanted, language="en").json()["digest"] == sent_one.json()["digest"]
    assert post("", **wanted, language="xx").status_code == 400
    judged = post(
        f"/{asking.reference}/verdicts", question=FIRST, judgement="partly", why="an old paper"
    )
    first = next(each for each in judged.json()["answers"] if each["question"] == FIRST)
    assert (first["reply"], first["verdict"], first["why"]) == ("yes", "partly", "an old paper")
    assert first["points"] == first["weight"] / 2
    assert (
        post(f"/{asking.reference}/verdicts", question=FIRST, judgement="partly").status_code == 400
    )
    gone = program.delete(f"{place}/{asking.reference}/links").json()
    assert gone["state"] == "revoked"
    assert program.get(f"{place}?client=forge").status_code == 404
