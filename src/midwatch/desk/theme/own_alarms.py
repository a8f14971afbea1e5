"""What the watch says of itself, in the reader's language: sentences, titles, steps.

The English is that of ``watch.own_sentences`` and ``watch.own_alerts``; a test holds the two to
each other. What an earlier version kept without its figures is told in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext

from midwatch.desk.theme.templatetags.midwatch import amount
from midwatch.incidents import OWN_CATEGORY, Signal
from midwatch.reports.defusing import defuse
from midwatch.watch.health import Concern
from midwatch.watch.own_sentences import CASE, LENGTHS, Figures, counted

_LONGEST: Final = 200


def told_of(signal: Signal) -> str:
    """What an alert about the watch means."""
    return _told(signal.told, signal.meaning)


def concern(each: Concern) -> str:
    """What is wrong with the watch now."""
    return _told(each.told, each.text)


def is_own(signal: Signal) -> bool:
    """Whether an alert is about the watch itself and says what it means."""
    return signal.category == OWN_CATEGORY and bool(signal.meaning)


def title(rule: str, otherwise: str) -> str:
    """The title of a rule by its id, where it is the watch's own."""
    return str(TITLES.get(rule, otherwise))


def step(advice: str) -> str | Promise:
    """What to do, where the watch itself advises it; else as it is."""
    return STEPS.get(advice, advice)


def _told(figures: Figures, otherwise: str) -> str:
    pattern = SENTENCES.get(str(figures.get(CASE, "")))
    if pattern is None:
        return defuse(otherwise, _LONGEST)
    try:
        told = str(pattern) % {name: _said(name, value) for name, value in figures.items()}
    except KeyError:
        return defuse(otherwise, _LONGEST)
    return defuse(told, _LONGEST)


def _said(name: str, value: str | int) -> str:
    if isinstance(value, str):
        return value
    return _length(value) if name in LENGTHS else amount(value)


def _length(microseconds: int) -> str:
    number, unit = counted(microseconds)
    return {
        "second": npgettext("in, after, for", "%(n)d second", "%(n)d seconds", number),
        "minute": npgettext("in, after, for", "%(n)d minute", "%(n)d minutes", number),
        "hour": npgettext("in, after, for", "%(n)d hour", "%(n)d hours", number),
        "day": npgettext("in, after, for", "%(n)d day", "%(n)d days", number),
    }[unit] % {"n": number}


SENTENCES: Final[Mapping[str, Promise]] = {
    "silence": _("%(name)s has been silent for %(lasted)s; usually it is for %(usual)s at most."),
    "silence.steady": _("%(name)s has been silent for %(lasted)s; usually it writes every second."),
    "silence.new": _(
        "%(name)s has been silent for %(lasted)s; "
        "it is new, and how often it writes is not known yet."
    ),
    "drift": _("Of the lines of %(name)s %(now)s%% are understood, %(before)s%% were before."),
    "clock": _("Events of %(name)s are %(ahead)s ahead of our clock."),
    "clock.zone": _(
        "Events of %(name)s are %(ahead)s ahead of our clock. That looks like a time zone."
    ),
    "process.never": _("The process %(name)s has never started."),
    "process": _("The process %(name)s last beat %(lasted)s ago."),
    "canary": _("No test line came through the chain for %(lasted)s."),
    "spool": _("%(share)s%% of the spool's room is used."),
    "disk": _("%(share)s%% of the disk under %(name)s is used."),
    "certificate.over": _("The certificate %(name)s has expired."),
    "certificate": _("The certificate %(name)s expires in %(left)s."),
    "rules": _("The rules of %(name)s are %(lasted)s old."),
    "list": _("The address list %(name)s was fetched last %(lasted)s ago. %(why)s"),
    "list.nobody": _(
        "The address list %(name)s was fetched last %(lasted)s ago. Nobody has fetched it."
    ),
    "places": _("Countries and networks are not told: %(why)s"),
    "key": _(
        "The key of %(name)s's pseudonyms cannot be read, so its masked fields are hidden "
        "for good or will be after a restart: %(why)s"
    ),
    "damage.one": _("1 damaged file of the lake is set aside in %(name)s; its events are missing."),
    "damage": _(
        "%(count)s damaged files of the lake are set aside in %(name)s; their events are missing."
    ),
}
TITLES: Final[Mapping[str, Promise]] = {
    "midwatch-silence": _("Source silent"),
    "midwatch-drift": _("Lines no longer understood"),
    "midwatch-process": _("Part of the watch stopped"),
    "midwatch-canary": _("Canary lost"),
    "midwatch-spool": _("Spool filling up"),
    "midwatch-disk": _("Disk nearly full"),
    "midwatch-clock": _("Clock of a source is wrong"),
    "midwatch-certificate": _("Certificate expires soon"),
    "midwatch-rules": _("Signatures are old"),
    "midwatch-list": _("Address list is old"),
    "midwatch-key": _("Key of pseudonyms missing"),
    "midwatch-places": _("Database of places not readable"),
    "midwatch-damage": _("Events damaged on the disk"),
    "midwatch-delivery": _("Nobody could be told"),
    "midwatch-unknown": _("Unknown sender"),
}
STEPS: Final[Mapping[str, Promise]] = {
    "See whether the device is on and reachable": _("See whether the device is on and reachable"),
    "Send a test line and watch it come in (midwatch source test)": _(
        "Send a test line and watch it come in (midwatch source test)"
    ),
    "If it was taken out of service, pause or remove the source": _(
        "If it was taken out of service, pause or remove the source"
    ),
    "See what changed on the device: an update, a log setting": _(
        "See what changed on the device: an update, a log setting"
    ),
    "Look at the lines that were not understood and report them": _(
        "Look at the lines that were not understood and report them"
    ),
    "See the log of the process": _("See the log of the process"),
    "Restart it (midwatch up, or the service)": _("Restart it (midwatch up, or the service)"),
    "See which part stands still (midwatch status)": _(
        "See which part stands still (midwatch status)"
    ),
    "Restart it": _("Restart it"),
    "See whether the pipeline runs and the disk has room": _(
        "See whether the pipeline runs and the disk has room"
    ),
    "Give the spool more room ([spool] budget)": _("Give the spool more room ([spool] budget)"),
    "Make room or extend the disk": _("Make room or extend the disk"),
    "Shorten retention (midwatch client set)": _("Shorten retention (midwatch client set)"),
    "Set the device's clock by NTP and check its time zone": _(
        "Set the device's clock by NTP and check its time zone"
    ),
    "Renew it; Midwatch takes the new one by itself": _(
        "Renew it; Midwatch takes the new one by itself"
    ),
    "Update them (midwatch rules update)": _("Update them (midwatch rules update)"),
    "See why (midwatch list show)": _("See why (midwatch list show)"),
    "Correct its address or password, or remove it": _(
        "Correct its address or password, or remove it"
    ),
    "Bring the key back to where it is looked for (midwatch client mask CLIENT)": _(
        "Bring the key back to where it is looked for (midwatch client mask CLIENT)"
    ),
    "Check the file that [knowledge] geoip names": _("Check the file that [knowledge] geoip names"),
    "Take the files out of a backup, and see to the disk (smartctl)": _(
        "Take the files out of a backup, and see to the disk (smartctl)"
    ),
    "Delete those that were set aside, which ends this": _(
        "Delete those that were set aside, which ends this"
    ),
    "Call the person by telephone": _("Call the person by telephone"),
    "See the channel's settings and the mail server": _(
        "See the channel's settings and the mail server"
    ),
    "Claim it if it is yours (midwatch source claim), or block it": _(
        "Claim it if it is yours (midwatch source claim), or block it"
    ),
}
