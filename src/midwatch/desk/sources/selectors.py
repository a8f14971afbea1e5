"""Sources as a list and one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from midwatch.desk.access.scope import Scope
from midwatch.desk.access.watching import Heard, Watching
from midwatch.desk.sources.products import title_of
from midwatch.reports.amounts import rfc3339
from midwatch.watch.rhythm import HOUR, MINUTE, SECOND

COLUMNS: Final = (
    "client", "source", "title", "office", "product", "newest_line", "silent", "usual_pause",
    "lines_24h", "understood", "behind",
)  # fmt: skip
_HOURS: Final = 24
_HEIGHT: Final = 22
_LATE: Final = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Listed:
    """A source in the list.

    ``lines`` in 24 hours; ``rate``: lines an hour; ``spark``: its hours as bars;
    ``usual``: its usual longest silence at this time of day, microseconds; ``share``: how much
    is understood; ``late``: whether its events are stamped much earlier than they come.
    """

    heard: Heard
    client: str
    office: str
    product: str
    mood: str
    lines: int
    spark: SafeString
    hours: tuple[tuple[int, int], ...]
    usual: int | None
    share: str
    lag: int
    late: bool


def listed(scope: Scope, tenant: str | None = None) -> list[Listed]:
    """The sources of one client or of all the viewer's, those that are silent first."""
    watching = Watching(scope)
    tenants = [scope.tenant(tenant)] if tenant is not None else scope.tenants()
    heard = watching.heard(tenant) if tenant is not None else watching.heard_of_all()
    titles = {each.id: each.title for each in tenants}
    # The list of all clients' sources shows none.
    offices = {} if tenant is None else {each.id: each.title for each in scope.offices(tenant)}
    hours = watching.hours(heard)
    found = []
    for each in heard:
        feed = each.feed
        mine = hours.get(feed.id, {})
        first = scope.now // HOUR - _HOURS + 1
        counts = [mine.get(first + spot, (0, 0))[0] for spot in range(_HOURS)]
        lines, parsed = sum(counts), sum(parsed for _lines, parsed in mine.values())
        lag = 0 if each.health is None else each.health.lag
        found.append(
            Listed(
                each, titles.get(feed.tenant, feed.tenant),
                offices.get(feed.office, feed.office), title_of(feed.product),
                _mood(each), sum(counts), spark(counts),
                tuple(((first + spot) * HOUR, count) for spot, count in enumerate(counts)),
                _usual(each), f"{parsed / lines:.0%}" if lines else "–", lag, abs(lag) >= _LATE,
            )
        )  # fmt: skip
    order = {"act": 0, "look": 1, "quiet": 2}
    return sorted(
        found, key=lambda each: (order[each.mood], each.client.casefold(),
                                 each.heard.feed.title.casefold())
    )  # fmt: skip


def plain(each: Listed) -> dict[str, object]:
    """A row for programs; times in RFC 3339, lengths in seconds."""
    health = each.heard.health
    return {
        "client": each.heard.feed.tenant,
        "source": each.heard.feed.id,
        "title": each.heard.feed.title,
        "office": each.heard.feed.office,
        "product": each.heard.feed.product,
        "newest_line": None if health is None else rfc3339(health.last),
        "silent": each.heard.silent,
        "usual_pause": None if each.usual is None else each.usual // SECOND,
        "lines_24h": each.lines,
        "understood": each.share,
        "behind": each.lag // SECOND,
    }


def spark(counts: Sequence[int]) -> SafeString:
    """Bars of a small drawing 22 pixels high."""
    most = max(counts, default=0)
    bars = []
    for spot, count in enumerate(counts):
        if count:
            height = max(1.5, _HEIGHT * count / most)
            bars.append(
                f'<rect class="bar" x="{100 * spot / len(counts):.2f}%" width="3.4%" '
                f'y="{_HEIGHT - height:.1f}" height="{height:.1f}"/>'
            )
    return SafeString("".join(bars))


def totals(found: Sequence[Listed]) -> Mapping[str, int]:
    """How many are silent, never spoke, or do well."""
    return {
        "silent": sum(each.heard.silent for each in found),
        "mute": sum(each.heard.health is None for each in found),
        "all": len(found),
    }


def _mood(heard: Heard) -> str:
    if heard.silent:
        return "act"
    return "look" if heard.health is None else "quiet"


def _usual(heard: Heard) -> int | None:
    if heard.feed.silence:
        return heard.feed.silence * SECOND
    if heard.health is None or heard.health.rhythm.new:
        return None
    return heard.health.rhythm.usual(heard.health.last)
