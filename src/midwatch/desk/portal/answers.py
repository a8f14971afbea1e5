"""How a client stands, in a mood and a sentence: the gravest thing that is true is told.

The same order everywhere, so that the list of clients and a client's own page never say
different things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.access.watching import Awake, Heard
from midwatch.kernel import Level
from midwatch.paging.standing import Standing
from midwatch.reports.defusing import defuse

_LONGEST_NAME = 60
_MOST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Glance:
    """``mood``: act, look or quiet; ``key``: which case it is; ``sentence``: the answer."""

    mood: str
    key: str
    sentence: str


def glance(heard: Sequence[Heard], standing: Standing | None, awake: Awake) -> Glance:
    """How a client stands now."""
    stands = standing or Standing()
    silent = [each for each in heard if each.silent]
    for found in (
        _success(stands),
        _nothing_watched(heard),
        _asleep(awake),
        _waiting(stands),
        _silent(silent, len(heard)),
        _never_spoke(heard),
        _worked_on(stands),
    ):
        if found is not None:
            return found
    return Glance("quiet", "quiet", _("All is quiet."))


def recalling(seen: Glance, got_in: int | None) -> Glance:
    """The same where somebody got in today (0) or yesterday (1) and it is resolved.

    No such day is quiet, and no morning after it.
    """
    if got_in is None or seen.key == "success":
        return seen
    told = (
        _("Somebody got in yesterday; it is resolved.")
        if got_in
        else _("Somebody got in today; it is resolved.")
    )
    if seen.key == "quiet":
        return Glance("look", "inside", told)
    mood = "look" if seen.mood == "quiet" else seen.mood
    return Glance(mood, seen.key, f"{seen.sentence} {told}")


def _success(stands: Standing) -> Glance | None:
    if not stands.successes:
        return None
    told = ngettext(
        "Somebody got in: %(n)d incident says so.",
        "Somebody got in: %(n)d incidents say so.",
        stands.successes,
    )
    return Glance("act", "success", told % {"n": stands.successes})


def _nothing_watched(heard: Sequence[Heard]) -> Glance | None:
    return None if heard else Glance("look", "empty", _("Nothing is watched here yet."))


def _asleep(awake: Awake) -> Glance | None:
    if awake.now:
        return None
    return Glance("act", "asleep", _("The watch itself stands still, so nothing is looked at."))


def _waiting(stands: Standing) -> Glance | None:
    if not stands.waiting:
        return None
    told = ngettext(
        "%(n)d incident waits for an answer.",
        "%(n)d incidents wait for an answer.",
        stands.waiting,
    )
    grave = stands.rank >= Level.HIGH.rank
    return Glance("act" if grave else "look", "waiting", told % {"n": stands.waiting})


def _silent(silent: Sequence[Heard], sources: int) -> Glance | None:
    if not silent:
        return None
    return Glance("look", "silent", _told_of(silent, sources, one=_("%(names)s is silent.")))


def _never_spoke(heard: Sequence[Heard]) -> Glance | None:
    mute = [each for each in heard if each.health is None]
    if not mute:
        return None
    if len(mute) <= _MOST_NAMED:
        told = _("Nothing has come from %(names)s yet.") % {"names": _names(mute)}
    else:
        told = _("Nothing has come from %(n)d sources yet.") % {"n": len(mute)}
    return Glance("look", "mute", told)


def _worked_on(stands: Standing) -> Glance | None:
    if not stands.open:
        return None
    told = ngettext(
        "Nothing waits; %(n)d incident is being worked on.",
        "Nothing waits; %(n)d incidents are being worked on.",
        stands.open,
    )
    return Glance("quiet", "working", told % {"n": stands.open})


def _told_of(found: Sequence[Heard], sources: int, *, one: str) -> str:
    if len(found) == 1:
        return one % {"names": _names(found)}
    return _("%(n)d of %(all)d sources are silent.") % {"n": len(found), "all": sources}


def _names(found: Sequence[Heard]) -> str:
    names = [defuse(each.feed.title or each.feed.id, _LONGEST_NAME) for each in found]
    return _(" and ").join(names)
