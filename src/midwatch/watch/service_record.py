"""The provider's own record of its service, as service facts: coverage, answers, updates.

Made from what the watch keeps anyway (health, incidents, packs), of one client or of all of
them together; of all, the bundled sample office is left out and no client is named. Nothing
is estimated: what the record cannot tell stands in the notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

from midwatch import __version__
from midwatch.incidents import Incident, IncidentKind
from midwatch.incidents.states import MIDWATCH
from midwatch.kernel import BadInputError, Level, MidwatchError
from midwatch.packs import PackStore
from midwatch.paging import Selection, SqliteIncidents
from midwatch.reports.strip import Cell
from midwatch.tenants import Feed, Tenant, TenantStore
from midwatch.vendors.service_facts import (
    Coverage,
    Responses,
    ServiceFacts,
    Signatures,
    signed_file,
)
from midwatch.watch.coverage import strip
from midwatch.watch.freshness import freshness_of
from midwatch.watch.health import HOURS_KEPT, Concern, HealthStore
from midwatch.watch.policies import OPERATOR
from midwatch.watch.rhythm import DAY, HOUR, SECOND
from midwatch.watch.rule_book import used_packs
from midwatch.watch.signing import signing_key
from midwatch.watch.state_folder import StateFolder

LONGEST_DAYS: Final = HOURS_KEPT * HOUR // DAY
"""Hours of sources are kept so long."""
_MOST_INCIDENTS: Final = 100_000
_LEVELS: Final = (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW, Level.INFORMATIONAL)
_PROCESSES: Final = ("process", "canary")
NOTES: Final = (
    "Coverage is counted in whole hours of each source that is set up now.",
    "An hour with an alarmed silence in it counts as silent.",
    "A watch that stands still as a whole cannot record it; its sources then look silent.",
    "Answers are a person's first step on an incident, counted from its opening.",
)
"""How it is counted; the desk has these in its readers' languages."""


class ServiceRecord:
    """Reads the stores of one state folder."""

    def __init__(
        self,
        folder: StateFolder,
        tenants: TenantStore,
        health: HealthStore,
        incidents: SqliteIncidents,
    ) -> None:
        """The stores are the caller's to close."""
        self._folder = folder
        self._tenants = tenants
        self._health = health
        self._incidents = incidents

    def facts(self, provider: str, tenant: str | None, *, days: int, now: int) -> ServiceFacts:
        """The facts of the last whole days. ``tenant``: None for all clients together.

        Raises:
            BadInputError: More days than the record holds, or none; no such client, or nobody
                to name as the provider.
        """
        if not 1 <= days <= LONGEST_DAYS:
            raise BadInputError(
                f"the record holds no {days} days", remedy=f"choose 1 to {LONGEST_DAYS} days"
            )
        if not provider.strip():
            raise BadInputError(
                "the facts need the provider's name",
                remedy="set provider in the [desk] table of the configuration, or name it",
            )
        chosen = self._chosen(tenant)
        if tenant and not chosen:
            raise BadInputError(f"there is no client {tenant!r}", remedy="midwatch client list")
        end = now // HOUR * HOUR
        start = end - days * DAY
        return ServiceFacts(
            provider=provider.strip()[:200],
            about=chosen[0].title[:200] if tenant else "",
            clients=len(chosen),
            start=start,
            end=end,
            made=now,
            software=f"Midwatch {__version__}",
            coverage=self._coverage(chosen, start, end),
            responses=self._responses(chosen, start, end),
            signatures=self._signatures(chosen, start, end),
            notes=NOTES,
        )

    def signed(self, facts: ServiceFacts) -> bytes:
        """The facts as a file signed with this installation's key; made at the first time."""
        return signed_file(facts, facts_key(self._folder))

    def watched_since(self, tenant: str | None) -> int | None:
        """When the first line of any source came that is set up now; None: none did."""
        firsts = []
        for client in self._chosen(tenant):
            feeds = {each.id for each in self._tenants.feeds(client.id) if not each.paused}
            firsts += [
                each.rhythm.first
                for each in self._health.feeds(client.id)
                if each.feed in feeds and each.rhythm.first is not None
            ]
        return min(firsts, default=None)

    def _chosen(self, tenant: str | None) -> list[Tenant]:
        """That client; of all together those that are no sample."""
        clients = [each for each in self._tenants.tenants() if each.id != OPERATOR]
        return [each for each in clients if (each.id == tenant if tenant else not each.demo)]

    # ------------------------------------------------------------ coverage

    def _coverage(self, clients: Sequence[Tenant], start: int, end: int) -> Coverage:
        hours = self._health.hours_of_all(start, end)
        sums = dict.fromkeys(Cell, 0)
        lines = understood = sources = 0
        silences: list[Concern] = []
        for client in clients:
            known = {each.feed: each for each in self._health.feeds(client.id)}
            mine = self._health.past_concerns("silence", start, client.id)
            feeds = [each for each in self._tenants.feeds(client.id) if not each.paused]
            silences += _of(mine, feeds, end)
            for feed in feeds:
                counted = hours.get(feed.id, {})
                amounts = [
                    counted.get(hour, (0, 0))[0] for hour in range(start // HOUR, end // HOUR)
                ]
                own = [each for each in mine if each.subject == feed.id and each.since < end]
                cells = strip(feed, known.get(feed.id), amounts, start, length=HOUR, silences=own)
                for cell in cells:
                    sums[cell] += 1
                inside = [pair for hour, pair in counted.items() if hour < end // HOUR]
                lines += sum(pair[0] for pair in inside)
                understood += sum(pair[1] for pair in inside)
                sources += 1
        down = [each for kind in _PROCESSES for each in self._health.past_concerns(kind, start)]
        lengths = [_inside(each, start, end) for each in silences]
        return Coverage(
            sources=sources,
            heard=sums[Cell.SEEN] + sums[Cell.THIN],
            idle=sums[Cell.IDLE],
            silent=sums[Cell.SILENT],
            lines=lines,
            understood=understood,
            silences=len(silences),
            longest=max(lengths, default=0) // SECOND,
            down=_together(down, start, end) // SECOND,
        )

    # ------------------------------------------------------------ answers

    def _responses(self, clients: Sequence[Tenant], start: int, end: int) -> tuple[Responses, ...]:
        wanted = Selection(
            tenants=[each.id for each in clients], opened_from=start, opened_before=end
        )
        found = [
            each
            for each in self._incidents.queue(wanted, most=_MOST_INCIDENTS)
            if each.kind is not IncidentKind.SELF
        ]
        return tuple(
            _answers(level, [each for each in found if each.level is level])
            for level in _LEVELS
            if any(each.level is level for each in found)
        )

    # ------------------------------------------------------------ signatures

    def _signatures(
        self, clients: Sequence[Tenant], start: int, end: int
    ) -> tuple[Signatures, ...]:
        found: dict[str, Signatures] = {}
        packs = PackStore(self._folder.path)
        for client in clients:
            fresh = freshness_of(self._folder, client.id)
            found["bundled rules"] = Signatures(
                name="bundled rules", rules=fresh.bundled.files, newest=fresh.bundled.newest
            )
            for name in used_packs(self._folder.rules, client.id):
                if name not in found:
                    try:
                        release, installs = packs.current(name), packs.installs(name)
                    except MidwatchError:  # the command about packs tells what is wrong with it
                        continue
                    found[name] = Signatures(
                        name=name[:200], rules=release.rules, newest=release.newest,
                        in_use_since=release.installed,
                        updates=tuple(at for at in installs if start <= at < end),
                    )  # fmt: skip
        return tuple(found.values())


def facts_key(folder: StateFolder) -> bytes:
    """This installation's private key for service facts; made at the first time."""
    return signing_key(folder.facts_key)


def _answers(level: Level, incidents: Sequence[Incident]) -> Responses:
    times = sorted(
        (at - each.opened) // SECOND for each in incidents if (at := _answered(each)) is not None
    )
    return Responses(
        level=level.value,
        raised=len(incidents),
        answered=len(times),
        open=sum(each.open and _answered(each) is None for each in incidents),
        median=int(median(times)) if times else None,
        ninety=times[-(-len(times) * 9 // 10) - 1] if times else None,
        longest=times[-1] if times else None,
    )


def _answered(incident: Incident) -> int | None:
    """When a person took the first step; a step before its opening counts as at once."""
    return next(
        (
            max(each.at, incident.opened)
            for each in incident.history
            if each.by != MIDWATCH and each.went is not each.came
        ),
        None,
    )


def _of(silences: Iterable[Concern], feeds: Iterable[Feed], end: int) -> list[Concern]:
    names = {each.id for each in feeds}
    return [each for each in silences if each.subject in names and each.since < end]


def _inside(concern: Concern, start: int, end: int) -> int:
    ended = end if concern.ended is None else concern.ended
    return max(0, min(ended, end) - max(concern.since, start))


def _together(concerns: Iterable[Concern], start: int, end: int) -> int:
    """The time that any of them lasted, counted once."""
    total, reached = 0, start
    for each in sorted(concerns, key=lambda one: one.since):
        begins = max(each.since, reached)
        ends = min(end if each.ended is None else each.ended, end)
        if ends > begins:
            total += ends - begins
            reached = ends
    return total
