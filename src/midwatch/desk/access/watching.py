"""What the watch knows of itself and its sources, narrowed to what the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from midwatch.desk.access.masking import HIDDEN_LINE, Masker
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope, shown_safely
from midwatch.desk.access.stores import stores
from midwatch.incidents import Disposition
from midwatch.paging.standing import Recorded, Standing
from midwatch.tenants import Feed
from midwatch.watch.coverage import CELL, Cell, is_silent, strip
from midwatch.watch.first_line import FirstLine, first_line
from midwatch.watch.freshness import Freshness, freshness_of
from midwatch.watch.health import Concern, FeedHealth
from midwatch.watch.rhythm import DAY, HOUR, SECOND
from midwatch.watch.self_watch import BEAT, LIST_LATE, MISSED_BEATS

_SEE: Final = Permission.SEE
DISMISSED: Final = (Disposition.FALSE_POSITIVE, Disposition.BENIGN, Disposition.DUPLICATE)
"""As what an incident is resolved in which nobody broke in, or which is told in another."""
_KINDS: Final = {"user": "user", "src_ip": "host", "dst_ip": "host", "host": "host"}
"""Fields of a line that name somebody, and as what they are masked."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A source as it stands: ``health`` is None where it never spoke."""

    feed: Feed
    health: FeedHealth | None
    silent: bool


@dataclass(frozen=True, slots=True)
class Awake:
    """Whether the process that watches is at work, and when it last said so."""

    now: bool
    last: int | None


@dataclass(frozen=True, slots=True)
class KnownList:
    """A list of known addresses that a client's logs are held against.

    ``fetched``: when it was there last, UTC microseconds (None: never). ``used``: whether it is in
    force: it is not before it came, nor once it is older than it may be. ``late``: it should have
    been renewed by now.
    """

    name: str
    entries: int
    fetched: int | None
    used: bool
    late: bool


class Watching:
    """Reads for one scope; a foreign client or source raises ``Http404``."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._now = scope.now

    # ------------------------------------------------------------ the watch itself

    def awake(self) -> Awake:
        """Whether lines are looked at as they come."""
        beats = {each.process: each.beat for each in stores().health.heartbeats()}
        last = beats.get("pipeline")
        return Awake(last is not None and self._now - last < MISSED_BEATS * BEAT, last)

    def rules(self, tenant: str) -> Freshness:
        """How old the rules are that look at a client's logs."""
        return freshness_of(stores().folder, self._scope.tenant(tenant).id)

    def lists(self, tenant: str) -> list[KnownList]:
        """The lists of known addresses for a client, everybody's included, by name."""
        known = stores().knowledge
        found = []
        for each in known.lists(self._scope.tenant(tenant).id):
            state = known.state(each.name)
            age = self._now - (each.created if state.fetched is None else state.fetched)
            found.append(
                KnownList(
                    each.name,
                    state.entries,
                    state.fetched,
                    used=state.fetched is not None and age < each.keep * SECOND,
                    late=age > LIST_LATE * each.every * SECOND,
                )
            )
        return found

    # ------------------------------------------------------------ sources

    def heard(self, tenant: str) -> list[Heard]:
        """A client's sources as they stand, by name."""
        health = self._scope.health(tenant)
        feeds = self._scope.feeds(tenant)
        return self._together(feeds, health)

    def heard_of_all(self) -> list[Heard]:
        """The sources of all the viewer's clients."""
        mine = {each.id for each in self._scope.tenants()}
        feeds = [shown_safely(each) for each in stores().tenants.feeds() if each.tenant in mine]
        return self._together(feeds, {each.feed: each for each in stores().health.feeds()})

    def heard_one(self, feed: Feed) -> Heard:
        """One source as it stands."""
        asked = self._scope.feed(feed.id)
        known = stores().health.feeds(asked.tenant)
        return self._together([asked], {each.feed: each for each in known})[0]

    def hours(self, heard: Sequence[Heard]) -> dict[str, dict[int, tuple[int, int]]]:
        """Of these sources, (lines, understood) in the last 24 hours by the hours' number."""
        mine = {each.feed.id for each in heard if self._scope.viewer.may(_SEE, each.feed.tenant)}
        found = stores().health.hours_of_all(self._now - DAY + HOUR, self._now + 1)
        return {feed: hours for feed, hours in found.items() if feed in mine}

    def day_start(self) -> int:
        """When the strip of the last 24 hours begins."""
        return (self._now // CELL + 1) * CELL - DAY

    def counts(self, feed: Feed, since: int, until: int) -> list[int]:
        """A source's lines in cells of five minutes."""
        return stores().health.cells(self._scope.feed(feed.id).id, since, until)

    def strip(self, heard: Heard, since: int, counts: Sequence[int]) -> tuple[Cell, ...]:
        """A source's strip of five-minute cells from then on."""
        silences = self.silences(heard.feed.tenant, since).get(heard.feed.id, ())
        return strip(heard.feed, heard.health, counts, since, silences=silences)

    def silences(self, tenant: str | None, since: int) -> dict[str, list[Concern]]:
        """The silences of sources that were alarmed since then, by source."""
        reach = None if tenant is None else self._scope.tenant(tenant).id
        mine = {each.id for each in self._scope.tenants()}
        found: dict[str, list[Concern]] = {}
        for each in stores().health.past_concerns("silence", since, reach):
            if each.tenant in mine:
                found.setdefault(each.subject, []).append(each)
        return found

    def shares(self, feed: Feed, since: int, until: int) -> tuple[int, int]:
        """(lines, lines understood) of a source in the whole hours of a span."""
        return stores().health.shares(self._scope.feed(feed.id).id, since, until)

    def newest_line(self, heard: Heard) -> FirstLine | None:
        """What was understood of a source's newest line, masked where due."""
        if heard.health is None:
            return None
        tenant = self._scope.feed(heard.feed.id).tenant
        found = first_line(heard.health.sample)
        if not self._scope.masks(tenant):
            return found
        masker = self._scope.masker(tenant)
        fields, beside = (
            {name: _masked(masker, name, text) for name, text in part.items()}
            for part in (found.fields, found.beside)
        )
        return FirstLine(HIDDEN_LINE, masker.text(found.failure), fields, beside)

    def blocked(self, tenant: str, since: int, until: int) -> Mapping[int, int]:
        """The packets that a client's firewalls refused, by the number of the hour."""
        return stores().health.blocked(self._scope.tenant(tenant).id, since, until)

    # ------------------------------------------------------------ alerts

    def recorded(self, tenant: str, since: int) -> list[Recorded]:
        """A client's alerts since then, with their incidents; masked where due."""
        found = stores().incidents.recorded(self._scope.tenant(tenant).id, since)
        if not self._scope.masks(tenant):
            return found
        masker = self._scope.masker(tenant)
        return [msgspec.structs.replace(each, signal=masker.signal(each.signal)) for each in found]

    def standing(self) -> dict[str, Standing]:
        """How the incidents of each of the viewer's clients stand."""
        mine = {each.id for each in self._scope.tenants()}
        found = stores().incidents.standing()
        return {tenant: each for tenant, each in found.items() if tenant in mine}

    def break_ins_resolved(self, since: int) -> list[tuple[str, int]]:
        """(client, when) of each finding that somebody got in, of incidents that are resolved.

        Only those of the viewer's clients that changed since then and were no mistake.
        """
        mine = {each.id for each in self._scope.tenants()}
        return [
            (incident.tenant, incident.opened if signal.first is None else signal.first)
            for incident in stores().incidents.break_ins_resolved(since)
            if incident.tenant in mine and incident.disposition not in DISMISSED
            for signal in incident.signals
            if signal.success
        ]

    # ------------------------------------------------------------ inside

    def _together(self, feeds: Sequence[Feed], health: Mapping[str, FeedHealth]) -> list[Heard]:
        found = [
            Heard(each, health.get(each.id), is_silent(each, health.get(each.id), self._now))
            for each in map(self._plain, feeds)
        ]
        return sorted(found, key=lambda each: (each.feed.title.casefold(), each.feed.id))

    def _plain(self, feed: Feed) -> Feed:
        """The source without marks and addresses where they are masked."""
        if not self._scope.masks(feed.tenant):
            return feed
        title = self._scope.masker(feed.tenant).text(feed.title)
        return msgspec.structs.replace(feed, title=title, marks=())


def may_name_addresses(scope: Scope, tenant: str) -> bool:
    """Whether the viewer may have a source told by an address.

    An address proves nothing: whoever names one gets what comes from there. So it takes
    somebody of the provider; all others give a source a token.
    """
    return scope.viewer.provider and scope.viewer.may(Permission.SOURCES, tenant)


def _masked(masker: Masker, name: str, text: str) -> str:
    if name in ("src_ip", "dst_ip"):
        return masker.address(text)
    return masker.code(_KINDS[name], text) if name in _KINDS else text
