"""The pure room's words about data, in the viewer's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from midwatch.desk.vendors.told import told
from midwatch.desk.vendors.words import WORDS
from midwatch.vendors.holdings import DataCategory, Necessity
from midwatch.vendors.sentences import Sentence
from midwatch.vendors.service_facts import Ask, Concern

CATEGORIES: Final = WORDS[DataCategory]
NECESSITIES: Final[Mapping[Necessity, Promise]] = {
    Necessity.UNDECIDED: _("not decided"),
    Necessity.NEEDED: _("needed"),
    Necessity.REDUCE: _("to be reduced"),
    Necessity.TAKE_BACK: _("to be taken back"),
}
_SHORTER: Final[Mapping[str, Promise]] = {
    "nobody decided whether the partner needs it": _("nobody decided whether the vendor needs it"),
    "%(category)s data is out of bounds, and no written reason allows it": _(
        "out of bounds, and no written reason allows it"
    ),
}
"""By the room's template: what the pages say otherwise, because the category stands beside it."""


_REVEALED: Final[Mapping[str, Promise]] = {
    "user names": _("user names"),
    "machines and internal addresses": _("machines and internal addresses"),
    "file names": _("file names"),
    "raw lines": _("raw lines"),
}


def revealed(field: str) -> str:
    """What a look behind the mask showed; the record keeps it in English."""
    return str(_REVEALED.get(field, field))


def concern(about: str) -> str:
    """A concern about an item of data."""
    other = _SHORTER.get(about.template) if isinstance(about, Sentence) else None
    return told(about) if other is None else str(other)


_ASKS: Final[Mapping[Ask, Promise]] = {
    Ask.FUTURE: _("it was written in the future: a clock is wrong"),
    Ask.NOTHING_WATCHED: _("no source was watched at all"),
    Ask.NO_WHOLE_HOUR: _("no source was watched for a whole hour yet; sources: %(figure)s"),
    Ask.SILENT: _("sources were silent in %(figure)s percent of the hours: which, and why?"),
    Ask.DOWN: _("a part of the watch itself stood still for %(figure)s hours"),
    Ask.UNANSWERED: _("incidents without an answer yet: %(figure)s"),
    Ask.NO_SIGNATURES: _("it names no signatures at all"),
    Ask.UNDATED: _("none of its signatures is dated"),
    Ask.NO_UPDATE: _("no update of signatures is on record in that time"),
    Ask.OLD: _("its time ended %(figure)s days ago; there should be newer facts"),
    Ask.SHORT: _("it covers %(figure)s days; a month at least tells more"),
    Ask.NO_INCIDENT: _("no incident was raised in that time, so nothing is known of its answers"),
}


def asked(about: Concern) -> str:
    """Something to ask a provider about."""
    return str(_ASKS[about.ask]) % {"figure": about.figure}


NOTES: Final = frozenset(
    (
        gettext_noop("Coverage is counted in whole hours of each source that is set up now."),
        gettext_noop("An hour with an alarmed silence in it counts as silent."),
        gettext_noop(
            "A watch that stands still as a whole cannot record it; its sources then look silent."
        ),
        gettext_noop("Answers are a person's first step on an incident, counted from its opening."),
    )
)
"""How our own watch counts its service, as its facts say it; others' notes stay as they are."""
