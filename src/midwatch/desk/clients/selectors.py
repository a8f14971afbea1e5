"""All of the viewer's clients at a glance, quick for a hundred of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from midwatch.desk.access.scope import Scope
from midwatch.desk.access.watching import Heard, Watching
from midwatch.desk.portal.answers import Glance, glance, recalling
from midwatch.desk.portal.selectors import got_in_lately
from midwatch.desk.portal.strips import Strip, drawn
from midwatch.paging.standing import Standing
from midwatch.tenants import Tenant
from midwatch.watch.coverage import gravest, strip
from midwatch.watch.health import Concern
from midwatch.watch.rhythm import DAY, HOUR

_HOURS: Final = 24
_MOODS: Final = ("act", "look", "quiet")


@dataclass(frozen=True, slots=True)
class Client:
    """A client in the list. ``strip``: the worst of its sources in each hour; None: no source."""

    tenant: Tenant
    glance: Glance
    standing: Standing
    sources: int
    silent: int
    strip: Strip | None
    last: int | None


def clients(scope: Scope, zone: tzinfo) -> list[Client]:
    """The viewer's clients, those that need a person first."""
    watching = Watching(scope)
    awake, standing = watching.awake(), watching.standing()
    by_tenant: dict[str, list[Heard]] = {}
    heard_of_all = watching.heard_of_all()
    for each in heard_of_all:
        by_tenant.setdefault(each.feed.tenant, []).append(each)
    hours = watching.hours(heard_of_all)
    start = (scope.now // HOUR + 1) * HOUR - DAY
    silences = watching.silences(None, start)
    found = []
    tenants = scope.tenants()
    inside = got_in_lately(watching, tenants, scope.now)
    for tenant in tenants:
        heard = by_tenant.get(tenant.id, [])
        stands = standing.get(tenant.id, Standing())
        seen = recalling(glance(heard, stands, awake), inside.get(tenant.id))
        spoke = [each.health.last for each in heard if each.health is not None]
        found.append(
            Client(
                tenant, seen, stands, len(heard), sum(each.silent for each in heard),
                _condensed(heard, hours, silences, start, zone), max(spoke, default=None),
            )
        )  # fmt: skip
    return sorted(
        found,
        key=lambda each: (
            _MOODS.index(each.glance.mood), -each.standing.waiting, each.tenant.title.casefold(),
        ),
    )  # fmt: skip


def those(found: Sequence[Client], wanted: str) -> list[Client]:
    """The clients with this in their name, or of one of the moods as ``is:act``."""
    text, mood = _asked(wanted)
    return [
        each
        for each in found
        if (text in each.tenant.title.casefold() or text in each.tenant.id)
        and (not mood or each.glance.mood == mood)
    ]


def _asked(wanted: str) -> tuple[str, str]:
    words = wanted.casefold().split()
    mood = next((word[3:] for word in words if word.startswith("is:")), "")
    text = " ".join(word for word in words if not word.startswith("is:"))
    return text, mood if mood in _MOODS else ""


def _condensed(
    heard: Sequence[Heard],
    hours: Mapping[str, Mapping[int, tuple[int, int]]],
    silences: Mapping[str, Sequence[Concern]],
    start: int,
    zone: tzinfo,
) -> Strip | None:
    if not heard:
        return None
    first = start // HOUR
    strips, sums = [], [0] * _HOURS
    for each in heard:
        mine = hours.get(each.feed.id, {})
        counts = [mine.get(first + spot, (0, 0))[0] for spot in range(_HOURS)]
        strips.append(
            strip(
                each.feed, each.health, counts, start, length=HOUR,
                silences=silences.get(each.feed.id, ()),
            )
        )  # fmt: skip
        sums = [before + more for before, more in zip(sums, counts, strict=True)]
    return drawn(gravest(strips), sums, start, HOUR, zone, singly=False)
