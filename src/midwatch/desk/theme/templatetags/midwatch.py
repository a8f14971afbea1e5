"""Times, amounts and texts from logs, as pages write them.

Times come as UTC microseconds (or as datetimes of Django's models) and are shown in the viewer's
zone, with UTC beside them for who points at them. Texts from logs go through ``defuse``: control
characters are spelled out, the length is bounded; Django escapes what is left.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, npgettext

from midwatch.desk.theme.remembering import drawn
from midwatch.incidents import Priority
from midwatch.kernel import Level
from midwatch.reports.defusing import defuse

register = template.Library()
_SECOND: Final = 1_000_000
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_LEAST: Final = 2
"""A unit is used from so many of it on: 90 minutes, not 1 hour."""


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The zone of that name; UTC where there is none."""
    try:
        return ZoneInfo(name) if name else ZoneInfo("UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def zone_of(context: Context) -> ZoneInfo:
    """The zone times are shown in: the viewer's own, else what their browser said, else UTC.

    A part that is drawn once for many says itself by ``zone``.
    """
    request = context.get("request")
    return zone_named(context.get("zone", "")) if request is None else zone_for(request)


def zone_for(request: HttpRequest) -> ZoneInfo:
    """The same, of a request. The script keeps the browser's zone encoded for an address."""
    viewer = getattr(request, "viewer", None)
    own = viewer.zone if viewer is not None else ""
    return zone_named(own or unquote(request.COOKIES.get("zone", "")))


def moment_of(value: int | datetime) -> datetime:
    """The moment, aware, in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromtimestamp(value / _SECOND, UTC)


@register.simple_tag(takes_context=True)
def when(context: Context, value: int | datetime | None, form: str = "short") -> SafeString | str:
    """A moment: ``short`` (day and minute), ``clock`` (minute), ``exact`` (second)."""
    if value is None:
        return gettext("time not stated")
    micros = value if isinstance(value, int) else int(value.timestamp() * _SECOND)
    return _told(micros, form, zone_of(context), get_language())


@lru_cache(maxsize=4096)
def _told(micros: int, form: str, zone: ZoneInfo, _language: str | None) -> SafeString:
    moment = moment_of(micros)
    local = moment.astimezone(zone)
    told = {
        "short": lambda: date_format(local, gettext("j M H:i")),
        "clock": lambda: local.strftime("%H:%M"),
        "exact": lambda: date_format(local, gettext("j M Y")) + local.strftime(" %H:%M:%S"),
        "day": lambda: date_format(local, gettext("j M Y")),
    }[form]()
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        moment.strftime("%Y-%m-%d %H:%M:%S"),
        told,
    )


@register.simple_tag(takes_context=True)
def part(context: Context, template: str, facts: Hashable) -> SafeString:
    """A part of the page that depends on its facts alone; see ``remembering``."""
    return drawn(template, facts, zone_of(context).key)


@register.filter
def calendar_day(told: str) -> str:
    """A date (ISO) as people write it; unchanged where it is none."""
    try:
        return date_format(date.fromisoformat(told), gettext("j F Y"))
    except ValueError:
        return told


def short_day(micros: int, zone: tzinfo) -> str:
    """A day of this year as an axis calls it: ``13 Nov``. UTC microseconds."""
    return date_format(moment_of(micros).astimezone(zone), gettext("j M"))


@register.filter
def lasting(microseconds: int) -> str:
    """A length of time in words: ``4 minutes``, ``90 minutes``, ``3 days``."""
    count, unit = _counted(microseconds)
    return {
        "day": ngettext("%(n)d day", "%(n)d days", count),
        "hour": ngettext("%(n)d hour", "%(n)d hours", count),
        "minute": ngettext("%(n)d minute", "%(n)d minutes", count),
        "second": ngettext("%(n)d second", "%(n)d seconds", count),
    }[unit] % {"n": count}


def ago(microseconds: int) -> str:
    """That long before now, in words: ``3 days ago``. Languages bend the unit here."""
    count, unit = _counted(microseconds)
    return {
        "day": npgettext("ago", "%(n)d day ago", "%(n)d days ago", count),
        "hour": npgettext("ago", "%(n)d hour ago", "%(n)d hours ago", count),
        "minute": npgettext("ago", "%(n)d minute ago", "%(n)d minutes ago", count),
        "second": npgettext("ago", "%(n)d second ago", "%(n)d seconds ago", count),
    }[unit] % {"n": count}


def rounded(microseconds: int) -> int:
    """What ``lasting`` writes of it: equal where the words are."""
    count, unit = _counted(microseconds)
    return count * next(size for size, name in _UNITS if name == unit) * _SECOND


def _counted(microseconds: int) -> tuple[int, str]:
    seconds = max(0, microseconds // _SECOND)
    for size, unit in _UNITS:
        if seconds // size >= _LEAST:
            return seconds // size, unit
    return seconds, "second"


@register.simple_tag(takes_context=True)
def since(context: Context, value: int | datetime | None) -> str:
    """How long ago, in words."""
    if value is None:
        return gettext("never")
    now: int = context["request"].now
    then = int(moment_of(value).timestamp() * _SECOND)
    return ago(now - then)


@register.filter
def amount(value: int) -> str:
    """A number for people: ``48,211``; in German ``48.211``."""
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def log_text(value: object, most: int = 400) -> str:
    """A text from a log or from outside, harmless to look at; the template escapes it."""
    return defuse("" if value is None else str(value), most)


@register.filter
def mood(value: Priority | Level | str) -> str:
    """``act``, ``look`` or ``quiet``: the three meanings that have a colour and a shape."""
    word = value.value if isinstance(value, Priority | Level) else str(value)
    if word in ("P1", "P2", "critical", "high"):
        return "act"
    return "look" if word in ("P3", "medium") else "quiet"


@register.filter
def gravity(level: Level) -> str:
    """How much a finding matters, in a word."""
    return {
        Level.INFORMATIONAL: gettext("informational"),
        Level.LOW: gettext("low"),
        Level.MEDIUM: gettext("medium"),
        Level.HIGH: gettext("high"),
        Level.CRITICAL: gettext("critical"),
    }[level]


@register.simple_tag
def shape(word: str) -> SafeString:
    """The shape that stands beside a meaning's colour and word."""
    drawn = {
        "act": '<rect x="1" y="1" width="14" height="14" rx="1"/>',
        "look": '<path d="M8 1 15.500 14.500H.5Z"/>',
        "quiet": '<circle cx="8" cy="8" r="7"/>',
    }[word]
    return format_html(
        '<svg class="shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>',
        SafeString(drawn),
    )


@register.simple_tag(takes_context=True)
def link_to(context: Context, **changes: object) -> str:
    """The address of this page with some of its questions changed; None takes one away."""
    asked = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return f"?{asked.urlencode()}"
