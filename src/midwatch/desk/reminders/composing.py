"""The words of a reminder, in its reader's language. Plain text; one client in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.answers.models import Link
from midwatch.desk.reminders.models import Item
from midwatch.desk.reminders.words import place_of, plain, sentence, when_due


@dataclass(frozen=True, slots=True)
class Words:
    """A mail as it leaves."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class _Line:
    vendor: str
    text: str
    day: str
    left: str
    url: str


def digest(
    items: Sequence[Item],
    *,
    name: str,
    language: str,
    client: tuple[str, str],
    url: str,
    today: date,
) -> Words:
    """What is due, for somebody of the desk; what is new first.

    ``client``: id and title. ``url``: the desk's own, without a slash at the end.
    """
    tenant, title = client
    with translation.override(language):
        fresh = [_line(each, tenant, url, today) for each in items if each.new]
        rest = [_line(each, tenant, url, today) for each in items if not each.new]
        subject = ngettext(
            "%(client)s: %(n)d thing is due with vendors",
            "%(client)s: %(n)d things are due with vendors",
            len(items),
        ) % {"client": plain(title, 80), "n": len(items)}
        words = {
            "name": plain(name, 80), "client": plain(title, 80), "fresh": fresh, "rest": rest,
            "page": f"{url}{reverse('vendor_reminders', args=[tenant])}",
        }  # fmt: skip
        return Words(subject, _tidy(render_to_string("reminders/digest_mail.txt", words)))


def to_vendor(item: Item, link: Link, *, language: str, client: str, today: date) -> Words:
    """A questionnaire that waits, for who answers it at the vendor.

    The link itself cannot be told again: only its hash is kept.
    """
    with translation.override(language):
        left = (item.on - today).days
        words = {
            "name": plain(link.name, 80), "client": plain(client, 80), "title": plain(item.name),
            "day": date_format(item.on, _("j F Y")), "left": when_due(item, left),
            "late": left < 0, "made": date_format(link.created, _("j F Y")),
            "subject": _("%(client)s asks you some questions") % {"client": plain(client, 80)},
            "ends": date_format(link.expires, _("j F Y")), "by": plain(link.created_by, 80),
        }  # fmt: skip
        subject = _("%(client)s waits for your answers") % {"client": plain(client, 80)}
        return Words(subject, _tidy(render_to_string("reminders/vendor_mail.txt", words)))


def _line(item: Item, tenant: str, url: str, today: date) -> _Line:
    return _Line(
        plain(item.vendor_name, 80), sentence(item), date_format(item.on, _("j F Y")),
        when_due(item, (item.on - today).days), f"{url}{place_of(item, tenant)}",
    )  # fmt: skip


def _tidy(text: str) -> str:
    """No more than one empty line between two."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
