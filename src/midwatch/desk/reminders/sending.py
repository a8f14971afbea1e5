"""Goes through the clients' vendor files, mails what has come nearer, and keeps what was sent.

A client's turn comes once an hour. Somebody gets at most one mail a day about one client, not
before seven in their own morning, and only when something reached a step that no mail has told
them. A mail that does not leave is tried again after 5, 15 and 60 minutes, then hourly; when the
day is over it is given up, and what it had to say is new again in the next one. It is kept before
it is tried, so that a crash may send one twice and never loses one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

import msgspec
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation

from midwatch.desk.access.unattended import Turn, clients, turn_of
from midwatch.desk.answers.models import Asking
from midwatch.desk.answers.speaking import language_of
from midwatch.desk.reminders.collecting import (
    VENDOR_BEFORE,
    VENDOR_WEEKS,
    Matter,
    Person,
    late_questionnaires,
    matters,
    open_link,
)
from midwatch.desk.reminders.composing import Words, digest, to_vendor
from midwatch.desk.reminders.models import Item, Look, Notice
from midwatch.desk.setup import desk_setup
from midwatch.desk.theme.templatetags.midwatch import zone_named
from midwatch.desk.vendors.judging import reopen_expired
from midwatch.desk.vendors.models import Finding
from midwatch.reports.defusing import defuse
from midwatch.vendors.contracts import DueKind
from midwatch.vendors.findings import FindingState
from midwatch.vendors.reminders import WEEK, reached

MORNING: Final = 7
_EVERY: Final = timedelta(hours=1)
_PAUSES: Final = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
_TROUBLED: Final = 3
"""Tries after which the watch itself tells that mail does not leave."""
_REMEMBERED: Final = timedelta(days=800)
_RECENT: Final = timedelta(days=30)
_HEADERS: Final = {"Auto-Submitted": "auto-generated", "Precedence": "bulk"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is to leave today. ``early``: it waits for the reader's morning."""

    whom: str
    name: str
    email: str
    language: str
    items: tuple[Item, ...]
    early: bool = False


@dataclass
class Outcome:
    """What a turn came to. ``letters`` are those that were planned in it."""

    tenant: str
    letters: list[tuple[Letter, Words]] = field(default_factory=list)
    sent: int = 0
    failed: list[str] = field(default_factory=list)
    unheard: int = 0
    reopened: int = 0


def mail_works() -> bool:
    """Whether mail can leave at all."""
    return bool(desk_setup().configuration.mail.host)


def remind(
    now: int, *, only: str | None = None, dry: bool = False, at_once: bool = False
) -> list[Outcome]:
    """Every client's turn, or that one's; ``now`` in UTC microseconds.

    ``dry``: nothing is sent, kept or changed. ``at_once``: also before the hour and the morning.

    Raises:
        BadInputError: There is no such client.
    """
    found = []
    for tenant in clients(only):
        with turn_of(tenant, now) as turn, translation.override(settings.LANGUAGE_CODE):
            found.append(_plan(turn) if dry else _take(turn, at_once=at_once))
    return found


def _take(turn: Turn, *, at_once: bool) -> Outcome:
    last = Look.objects.filter(tenant=turn.tenant.id).first()
    if at_once or last is None or not timedelta(0) <= turn.moment - last.at < _EVERY:
        reopened = _reopen(turn)
        outcome = _plan(turn)
        outcome.reopened = reopened
        if mail_works():
            for letter, _words in outcome.letters:
                if at_once or not letter.early:
                    _keep(turn, letter)
        Look.objects.update_or_create(
            tenant=turn.tenant.id,
            defaults={
                "at": turn.moment, "unheard": outcome.unheard, "reopened": reopened,
                "mail_is_set_up": mail_works(),
            },
        )  # fmt: skip
    else:
        outcome = Outcome(turn.tenant.id)
    if mail_works():
        _send_waiting(turn, outcome, at_once=at_once)
        turn.complain(_trouble(turn))
    return outcome


def _reopen(turn: Turn) -> int:
    """Accepted risks whose day is over are findings again, seen by somebody or not."""
    count = 0
    accepted = Finding.objects.filter(tenant=turn.tenant.id, state=FindingState.ACCEPTED.value)
    for finding in accepted.select_related("vendor"):
        with transaction.atomic():
            held = Finding.objects.select_for_update().get(pk=finding.pk)
            if reopen_expired([held], turn.today, turn.now):
                count += 1
                turn.note(
                    "vendor.finding_expire", f"vendor {finding.vendor.reference}",
                    finding=held.reference,
                )  # fmt: skip
    return count


# ---------------------------------------------------------------- what is to be sent


def _plan(turn: Turn) -> Outcome:
    outcome = Outcome(turn.tenant.id)
    known = matters(turn.tenant.id, turn.today, turn.moment, turn.now)
    outcome.unheard = sum(not each.people for each in known)
    told = _told(turn)
    title, url = turn.tenant.title, desk_setup().url
    for person in _readers(known):
        items = [each.item for each in known if person in each.people]
        letter = _letter(turn, person, items, told.get(person.whom, {}))
        if letter is not None:
            words = digest(
                letter.items, name=letter.name, language=letter.language,
                client=(turn.tenant.id, title), url=url, today=turn.today,
            )  # fmt: skip
            outcome.letters.append((letter, words))
    outcome.letters += _to_vendors(turn, told)
    return outcome


def _readers(known: Iterable[Matter]) -> list[Person]:
    return list({each.whom: each for matter in known for each in matter.people}.values())


def _told(turn: Turn) -> dict[str, dict[str, int]]:
    """Of everybody, the last step of each thing that a mail told them."""
    found: dict[str, dict[str, int]] = {}
    sent = Notice.objects.filter(
        tenant=turn.tenant.id, created__gt=turn.moment - _REMEMBERED
    ).exclude(sent=None)
    for each in sent:
        steps = found.setdefault(each.whom, {})
        for item in each.told:
            steps[item.key] = min(item.step, steps.get(item.key, item.step))
    return found


def _marked(items: Sequence[Item], told: dict[str, int]) -> tuple[Item, ...]:
    return tuple(
        msgspec.structs.replace(each, new=each.key not in told or each.step < told[each.key])
        for each in items
    )


def _letter(
    turn: Turn, person: Person, items: Sequence[Item], told: dict[str, int]
) -> Letter | None:
    marked = _marked(items, told)
    if not any(each.new for each in marked) or _wrote_today(turn, person.whom):
        return None
    zone = zone_named(person.viewer.zone or turn.tenant.zone)
    early = turn.moment.astimezone(zone).hour < MORNING
    return Letter(person.whom, str(person.user), person.user.email, person.language, marked, early)


def _wrote_today(turn: Turn, whom: str) -> bool:
    return Notice.objects.filter(tenant=turn.tenant.id, whom=whom, day=turn.today).exists()


def _to_vendors(turn: Turn, told: dict[str, dict[str, int]]) -> list[tuple[Letter, Words]]:
    """To who answers a questionnaire; not to whom its link opens nothing any more."""
    found = []
    for asking, due, closed in late_questionnaires(turn.tenant.id, turn.moment):
        step = reached(due.on, turn.today, VENDOR_BEFORE)
        link = open_link(asking, turn.moment)
        whom = f"questionnaire:{asking.reference}"
        if closed or link is None or not link.email or step is None or step < -VENDOR_WEEKS * WEEK:
            continue
        item = Item(
            kind=DueKind.QUESTIONNAIRE, on=due.on, step=step, about=asking.reference,
            name=due.name, who=due.who, vendor=asking.vendor.reference,
            vendor_name=asking.vendor.name, questionnaire=asking.reference,
        )  # fmt: skip
        marked = _marked([item], told.get(whom, {}))
        if not marked[0].new or _wrote_today(turn, whom):
            continue
        language = language_of(asking) or settings.LANGUAGE_CODE
        early = turn.moment.astimezone(zone_named(turn.tenant.zone)).hour < MORNING
        words = to_vendor(
            marked[0], link, language=language, client=turn.tenant.title, today=turn.today
        )
        found.append((Letter(whom, link.name, link.email, language, marked, early), words))
    return found


# ---------------------------------------------------------------- keeping and sending


def _keep(turn: Turn, letter: Letter) -> None:
    """Keep it as one that is to be sent; another process may have been first."""
    try:
        with transaction.atomic():
            Notice.objects.create(
                tenant=turn.tenant.id, whom=letter.whom, day=turn.today, name=letter.name[:120],
                email=letter.email, language=letter.language,
                items=msgspec.to_builtins(letter.items), created=turn.moment,
                next_try=turn.moment,
            )  # fmt: skip
    except IntegrityError:
        return


def _send_waiting(turn: Turn, outcome: Outcome, *, at_once: bool) -> None:
    waiting = Notice.objects.filter(tenant=turn.tenant.id, sent=None, given_up=None)
    waiting.exclude(day=turn.today).update(given_up=turn.moment, next_try=None)
    due = waiting.filter(day=turn.today)
    for notice in due if at_once else due.filter(next_try__lte=turn.moment):
        pause = _PAUSES[min(notice.tries, len(_PAUSES) - 1)]
        mine = waiting.filter(pk=notice.pk, tries=notice.tries).update(
            tries=F("tries") + 1, next_try=turn.moment + pause
        )
        if not mine:  # another process has it
            continue
        error = _send(turn, notice)
        if error:
            Notice.objects.filter(pk=notice.pk).update(error=error)
            outcome.failed.append(f"{notice.email}: {error}")
        else:
            Notice.objects.filter(pk=notice.pk).update(sent=turn.moment, next_try=None, error="")
            outcome.sent += 1


def _send(turn: Turn, notice: Notice) -> str:
    """Send one; what hindered it, empty where nothing did."""
    words = words_of(notice, turn.tenant.title)
    if words is None:
        return "the questionnaire cannot be opened any more"
    mail = EmailMessage(words.subject, words.text, None, [notice.email], headers=dict(_HEADERS))
    try:
        mail.send()
    except (OSError, SMTPException, ValueError) as error:
        return defuse(str(error) or type(error).__name__, 300)
    return ""


def words_of(notice: Notice, client: str) -> Words | None:
    """Its words, made anew from what is kept; None where they cannot be."""
    told, url = notice.told, desk_setup().url
    if notice.whom.startswith("user:"):
        return digest(
            told, name=notice.name, language=notice.language, client=(notice.tenant, client),
            url=url, today=notice.day,
        )  # fmt: skip
    asking = Asking.objects.filter(tenant=notice.tenant, reference=told[0].questionnaire).first()
    link = None if asking is None else open_link(asking, notice.created)
    if link is None:
        return None
    return to_vendor(told[0], link, language=notice.language, client=client, today=notice.day)


def _trouble(turn: Turn) -> str:
    """What the watch tells of mail that does not leave; empty where it does."""
    for each in troubles(turn.tenant.id, turn.moment):
        if each.given_up is not None or each.tries >= _TROUBLED:
            return (
                f"A reminder about vendors of {turn.tenant.title} to {each.name} did not leave "
                f"after {each.tries} tries: {each.error}"
            )
    return ""


def troubles(tenant: str, moment: datetime) -> list[Notice]:
    """Of each reader whose last mail did not leave, that mail; the newest first."""
    last: dict[str, Notice] = {}
    recent = Notice.objects.filter(tenant=tenant, created__gt=moment - _RECENT)
    for each in recent.order_by("-day", "-id"):
        last.setdefault(each.whom, each)
    return [each for each in last.values() if each.sent is None and each.tries]
