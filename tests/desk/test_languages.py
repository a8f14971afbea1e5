"""A questionnaire in German: sent, mailed, answered, judged and compared as in English."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from tests.desk.questionnaires import opened, sent

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.answers import judging
from midwatch.desk.answers.answering import hand_in
from midwatch.desk.answers.importing import usable
from midwatch.desk.answers.models import Asking, Brought, Version
from midwatch.desk.answers.selectors import Whole
from midwatch.desk.answers.speaking import language_of
from midwatch.desk.choosing.answered import answers_of
from midwatch.desk.people.models import User
from midwatch.desk.rehearsal_answers import furnish_questionnaires
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.questionnaires import (
    Answer,
    Kind,
    Question,
    Reply,
    Submission,
    TemplateVersion,
    full_questionnaire,
    new_submission,
    own_versions,
    short_questionnaire,
)
from midwatch.vendors.questionnaires.formats import own_workbook

GERMAN, ENGLISH = short_questionnaire("de"), short_questionnaire()
IN_GERMAN = {"accept-language": "de"}
REPORT = "audits.report"


def typed(question: Question) -> dict[str, str]:
    """A mixed bag: what most vendors would answer, with some weak places."""
    name = question.id
    told = {f"{name}:there": "1"}
    match question.kind:
        case Kind.YES_NO:
            return told | {f"{name}:reply": "no" if len(name) % 3 == 0 else "yes"}
        case Kind.NUMBER:
            return told | {f"{name}:value": "7"}
        case Kind.CHOICE:
            return told | {f"{name}:value": question.choices[-1].word}
        case Kind.DATE:
            return told | {f"{name}:value": "2026-03-31"}
        case _:
            return told | {f"{name}:value": "Wie besprochen."}


def answered(
    scope: Scope, vendor: Vendor, version: TemplateVersion, browser: Client | None = None
) -> Asking:
    """Every section answered through the link, and handed in."""
    asking, made = sent(scope, vendor, version, carry=False)
    contact, place = opened(made, browser)
    for number, section in enumerate(version.sections, 1):
        form = {key: value for each in section.question for key, value in typed(each).items()}
        assert contact.post(f"{place}part/{number}/", form).status_code == 302
    hand_in(made.link, "Vera", "")
    return Asking.objects.get(pk=asking.pk)


def test_answers_in_german_score_the_same(vendor: Vendor, scope: Scope) -> None:
    german, english = answered(scope, vendor, GERMAN), answered(scope, vendor, ENGLISH)
    assert german.version.title == GERMAN.title
    assert german.arithmetic == english.arithmetic
    assert german.score is not None
    assert 0 < german.score < 100
    here, there = Whole(german).submission, Whole(english).submission
    assert {n: (a.reply, a.value) for n, a in here.answers.items()} == {
        n: (a.reply, a.value) for n, a in there.answers.items()
    }
    assert here.answer(REPORT).value == "none"


def test_the_vendor_reads_german_whatever_its_browser_speaks(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor, GERMAN)
    door = Client(headers={"accept-language": "en"}).get(f"/answer/{made.token}/")
    assert '<html lang="de"' in door.text
    assert door.headers["Content-Language"] == "de"
    contact, place = opened(made)
    page = contact.get(f"{place}part/1/").text
    assert "Das Unternehmen" in page
    assert GERMAN.questions[0].text in page
    assert "Mehrfaktor-Anmeldung" in "".join(
        contact.get(f"{place}part/{n}/").text for n in range(1, len(GERMAN.sections) + 1)
    )
    assert ENGLISH.questions[0].text not in page
    contact.cookies["django_language"] = "en"
    chosen = contact.get(f"{place}part/1/").text
    assert '<html lang="en"' in chosen, "whoever chose a language keeps it"
    assert GERMAN.questions[0].text in chosen


def test_english_questions_leave_the_page_to_the_browser(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor, ENGLISH)
    door = Client(headers=IN_GERMAN).get(f"/answer/{made.token}/")
    assert '<html lang="de"' in door.text


def test_who_sends_in_german_is_offered_german_first(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    place = f"/vendor/{vendor.reference}/questionnaires/send/"
    for headers, wanted in ((IN_GERMAN, GERMAN), ({"accept-language": "en"}, ENGLISH)):
        form = owner.get(place, headers=headers).context["form"]
        offered = [digest for digest, _label in form.fields["template"].choices]
        assert form.initial["template"] == wanted.digest
        assert wanted.digest in offered[:2]
        assert set(offered) >= {each.digest for each in own_versions()}
    owner.post(
        place, {"template": GERMAN.digest, "name": "Vera", "days": "30", "carry": "on"},
        headers={"accept-language": "en"},
    )  # fmt: skip
    assert Asking.objects.get().version.frozen == GERMAN


def test_mails_to_the_vendor_speak_the_language_of_the_questions(
    vendor: Vendor, scope: Scope, mails: list[Any]
) -> None:
    User.objects.filter(pk=scope.viewer.id).update(language="en")
    asking, _made = sent(scope, vendor, GERMAN, by_mail=True)
    with translation.override("de"):
        sent(scope, vendor, ENGLISH, by_mail=True)
        own = translation.gettext("%(client)s asks you some questions")
    first, second = (each.subject for each in mails)
    assert first == own % {"client": "Bakery"}
    assert second == "Bakery asks you some questions"
    assert "Guten Tag Vera" in mails[0].body
    assert language_of(asking) == "de"
    judging.ask_back(scope, "", handed(asking).reference, GERMAN.questions[0].id, "Seit wann?")
    assert "Guten Tag Vera" in mails[-1].body
    assert "Seit wann?" not in mails[-1].body


def handed(asking: Asking) -> Asking:
    hand_in(asking.links.get(), "Vera", "")
    return Asking.objects.get(pk=asking.pk)


def test_who_sent_it_reads_their_own_language(
    vendor: Vendor, scope: Scope, mails: list[Any]
) -> None:
    asking, made = sent(scope, vendor, GERMAN)
    User.objects.filter(pk=scope.viewer.id).update(language="en")
    with translation.override("de"):
        hand_in(made.link, "Vera", "")
    assert asking.created_by_id == scope.viewer.id
    assert mails[-1].subject.endswith("has answered")
    assert "has handed its answers in" in mails[-1].body


def test_the_reviewer_reads_the_questions_as_they_were_sent(
    vendor: Vendor, scope: Scope, visitor: Callable[..., Client]
) -> None:
    asking = answered(scope, vendor, GERMAN)
    reader = visitor(Role.EXAMINER)
    pages = "".join(
        reader.get(f"/questionnaire/{asking.reference}/?part={n}").text
        for n in range(1, len(GERMAN.sections) + 1)
    )
    question = GERMAN.question(REPORT)
    assert question is not None
    assert question.text in pages
    assert "<b>keinen</b>" in pages, "a choice is told by its word in that language"
    sum_ = reader.get(f"/questionnaire/{asking.reference}/score/").text
    assert "Unsere Daten bei Ihnen" in sum_


def test_the_german_workbook_goes_out_and_comes_back(vendor: Vendor, scope: Scope) -> None:
    asking, made = sent(scope, vendor, GERMAN, carry=False)
    contact, place = opened(made)
    data = contact.get(f"{place}answers.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Questions"]
    rows = {sheet.cell(n, 1).value: n for n in range(1, sheet.max_row + 1)}
    sheet.cell(rows["desk.mfa"], 5).value = "ja"
    sheet.cell(rows["data.card"], 5).value = "nein"
    sheet.cell(rows[REPORT], 5).value = "keinen"
    sink = io.BytesIO()
    book.save(sink)
    file = SimpleUploadedFile("zurück.xlsx", sink.getvalue())
    contact.post(f"{place}workbook/", {"file": file})
    given = Whole(Asking.objects.get(pk=asking.pk)).submission
    replies = {name: (each.reply.value, each.value) for name, each in given.answers.items()}
    assert replies["desk.mfa"] == ("yes", "")
    assert replies["data.card"] == ("no", "")
    assert replies[REPORT] == ("stated", "none")
    other = SimpleUploadedFile("english.xlsx", own_workbook(ENGLISH, given_in(ENGLISH)))
    contact.post(f"{place}workbook/", {"file": other})
    again = Whole(Asking.objects.get(pk=asking.pk)).submission
    assert again.answer("breach.call-24h").reply.value == "yes"


def given_in(version: TemplateVersion) -> Submission:
    return new_submission(version, "v", [Answer(question="breach.call-24h", reply=Reply.YES)])


def test_what_was_answered_in_german_fills_english_and_is_compared(
    vendor: Vendor, scope: Scope
) -> None:
    german = answered(scope, vendor, GERMAN)
    found = answers_of(scope, vendor, ENGLISH)
    assert not found.carried, "it is the very same questionnaire"
    assert found.submission.digest == ENGLISH.digest
    assert found.reference == german.reference
    assert len(found.submission.answers) == len(GERMAN.questions)
    longer = answers_of(scope, vendor, full_questionnaire())
    assert longer.carried
    assert set(longer.submission.answers) == {each.id for each in GERMAN.questions}
    later, _made = sent(scope, vendor, ENGLISH)
    assert later.answered == german.answered


def test_a_choice_begun_in_german_asks_and_needs_in_german(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    page = owner.get("/c/bakery/choices/", headers=IN_GERMAN)
    offered = [digest for digest, _t in page.context["form"].fields["questionnaire"].choices]
    assert offered[0] == full_questionnaire("de").digest
    begun = owner.post(
        "/c/bakery/choices/", {"title": "Helpdesk", "questionnaire": GERMAN.digest},
        headers=IN_GERMAN,
    )  # fmt: skip
    told = owner.get(begun.headers["Location"], headers=IN_GERMAN).text
    assert "Nachts ist jemand wach" in told
    assert "Somebody is awake" not in told


def test_a_file_that_was_brought_is_offered_in_the_readers_language(vendor: Vendor) -> None:
    furnish_questionnaires(vendor)
    kept = Brought.objects.first()
    assert kept is not None
    with translation.override("de"):
        german = usable(kept.imported)
    english = usable(kept.imported)
    assert [version.language for version, _found in german] == ["de", "de"]
    assert [version.language for version, _found in english] == ["", ""]
    assert [found.answers for _v, found in german] == [found.answers for _v, found in english]


def test_each_language_is_frozen_by_itself(vendor: Vendor, scope: Scope) -> None:
    sent(scope, vendor, GERMAN)
    sent(scope, vendor, ENGLISH)
    assert {each.digest for each in Version.objects.all()} == {GERMAN.digest, ENGLISH.digest}
    assert {each.frozen.language for each in Version.objects.all()} == {"", "de"}
