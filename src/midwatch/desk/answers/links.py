"""The vendor's way in without an account: a link, and a code that comes by another way.

Tokens are random and kept as hashes; they expire and can be revoked. A link alone shows who asks
whom; a code of eight digits, sent to the mailbox it is for, opens it in one browser for some
hours. Guesses are counted for each address and each link, and kept in the record.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from midwatch.desk.access.asked import client_called, keep
from midwatch.desk.access.rows import every_row
from midwatch.desk.answers.models import Asking, Link
from midwatch.desk.answers.speaking import spoken_to
from midwatch.desk.people.tokens import digest_of, new_token
from midwatch.desk.setup import desk_setup
from midwatch.kernel import BadInputError

PREFIX: Final = "mwq_"
"""So that a scanner for secrets, or a person, recognises a token where it should not be."""
LASTS: Final = timedelta(days=45)
CODE_LASTS: Final = timedelta(minutes=20)
TOLD_CODE_LASTS: Final = timedelta(days=2)
OPEN_FOR: Final = timedelta(hours=12)
_MOST_GUESSES: Final = 20
_WITHIN: Final = 600
"""Seconds."""
_MOST_TRIES: Final = 5
_MOST_CODES: Final = 6
_HOUR: Final = 3600
_PAUSE: Final = timedelta(seconds=30)
_SESSION: Final = "questionnaires"


class GuessingError(BadInputError):
    """Too many links that were never given came from this address."""


class NoLinkError(BadInputError):
    """No such link was ever given."""


class ClosedLinkError(BadInputError):
    """The link opened something once and does not any more."""


@dataclass(frozen=True, slots=True)
class Made:
    """A link, its token and address, which are told this once."""

    link: Link
    token: str

    @property
    def url(self) -> str:
        """Where it leads."""
        return f"{desk_setup().url}/answer/{self.token}/"


def make_link(
    asking: Asking, *, name: str, email: str, by: str, expires: datetime, section: str = ""
) -> Made:
    """A new way in for one person."""
    token, digest = new_token(PREFIX)
    made = Link.objects.create(
        tenant=asking.tenant, asking=asking, digest=digest, section=section, name=name[:120],
        email=email.lower(), created_by=by[:254], expires=expires,
    )  # fmt: skip
    return Made(made, token)


def find(token: str, address: str) -> Link:
    """The link of that token, if it opens anything now.

    Raises:
        GuessingError: This address has tried too many that were never given.
        NoLinkError: It was never given; the try is counted and kept.
        ClosedLinkError: It has expired or was revoked; that is kept too.
    """
    key = f"questionnaire-guess:{address}"
    if int(cache.get(key, 0)) >= _MOST_GUESSES:
        raise GuessingError(
            _("too many links that were never given came from your address"),
            remedy=_("wait ten minutes, then open the whole link from the mail"),
        )
    with every_row():
        found = (
            Link.objects.select_related("asking__vendor", "asking__version")
            .filter(digest=digest_of(token))
            .first()
        )
    if found is None:
        cache.add(key, 0, _WITHIN)
        tried = _count(key)
        if tried <= _MOST_GUESSES:
            keep(
                "answers.guess" if tried < _MOST_GUESSES else "answers.guess_stopped",
                name="", address=address, subject=_("a link that was never given"),
            )  # fmt: skip
        raise NoLinkError(
            _("this link is not one of ours, or it was cut"),
            remedy=_("open the whole link from the mail"),
        )
    if not found.works(timezone.now()):
        if cache.add(f"questionnaire-late:{found.pk}:{address}", 1, _WITHIN):
            keep(
                "answers.late", name=found.name, address=address, tenant=found.tenant,
                subject=f"questionnaire {found.asking.reference}",
            )  # fmt: skip
        raise ClosedLinkError(
            _("this link does not open anything any more"),
            remedy=_("ask whoever sent it to you for a new one"),
        )
    return found


def mail_works() -> bool:
    """Whether codes and links can leave by mail."""
    return bool(desk_setup().configuration.mail.host)


def mail_link(made: Made, by: str) -> None:
    """Send the link to whom it is for.

    Raises:
        BadInputError: The mail server does not take it.
    """
    asking = made.link.asking
    words = {
        "asking": asking, "link": made.link, "url": made.url, "by": by,
        "client": client_called(asking.tenant),
        "section": "" if not made.link.section else _title(asking, made.link.section),
    }  # fmt: skip
    with spoken_to(asking):
        _mail(
            _("%(client)s asks you some questions") % {"client": words["client"]},
            "answers/link_mail.txt", words, made.link.email,
        )  # fmt: skip


def mail_handed_in(asking: Asking) -> None:
    """Tell who sent it that it waits for a verdict; that the mail did not leave stops nothing."""
    sender = asking.created_by
    if sender is None or not sender.is_active or not mail_works():
        return
    url = f"{desk_setup().url}/questionnaire/{asking.reference}/"
    words: dict[str, object] = {"asking": asking, "name": sender.name, "url": url}
    with suppress(BadInputError), override(sender.language or settings.LANGUAGE_CODE):
        subject = _("%(vendor)s has answered") % {"vendor": asking.vendor.name}
        _mail(subject, "answers/handed_in_mail.txt", words, sender.email)


def send_code(link: Link, address: str) -> None:
    """Mail a new code to whom the link is for; the one before opens nothing any more.

    Raises:
        BadInputError: There is no mail, it was just sent, or too many were asked for.
    """
    if not mail_works() or not link.email:
        raise BadInputError(
            _("codes cannot be mailed from here"),
            remedy=_("ask whoever sent you the link to tell you a code by telephone"),
        )
    moment = timezone.now()
    if link.code_sent is not None and moment - link.code_sent < _PAUSE:
        raise BadInputError(
            _("a code was sent just now"), remedy=_("look into your mailbox, and wait a little")
        )
    code = _new_code(link, CODE_LASTS)
    words = {"code": code, "client": client_called(link.tenant), "link": link}
    _mail(_("Your code: %(code)s") % {"code": code}, "answers/code_mail.txt", words, link.email)
    keep(
        "answers.code", name=link.name, address=address, tenant=link.tenant,
        subject=f"questionnaire {link.asking.reference}",
    )  # fmt: skip


def told_code(link: Link) -> str:
    """A code to be told by telephone: who makes it knows whom they talk to.

    Raises:
        BadInputError: Too many were asked for.
    """
    return _new_code(link, TOLD_CODE_LASTS)


def _new_code(link: Link, lasts: timedelta) -> str:
    key = f"questionnaire-codes:{link.pk}"
    cache.add(key, 0, _HOUR)
    if _count(key) > _MOST_CODES:
        raise BadInputError(_("too many codes were asked for"), remedy=_("wait an hour"))
    code = f"{secrets.randbelow(10**8):08d}"
    moment = timezone.now()
    link.code, link.code_until = _digest(link, code), moment + lasts
    link.code_sent, link.tries = moment, 0
    with every_row():
        link.save(update_fields=["code", "code_until", "code_sent", "tries"])
    return code


def open_by_code(request: HttpRequest, link: Link, code: str, address: str) -> None:
    """Let this browser in for some hours. A code works once.

    Raises:
        BadInputError: It is wrong, used, or too many were tried.
    """
    with every_row(), transaction.atomic():
        held = Link.objects.select_for_update().get(pk=link.pk)
        moment = timezone.now()
        typed = "".join(code.split())[:16]
        if not held.code or held.code_until is None or held.code_until <= moment:
            fault = _("there is no code that could be typed")
        elif held.tries >= _MOST_TRIES:
            fault = _("too many wrong codes were typed")
        elif not constant_time_compare(held.code, _digest(held, typed)):
            held.tries += 1
            held.save(update_fields=["tries"])
            fault = _("this is not the code")
        else:
            fault = ""
            held.code, held.code_until, held.used = "", None, moment
            held.opened = held.opened or moment
            held.save(update_fields=["code", "code_until", "used", "opened"])
    about = {"tenant": link.tenant, "subject": f"questionnaire {link.asking.reference}"}
    if fault:
        keep("answers.code_fail", name=link.name, address=address, **about)
        raise BadInputError(fault, remedy=_("take the newest code, or ask for a new one"))
    keep("answers.open", name=link.name, address=address, **about)
    request.session.cycle_key()
    opened = dict(request.session.get(_SESSION, {}))
    opened[str(link.pk)] = (moment + OPEN_FOR).timestamp()
    request.session[_SESSION] = opened


def is_open(request: HttpRequest, link: Link) -> bool:
    """Whether this browser was let in by a code, and not too long ago."""
    until = request.session.get(_SESSION, {}).get(str(link.pk), 0)
    return bool(until > timezone.now().timestamp())


def shut(request: HttpRequest, link: Link) -> None:
    """Forget that this browser was let in."""
    opened = dict(request.session.get(_SESSION, {}))
    opened.pop(str(link.pk), None)
    request.session[_SESSION] = opened


def _digest(link: Link, code: str) -> str:
    about = f"{link.digest}:{code}"
    return salted_hmac("midwatch.desk.answers.code", about, algorithm="sha256").hexdigest()


def _count(key: str) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:  # it ended between the two
        return 1


def _title(asking: Asking, section: str) -> str:
    sections = asking.version.frozen.sections
    return next((each.title for each in sections if each.id == section), "")


def _mail(subject: str, template: str, words: dict[str, object], to: str) -> None:
    plain = " ".join(subject.split())
    try:
        send_mail(plain, render_to_string(template, words), None, [to])
    except (OSError, SMTPException) as error:
        raise BadInputError(
            _("the mail server did not take the mail"),
            remedy=_("try again later, or pass it on another way"),
        ) from error
