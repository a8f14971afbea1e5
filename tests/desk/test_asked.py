"""What a vendor does behind a link: without an account, and without more than the link gives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from tests.desk.questionnaires import opened, sent

from midwatch.desk.access.scope import Scope
from midwatch.desk.answers import links
from midwatch.desk.answers.answering import hand_in
from midwatch.desk.answers.judging import ask_back, close
from midwatch.desk.answers.models import Asking, Given, Link
from midwatch.desk.answers.selectors import Whole
from midwatch.desk.answers.sending import new_link, revoke
from midwatch.desk.audit.models import Entry
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.questionnaires import Reply, short_questionnaire

FIRST = short_questionnaire().questions[0].id
SCRIPT = "<script>alert(1)</script>"


def form(question: str, reply: str, **more: str) -> dict[str, str]:
    return {f"{question}:there": "1", f"{question}:reply": reply} | {
        f"{question}:{name}": value for name, value in more.items()
    }


def test_the_token_and_the_code_are_kept_as_hashes(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor)
    code = links.told_code(made.link)

    kept = [str(value) for row in Link.objects.values() for value in row.values()]
    assert made.token.startswith("mwq_")
    assert not [each for each in kept if made.token in each or code in each]


def test_a_link_alone_shows_who_asks_and_nothing_else(vendor: Vendor, scope: Scope) -> None:
    asking, made = sent(scope, vendor, message="our secret plan")
    browser, place = Client(), f"/answer/{made.token}/"

    door = browser.get(place)
    assert "Bakery asks Helpers of bakery" in door.text
    assert "our secret plan" not in door.text
    assert asking.reference not in door.text
    for inside in ("part/1/", "hand-in/", "answers.xlsx", "part/1/pass-on/"):
        assert browser.get(place + inside)["Location"] == place
    assert browser.post(f"{place}part/1/", form(FIRST, "yes"))["Location"] == place
    assert not Given.objects.exists()


def test_a_code_by_mail_opens_it_once(vendor: Vendor, scope: Scope, mails: list[Any]) -> None:
    _asking, made = sent(scope, vendor, by_mail=True)
    assert made.token in mails[0].body
    assert mails[0].to == ["vera@v.example"]
    browser, place = Client(), f"/answer/{made.token}/"

    browser.post(f"{place}code/")
    code = next(word for word in mails[1].body.split() if word.isdecimal() and len(word) == 8)
    browser.post(f"{place}open/", {"code": f" {code[:4]} {code[4:]} "})
    assert "0 of 30 questions are answered" in browser.get(place).text

    other = Client()
    other.post(f"{place}open/", {"code": code})
    assert "A code opens it" in other.get(place).text
    assert [each.verb for each in Entry.objects.filter(verb__startswith="answers.").order_by("id")] == [
        "answers.send", "answers.code", "answers.open", "answers.code_fail",
    ]  # fmt: skip


def test_wrong_codes_use_the_code_up(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor)
    place = f"/answer/{made.token}/"
    code = links.told_code(made.link)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    browser = Client()
    for _try in range(5):
        browser.post(f"{place}open/", {"code": wrong})

    browser.post(f"{place}open/", {"code": code})

    assert "A code opens it" in browser.get(place).text
    assert Entry.objects.filter(verb="answers.code_fail", tenant="bakery").count() == 6


def test_codes_are_not_sent_without_end(vendor: Vendor, scope: Scope, mails: list[Any]) -> None:
    _asking, made = sent(scope, vendor)
    browser, place = Client(), f"/answer/{made.token}/"
    for _try in range(10):
        browser.post(f"{place}code/")
        Link.objects.update(code_sent=timezone.now() - timedelta(minutes=2))
    assert len(mails) == 6

    browser.post(f"{place}code/")
    assert len(mails) == 6


def test_a_code_ends(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor)
    code = links.told_code(made.link)
    Link.objects.update(code_until=timezone.now() - timedelta(seconds=1))
    browser, place = Client(), f"/answer/{made.token}/"
    browser.post(f"{place}open/", {"code": code})
    assert "A code opens it" in browser.get(place).text


def test_guessed_links_are_counted_kept_and_stopped(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor)
    guesser = Client(REMOTE_ADDR="203.0.113.9")
    answers = [guesser.get(f"/answer/mwq_{number:043d}/").status_code for number in range(25)]

    assert answers == [404] * 20 + [429] * 5
    assert guesser.get(f"/answer/{made.token}/").status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.10").get(f"/answer/{made.token}/").status_code == 200
    kept = Entry.objects.filter(address="203.0.113.9")
    assert kept.filter(verb="answers.guess").count() == 19
    assert kept.filter(verb="answers.guess_stopped").count() == 1


def test_expired_revoked_and_replaced_links_open_nothing(vendor: Vendor, scope: Scope) -> None:
    asking, made = sent(scope, vendor)
    browser, place = opened(made)
    assert browser.get(place).status_code == 200

    renewed = new_link(scope, "", asking.reference, by_mail=False)
    assert browser.get(place).status_code == 410
    browser, place = opened(renewed)
    Link.objects.filter(pk=renewed.link.pk).update(expires=timezone.now())
    assert browser.get(place).status_code == 410
    assert browser.post(f"{place}part/1/", form(FIRST, "yes")).status_code == 410

    Link.objects.filter(pk=renewed.link.pk).update(expires=timezone.now() + timedelta(days=1))
    assert browser.get(place).status_code == 200
    revoke(scope, "", asking.reference)
    assert browser.get(place).status_code == 410
    assert not Given.objects.exists()
    assert Entry.objects.filter(verb="answers.late", tenant="bakery").count() == 2


def test_answers_are_kept_one_by_one_and_what_does_not_fit_stays_typed(
    vendor: Vendor, scope: Scope
) -> None:
    asking, made = sent(scope, vendor)
    browser, place = opened(made)
    number = next(
        n for n, part in enumerate(Whole(asking).parts, 1)
        if any(row.question.kind.value == "number" for row in part.rows)
    )  # fmt: skip
    rows = Whole(asking).parts[number - 1].rows
    wrong = next(row.question.id for row in rows if row.question.kind.value == "number")
    right = next(row.question.id for row in rows if row.question.kind.value == "yes_no")

    answer = browser.post(
        f"{place}part/{number}/",
        {**form(right, "yes", note=SCRIPT, ownership="vendor"),
         f"{wrong}:there": "1", f"{wrong}:value": "soon"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "no number" in answer.text
    assert 'value="soon"' in answer.text
    assert SCRIPT not in answer.text
    submission = Whole(Asking.objects.get()).submission
    assert submission.answer(right).reply is Reply.YES
    assert submission.answer(right).note == SCRIPT
    assert submission.answer(right).by == "Vera"
    assert submission.answer(wrong).reply is Reply.UNANSWERED


def test_an_answer_is_kept_while_it_is_typed(vendor: Vendor, scope: Scope) -> None:
    asking, made = sent(scope, vendor)
    browser, place = opened(made)

    answer = browser.post(f"{place}part/1/save/?question={FIRST}", form(FIRST, "no"))

    assert "kept" in answer.text
    assert "1 of 5 answered" in answer.text
    assert Whole(asking).submission.answer(FIRST).reply is Reply.NO
    assert (
        browser.post(f"{place}part/2/save/?question={FIRST}", form(FIRST, "yes")).status_code == 404
    )
    browser.post(f"{place}part/1/save/?question={FIRST}", form(FIRST, ""))
    assert Whole(asking).submission.answer(FIRST).reply is Reply.UNANSWERED


def test_a_colleague_answers_one_part_only(vendor: Vendor, scope: Scope) -> None:
    asking, made = sent(scope, vendor)
    browser, place = opened(made)

    told = browser.post(f"{place}part/2/pass-on/", {"name": "Colin", "email": ""})
    assert "Pass these on to Colin" in told.text
    token = told.text.split('<pre id="link">')[1].split("/answer/")[1].split("/")[0]
    code = told.text.split('<pre id="code">')[1][:8]
    colleague, theirs = Client(), f"/answer/{token}/"
    colleague.post(f"{theirs}open/", {"code": code})

    page = colleague.get(theirs).text
    assert "Our data with you" in page
    assert "The company" not in page
    assert colleague.get(f"{theirs}part/1/").status_code == 404
    assert colleague.get(f"{theirs}hand-in/").status_code == 404
    assert colleague.get(f"{theirs}part/2/pass-on/").status_code == 404
    assert colleague.get(f"{theirs}answers.xlsx").status_code == 404
    theirs_first = Whole(asking).parts[1].rows[0].question.id
    colleague.post(f"{theirs}part/2/", form(theirs_first, "yes") | form(FIRST, "yes"))
    submission = Whole(asking).submission
    assert submission.answer(theirs_first).by == "Colin"
    assert submission.answer(FIRST).reply is Reply.UNANSWERED

    link = Link.objects.get(name="Colin")
    browser.post(f"{place}take-back/{link.pk}/")
    assert colleague.get(theirs).status_code == 410
    assert Entry.objects.filter(verb="answers.delegate", name="Vera").count() == 1


def test_handing_in_names_what_is_missing_and_closes_the_answers(
    vendor: Vendor, scope: Scope, mails: list[Any]
) -> None:
    asking, made = sent(scope, vendor)
    browser, place = opened(made)
    browser.post(f"{place}part/1/", form(FIRST, "yes"))

    assert "29 questions are unanswered" in browser.get(f"{place}hand-in/").text
    browser.post(f"{place}hand-in/", {"name": "Vera"})
    assert Asking.objects.get().handed_in is None
    browser.post(f"{place}hand-in/", {"name": "Vera Vendor", "sure": "yes"})

    asking.refresh_from_db()
    assert asking.handed_in_by == "Vera Vendor"
    assert mails[-1].to == ["owner@bakery.example"]
    assert f"/questionnaire/{asking.reference}/" in mails[-1].body
    assert "Handed in" in browser.get(place).text
    late = browser.post(f"{place}part/1/", form(FIRST, "no"))
    assert late.status_code == 422
    assert "cannot be changed now" in late.text
    assert browser.post(f"{place}part/1/", form(FIRST, "yes")).status_code == 302
    browser.post(f"{place}part/1/save/?question={FIRST}", form(FIRST, "no"))
    assert Whole(asking).submission.answer(FIRST).reply is Reply.YES


def test_a_question_back_opens_that_answer_alone(
    vendor: Vendor, scope: Scope, mails: list[Any]
) -> None:
    asking, made = sent(scope, vendor)
    browser, place = opened(made)
    second = Whole(asking).parts[0].rows[1].question.id
    browser.post(f"{place}part/1/", form(FIRST, "yes") | form(second, "yes"))
    hand_in(made.link, "Vera", "")

    back = ask_back(scope, "", asking.reference, FIRST, f"Really? {SCRIPT}")

    assert "asks something back" in mails[-1].subject
    page = browser.get(place).text
    assert "Bakery asks something back" in page
    assert SCRIPT not in page
    browser.post(f"{place}part/1/", form(FIRST, "no") | form(second, "no"))
    submission = Whole(asking).submission
    assert submission.answer(FIRST).reply is Reply.NO
    assert submission.answer(second).reply is Reply.YES
    assert Given.objects.get(question=FIRST).before[0]["reply"] == "yes"

    browser.post(f"{place}reply/{back.pk}/", {"text": "We were wrong."})
    asking.refresh_from_db()
    assert asking.asked_back == 0
    browser.post(f"{place}part/1/", form(FIRST, "yes"))
    assert Whole(asking).submission.answer(FIRST).reply is Reply.NO
    close(scope, "", asking.reference, "It will do.")
    assert "Reply" not in browser.get(place).text


def test_nobody_talks_through_the_link_of_another(vendor: Vendor, scope: Scope) -> None:
    asking, made = sent(scope, vendor)
    other, others = sent(scope, vendor)
    hand_in(others.link, "Vera", "")
    back = ask_back(scope, "", other.reference, FIRST, "Really?")
    browser, place = opened(made)

    browser.post(f"{place}reply/{back.pk}/", {"text": "mine"})

    back.refresh_from_db()
    assert back.settled is None
    assert asking.remarks.count() == 0


def test_a_form_of_another_site_answers_nothing(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor)
    browser = Client(enforce_csrf_checks=True)
    place = f"/answer/{made.token}/"
    assert browser.post(f"{place}open/", {"code": "1"}).status_code == 403
    assert browser.post(f"{place}give/", {"question": FIRST}).status_code == 403


def test_every_page_of_it_is_kept_nowhere(vendor: Vendor, scope: Scope) -> None:
    _asking, made = sent(scope, vendor)
    browser, place = opened(made)
    for each in ("", "part/1/", "hand-in/", "answers.xlsx"):
        assert browser.get(place + each).headers["Cache-Control"] == "private, no-store"
    assert browser.get(place.removesuffix("/"))["Location"] == place
