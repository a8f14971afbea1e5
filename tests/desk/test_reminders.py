"""What is due with vendors is mailed: to whom, when, how often, and what happens when it fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from smtplib import SMTPServerDisconnected
from typing import Any

import msgspec
import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from midwatch.desk.access.roles import Role
from midwatch.desk.access.stores import stores
from midwatch.desk.answers.models import Asking, Link, Version, builtins
from midwatch.desk.audit.models import Entry
from midwatch.desk.audit.words import WORDS as VERBS
from midwatch.desk.people.models import User
from midwatch.desk.rehearsal import BAKERY, FORGE, Furnished, person
from midwatch.desk.rehearsal_vendors import HOSTILE, furnish_vendors
from midwatch.desk.reminders import collecting, command, sending
from midwatch.desk.reminders import words as saying
from midwatch.desk.reminders.models import Item, Look, Notice
from midwatch.desk.reminders.sending import Outcome, remind
from midwatch.desk.setup import DeskSetup
from midwatch.desk.site import reminding
from midwatch.desk.vendors.judging import Raised, raise_finding
from midwatch.desk.vendors.models import Finding, Vendor
from midwatch.kernel import BadInputError, ConfigurationError, Level
from midwatch.vendors.contracts import DueKind
from midwatch.vendors.findings import FindingOrigin, FindingState, Step, advance
from midwatch.vendors.questionnaires import short_questionnaire
from midwatch.vendors.reviews import Recurrence
from midwatch.vendors.vendor import Insurance, Move, VendorState
from midwatch.vendors.vendor import Vendor as VendorFile
from midwatch.watch.configuration import Configuration, DeskSettings, MailSettings

DAY = timedelta(days=1)
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)  # twelve o'clock in Berlin
TODAY = NOON.date()
Make = Callable[..., Client]


def at(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


@pytest.fixture(autouse=True)
def post(world: Furnished, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server is set up; Django's keeps what it was given."""
    settings = Configuration(
        mail=MailSettings(host="mail.example", sender="watch@provider.example"),
        desk=DeskSettings(url="https://desk.example"),
    )
    setup = DeskSetup(world.stores.folder, settings)
    monkeypatch.setattr(sending, "desk_setup", lambda: setup)


def insured(tenant: str, name: str, until: date, **more: Any) -> Vendor:
    """A vendor that works for the client, with one insurance."""
    vendor = Vendor(tenant=tenant, **more)
    vendor.put(
        VendorFile(
            id=vendor.reference, name=name, country="DE", state=VendorState.DUE_DILIGENCE,
            insurance=(Insurance(kind="Cyber", insurer="Mutual", policy="P-1", limit=Decimal(1),
                                 currency="EUR", until=until),),
        )
    )  # fmt: skip
    vendor.save()
    return vendor


def subjects() -> list[tuple[str, str]]:
    return [(each.to[0], str(each.subject)) for each in mail.outbox]


def at_noon(days: int = 0, **more: Any) -> list[Outcome]:
    return remind(at(NOON + days * DAY), **more)


# ---------------------------------------------------------------- when


def test_each_step_is_told_once_and_nothing_between(world: Furnished) -> None:
    person(Role.CONTACT)
    insured(BAKERY, "Acme", TODAY + 40 * DAY)
    told = []
    for day in range(65):
        before = len(mail.outbox)
        for hours in (0, 1, 2):
            remind(at(NOON + day * DAY + timedelta(hours=hours)))
        told += [40 - day] * (len(mail.outbox) - before)

    assert told == [30, 7, 0, -7, -14, -21]
    assert "Acme: Insurance “Cyber P-1” ends. 20 July 2026 (in 30 days)" in mail.outbox[0].body
    assert "7 days overdue" in mail.outbox[3].body
    assert all(each.extra_headers["Auto-Submitted"] == "auto-generated" for each in mail.outbox)
    assert Notice.objects.exclude(sent=None).count() == 6


def test_a_day_that_is_moved_is_told_anew(world: Furnished) -> None:
    person(Role.CONTACT)
    vendor = insured(BAKERY, "Acme", TODAY + 5 * DAY)
    at_noon()
    (policy,) = vendor.file.insurance
    later = msgspec.structs.replace(policy, until=TODAY + 6 * DAY)
    vendor.put(msgspec.structs.replace(vendor.file, insurance=(later,)))
    vendor.save()
    at_noon(1)

    assert len(mail.outbox) == 2


def test_what_is_new_stands_before_what_was_told(world: Furnished) -> None:
    person(Role.CONTACT)
    insured(BAKERY, "First", TODAY)
    at_noon()
    insured(BAKERY, "Second", TODAY + 3 * DAY)
    at_noon(2)

    assert [subject for _to, subject in subjects()] == [
        "Bakery: 1 thing is due with vendors", "Bakery: 2 things are due with vendors",
    ]  # fmt: skip
    body = str(mail.outbox[1].body)
    assert body.index("Second") < body.index("You know of these already") < body.index("First")
    assert "https://desk.example/c/bakery/vendors/reminders/" in body


def test_at_most_one_mail_a_day_also_when_more_comes(world: Furnished) -> None:
    person(Role.CONTACT)
    insured(BAKERY, "First", TODAY)
    at_noon()
    insured(BAKERY, "Second", TODAY)
    remind(at(NOON + timedelta(hours=3)))
    assert len(mail.outbox) == 1
    at_noon(1)
    assert len(mail.outbox) == 2


def test_nobody_is_woken_and_nothing_is_lost_by_waiting(world: Furnished) -> None:
    contact = person(Role.CONTACT)
    User.objects.filter(pk=contact.pk).update(zone="America/New_York")
    insured(BAKERY, "Acme", TODAY)
    at_noon()  # six in the morning in New York
    assert mail.outbox == []
    remind(at(NOON + timedelta(hours=1)))
    assert len(mail.outbox) == 1


def test_a_clients_turn_comes_once_an_hour(world: Furnished) -> None:
    person(Role.CONTACT)
    at_noon()
    insured(BAKERY, "Acme", TODAY)
    remind(at(NOON + timedelta(minutes=30)))
    assert mail.outbox == []
    remind(at(NOON + timedelta(minutes=61)))
    assert len(mail.outbox) == 1


def test_a_clock_set_back_does_not_stop_it(world: Furnished) -> None:
    person(Role.CONTACT)
    at_noon(3)
    insured(BAKERY, "Acme", TODAY)
    at_noon()
    assert len(mail.outbox) == 1


# ---------------------------------------------------------------- to whom


def test_no_mail_holds_two_clients(world: Furnished) -> None:
    both = person(Role.CONTACT)
    both.memberships.create(tenant=FORGE, role=Role.CONTACT.value)
    person(Role.CONTACT, FORGE)
    insured(BAKERY, "Of the Bakery", TODAY)
    insured(FORGE, "Of the Forge", TODAY)
    at_noon()

    assert len(mail.outbox) == 3
    for each in mail.outbox:
        text = f"{each.subject} {each.body}"
        assert ("Bakery" in text) != ("Forge" in text)
    assert {(n.tenant, n.email) for n in Notice.objects.all()} == {
        (BAKERY, both.email), (FORGE, both.email), (FORGE, "contact@forge.example"),
    }  # fmt: skip


def test_contacts_first_owners_where_there_is_none_managers_last(world: Furnished) -> None:
    insured(BAKERY, "Acme", TODAY)
    (outcome, _forge) = at_noon()
    assert (outcome.unheard, mail.outbox) == (1, [])
    person(Role.MANAGER)
    person(Role.ANALYST)
    person(Role.EXAMINER)
    at_noon(7)
    person(Role.OWNER)
    at_noon(14)
    person(Role.CONTACT)
    at_noon(21)

    assert [to for to, _subject in subjects()] == [
        "manager@provider.example", "owner@bakery.example", "contact@bakery.example",
    ]  # fmt: skip


def test_who_lost_access_is_told_nothing_more(world: Furnished) -> None:
    contact, owner = person(Role.CONTACT), person(Role.OWNER)
    insured(BAKERY, "Acme", TODAY)
    contact.memberships.update(ended=NOON)
    at_noon()
    User.objects.filter(pk=owner.pk).update(is_active=False)
    at_noon(7)
    assert [to for to, _subject in subjects()] == [owner.email]


def test_a_review_that_nobody_does_goes_further_and_further(world: Furnished) -> None:
    for role in (Role.CONTACT, Role.OWNER, Role.MANAGER):
        person(role)
    vendor = insured(BAKERY, "Acme", TODAY + 900 * DAY)
    vendor.recurrence = msgspec.to_builtins(Recurrence(TODAY, "FREQ=YEARLY"))
    vendor.save()
    seen: dict[str, int] = {}
    for day in range(60):
        at_noon(day)
        for to, _subject in subjects():
            seen.setdefault(to, day)

    assert seen == {
        "contact@bakery.example": 0, "owner@bakery.example": 15, "manager@provider.example": 43,
    }  # fmt: skip


def test_of_the_provider_itself_nobody_of_the_provider_is_told(world: Furnished) -> None:
    manager = person(Role.MANAGER)
    vendor = insured(BAKERY, "The watch", TODAY, is_provider=True)
    vendor.recurrence = msgspec.to_builtins(Recurrence(TODAY - 100 * DAY, "FREQ=YEARLY"))
    vendor.save()
    (outcome, _forge) = at_noon()
    assert (outcome.unheard, mail.outbox) == (2, [])
    manager.memberships.create(tenant=BAKERY, role=Role.OWNER.value)
    at_noon(1)
    assert mail.outbox == []
    person(Role.OWNER)
    at_noon(2)
    assert [to for to, _subject in subjects()] == ["owner@bakery.example"]


def test_an_owner_named_for_a_finding_is_told_of_that_one(world: Furnished) -> None:
    person(Role.CONTACT)
    owner = person(Role.OWNER)
    vendor = insured(BAKERY, "Acme", TODAY)
    raised = Raised(title="No log", level=Level.HIGH, origin=FindingOrigin.REVIEW,
                    owner=owner.name.upper(), due=TODAY)  # fmt: skip
    raise_finding(vendor, raised, now=at(NOON))
    at_noon()

    told = {each.to[0]: str(each.body) for each in mail.outbox}
    assert "No log" in told["contact@bakery.example"]
    assert "No log" in told[owner.email]
    assert "Insurance" not in told[owner.email]


def test_each_reads_their_own_language(world: Furnished) -> None:
    contact = person(Role.CONTACT)
    User.objects.filter(pk=contact.pk).update(language="de")
    insured(BAKERY, "Acme", TODAY)
    at_noon()
    assert Notice.objects.get().language == "de"
    assert "10. Juni 2026" in mail.outbox[0].body


# ---------------------------------------------------------------- what


def test_everything_that_has_a_day_is_told_and_hostile_words_do_nothing(world: Furnished) -> None:
    person(Role.CONTACT)
    vendor = furnish_vendors(BAKERY)
    raise_finding(
        vendor,
        Raised(title=HOSTILE, level=Level.LOW, origin=FindingOrigin.REVIEW,
               due=timezone.now().date()),
        now=at(timezone.now()),
    )  # fmt: skip
    remind(at(timezone.now()), at_once=True)

    (sent,) = mail.outbox
    kinds = {each.kind for each in Notice.objects.get().told}
    assert {DueKind.PAPER, DueKind.FINDING, DueKind.MEASURE, DueKind.REVIEW, DueKind.DRILL} <= kinds
    assert not set(str(sent.body)) & {"\x1b", "\u202e", "\0"}
    assert "\n" not in sent.subject
    for line in re.findall(r"https://\S+", str(sent.body)):
        assert line.startswith("https://desk.example/")


def test_every_kind_has_a_sentence_and_a_page(world: Furnished) -> None:
    for kind in DueKind:
        for step, closed in ((30, False), (-7, True)):
            for who in ("Olga", ""):
                item = Item(kind=kind, on=TODAY, step=step, name="N", who=who, vendor="v" * 10,
                            questionnaire="q" * 10 if kind is DueKind.QUESTIONNAIRE else "",
                            closed=closed)  # fmt: skip
                assert saying.sentence(item)
                assert "%" not in saying.sentence(item)
                assert saying.place_of(item, BAKERY).startswith("/")


def test_a_vendor_that_is_gone_is_left_in_peace(world: Furnished) -> None:
    person(Role.CONTACT)
    vendor = insured(BAKERY, "Acme", TODAY)
    vendor.put(msgspec.structs.replace(vendor.file, state=VendorState.ENDED))
    vendor.save()
    at_noon()
    assert mail.outbox == []


def test_a_contact_that_nobody_tried_for_a_year_is_told(world: Furnished) -> None:
    person(Role.CONTACT)
    vendor = insured(BAKERY, "Acme", TODAY + 900 * DAY)
    began = Move(at=at(NOON), by="O", came=VendorState.APPROVED, went=VendorState.ACTIVE, why="w")
    vendor.put(msgspec.structs.replace(vendor.file, state=VendorState.ACTIVE, history=(began,)))
    vendor.save()
    at_noon()
    assert "Nobody is named whom you would call after a breach" in mail.outbox[0].body


def test_accepted_risks_that_run_out_are_open_again_without_anybody_looking(
    world: Furnished,
) -> None:
    person(Role.CONTACT)
    vendor = insured(BAKERY, "Acme", TODAY + 900 * DAY)
    raised = Raised(title="No log", level=Level.HIGH, origin=FindingOrigin.REVIEW)
    finding = raise_finding(vendor, raised, now=at(NOON))
    finding.put(
        advance(
            finding.struct,
            Step(to=FindingState.ACCEPTED, by="Olga", at=at(NOON), why="w", until=TODAY + 2 * DAY),
        )
    )
    finding.save()
    at_noon(2)
    assert Finding.objects.get().state == FindingState.ACCEPTED
    at_noon(3)

    kept = Finding.objects.get().struct
    assert (kept.state, kept.history[-1].by) == (FindingState.OPEN, "midwatch")
    assert "“No log” has run out: the finding is open again" in mail.outbox[-1].body
    entry = Entry.objects.get(verb="vendor.finding_expire")
    assert (entry.name, entry.tenant, entry.detail) == (
        "Midwatch", BAKERY, {"finding": finding.reference},
    )  # fmt: skip
    assert entry.verb in VERBS
    assert Look.objects.get(tenant=BAKERY).reopened == 1


# ---------------------------------------------------------------- questionnaires


def questionnaire(vendor: Vendor, sender: User | None, **more: Any) -> Asking:
    version = short_questionnaire()
    kept = Version.objects.create(
        tenant=vendor.tenant, digest=version.digest, template=version.id, version=version.version,
        title=version.title, body=builtins(version), created_by="Olga",
    )  # fmt: skip
    told = {"due": TODAY + 7 * DAY, "expires": NOON + 60 * DAY, "email": "vera@acme.example"}
    asking = Asking.objects.create(
        tenant=vendor.tenant, vendor=vendor, version=kept, name="Vera", created_by=sender,
        **(told | more),
    )  # fmt: skip
    Link.objects.create(
        tenant=vendor.tenant, asking=asking, digest="d" * 64, name="Vera", email=asking.email,
        created_by="Olga Owner", expires=asking.expires or NOON,
    )  # fmt: skip
    return asking


def test_a_late_questionnaire_reminds_who_answers_and_who_sent_it(world: Furnished) -> None:
    person(Role.CONTACT)
    owner = person(Role.OWNER)
    vendor = insured(BAKERY, "Acme", TODAY + 900 * DAY)
    questionnaire(vendor, owner)
    days = []
    for day in range(60):
        before = len(mail.outbox)
        at_noon(day)
        days += [(day, each.to[0]) for each in mail.outbox[before:]]

    vera = [day for day, to in days if to == "vera@acme.example"]
    assert vera == [0, 7, 14, 21, 28, 35]
    for reader in ("contact@bakery.example", owner.email):
        assert [day for day, to in days if to == reader] == [7, 14, 21, 28, 35, 42, 49, 56]
    first = next(each for each in mail.outbox if each.to == ["vera@acme.example"])
    assert first.subject == "Bakery waits for your answers"
    assert "with the subject “Bakery asks you some questions”" in first.body
    assert "/answer/" not in first.body
    assert "https://" not in first.body  # no link of the desk: it has an account behind it


def test_once_answered_closed_or_taken_back_nobody_is_reminded(world: Furnished) -> None:
    person(Role.CONTACT)
    vendor = insured(BAKERY, "Acme", TODAY + 900 * DAY)
    asking = questionnaire(vendor, None)
    for change in ({"handed_in": NOON}, {"closed": NOON}, {"revoked": NOON}):
        Asking.objects.filter(pk=asking.pk).update(
            **({"handed_in": None, "closed": None, "revoked": None} | change)
        )
        at_noon()
        Look.objects.all().delete()
    assert mail.outbox == []


def test_a_link_that_ended_is_the_reviewers_to_renew(world: Furnished) -> None:
    person(Role.CONTACT)
    vendor = insured(BAKERY, "Acme", TODAY + 900 * DAY)
    asking = questionnaire(vendor, None, due=None, expires=NOON - DAY)
    at_noon()

    (sent,) = mail.outbox
    assert sent.to == ["contact@bakery.example"]
    assert "its link has ended: send Vera a new one" in sent.body
    assert f"https://desk.example/questionnaire/{asking.reference}/" in sent.body


# ---------------------------------------------------------------- when it does not leave


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A mail server that hangs up while the list is not empty."""
    down = [True]
    real = EmailBackend.send_messages

    def send(self: EmailBackend, messages: Any) -> int:
        if down:
            raise SMTPServerDisconnected("Connection unexpectedly closed \x1b[2J")
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return down


def test_a_mail_that_does_not_leave_is_tried_again_shown_and_told(
    world: Furnished, broken: list[bool], visitor: Make
) -> None:
    person(Role.CONTACT)
    insured(BAKERY, "Acme", TODAY)
    tries = []
    for minute in range(0, 180, 5):
        remind(at(NOON + timedelta(minutes=minute)))
        tries.append(Notice.objects.get().tries)
    assert [tries.index(n) * 5 for n in (1, 2, 3, 4, 5)] == [0, 5, 20, 80, 140]
    (concern,) = stores().health.concerns("reminders")
    assert concern.tenant == BAKERY
    assert "\x1b" not in concern.text
    broken.clear()
    remind(at(NOON + timedelta(minutes=181)))
    assert mail.outbox == []
    remind(at(NOON + timedelta(minutes=182)), at_once=True)
    assert len(mail.outbox) == 1
    assert stores().health.concerns("reminders") == []
    assert Notice.objects.get().error == ""


def test_what_was_given_up_is_new_again_the_next_day(world: Furnished, broken: list[bool]) -> None:
    person(Role.CONTACT)
    insured(BAKERY, "Acme", TODAY + 20 * DAY)
    at_noon()
    broken.clear()
    at_noon(1)

    later, earlier = Notice.objects.all()
    assert earlier.given_up is not None
    assert later.sent is not None
    assert later.told[0].new
    assert len(mail.outbox) == 1


def test_one_reader_whose_mail_fails_does_not_hinder_the_others(
    world: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = EmailBackend.send_messages

    def send(self: EmailBackend, messages: Any) -> int:
        if messages[0].to == ["contact@bakery.example"]:
            raise OSError("no such mailbox")
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    contact = person(Role.CONTACT)
    second = User.objects.create_user("second@bakery.example", name="Second")
    second.memberships.create(tenant=BAKERY, role=Role.CONTACT.value)
    person(Role.CONTACT, FORGE)
    for tenant in (BAKERY, FORGE):
        insured(tenant, "Acme", TODAY)
    outcomes = at_noon()

    assert {to for to, _subject in subjects()} == {second.email, "contact@forge.example"}
    assert outcomes[0].failed == [f"{contact.email}: no such mailbox"]
    assert [e.email for e in sending.troubles(BAKERY, NOON)] == [contact.email]
    assert sending.troubles(FORGE, NOON) == []


def test_without_a_mail_server_nothing_counts_as_told(
    world: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(Role.CONTACT)
    insured(BAKERY, "Acme", TODAY)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "mail_works", lambda: False)
        at_noon()
    assert (Notice.objects.count(), Look.objects.get(tenant=BAKERY).mail_is_set_up) == (0, False)
    remind(at(NOON + timedelta(hours=2)))
    assert len(mail.outbox) == 1


# ---------------------------------------------------------------- page and command


def test_the_page_tells_what_was_sent_and_what_was_not(
    world: Furnished, broken: list[bool], visitor: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = timezone.now().replace(hour=11)  # of the same day in all of Europe
    insured(BAKERY, "Acme", noon.date())
    owner = visitor(Role.OWNER)
    place = "/c/bakery/vendors/reminders/"
    assert "Nobody has looked for what is due yet" in owner.get(place).content.decode()
    remind(at(noon), at_once=True)
    page = owner.get(place).content.decode()
    assert "A reminder has not left by mail." in page
    assert "Connection unexpectedly closed" in page
    assert "A reminder has not left by mail." in owner.get("/c/bakery/vendors/").content.decode()
    broken.clear()
    remind(at(noon + timedelta(minutes=6)))
    page = owner.get(place).content.decode()
    assert "What is due is mailed." in page
    assert "Acme: Insurance “Cyber P-1” ends" in page
    assert visitor(Role.OWNER, FORGE).get(place).status_code == 404
    assert "owner@bakery.example" not in visitor(Role.EXAMINER).get(place).content.decode()


def test_a_look_that_never_comes_is_told(world: Furnished, visitor: Make) -> None:
    owner = visitor(Role.OWNER)
    Look.objects.create(tenant=BAKERY, at=timezone.now() - 2 * DAY)
    for path in ("/c/bakery/vendors/reminders/", "/c/bakery/vendors/"):
        assert "more than a day" in owner.get(path).content.decode()


def test_the_command_shows_what_would_be_sent_and_keeps_nothing(world: Furnished) -> None:
    person(Role.CONTACT)
    insured(BAKERY, f"Acme {HOSTILE}", timezone.now().date())
    told, failed = command.remind_now(None, dry=True)

    assert "bakery: 1 mail would be sent." in told
    assert "To: contact of bakery <contact@bakery.example> (en)" in told
    assert "\x1b" not in told
    assert (failed, mail.outbox, Notice.objects.count(), Look.objects.count()) == (False, [], 0, 0)
    with pytest.raises(BadInputError, match="no client 'nobody'"):
        command.remind_now("nobody", dry=True)


def test_the_command_sends_at_once_and_once(
    world: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(Role.CONTACT)
    insured(BAKERY, "Acme", timezone.now().date())
    assert "bakery: 1 mail sent." in command.remind_now(BAKERY, dry=False)[0]
    assert "bakery: 0 mails sent." in command.remind_now(None, dry=False)[0]
    monkeypatch.setattr(command, "mail_works", lambda: False)
    with pytest.raises(ConfigurationError, match="no mail server"):
        command.remind_now(None, dry=False)


def test_questions_to_the_database_do_not_grow_with_the_vendors(
    world: Furnished, django_assert_max_num_queries: Any
) -> None:
    person(Role.CONTACT)
    for number in range(40):
        insured(BAKERY, f"Vendor {number}", TODAY)
    with django_assert_max_num_queries(60):
        assert len(collecting.matters(BAKERY, TODAY, NOON, at(NOON))) == 40


def test_one_process_at_a_time_reminds(world: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    setup = DeskSetup(world.stores.folder, Configuration())
    monkeypatch.setattr(reminding, "desk_setup", lambda: setup)
    # The thread's own connection is; the test's holds its transaction.
    monkeypatch.setattr(reminding, "close_old_connections", lambda: None)
    with reminding.mine() as first, reminding.mine() as second:
        assert (first, second) == (True, False)
        reminding.once()
        assert Look.objects.count() == 0
    reminding.once()
    assert Look.objects.count() == 2
