"""The watch watches itself: what is wrong now, judged from plain facts.

``examine`` is pure: facts in, findings out, each a kind, a subject and a sentence. What was
found before and no longer is has ended. ``SelfWatch`` keeps them in the health store and
hands them on as alerts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from midwatch.detection import Alert
from midwatch.intake.parcels import Usage
from midwatch.tenants import Feed
from midwatch.watch.health import FeedHealth, HealthStore, Heartbeat
from midwatch.watch.own_alerts import alert_of
from midwatch.watch.own_sentences import CASE, Figures, sentence, settled
from midwatch.watch.rhythm import DAY, HOUR, MINUTE, SECOND

BEAT: Final = 5 * SECOND
"""How often a process beats."""
MISSED_BEATS: Final = 6
CANARY_LATE: Final = 3
"""A canary is lost after so many times its interval."""
SPOOL_WARNING: Final = 0.9
DISK_WARNING: Final = 0.9
SKEW: Final = 10 * MINUTE
CERTIFICATE_DAYS: Final = 21
RULES_DAYS: Final = 30
LIST_LATE: Final = 2
"""A list is outdated after so many times its interval."""
_FEWEST_LINES: Final = 50
_DRIFT: Final = 0.2
_ZONE_STEP: Final = 15 * MINUTE


class ShareOfLines(Struct, frozen=True):
    """Lines of a feed and how many were understood, lately and in the days before."""

    lines: int
    parsed: int
    lines_before: int
    parsed_before: int


class ListAge(Struct, frozen=True):
    """How an address list is.

    ``tenant``: whose; empty: everybody's. ``every``: how often it is fetched; ``since``: when it
    was fetched last, or was added if it never was. ``trouble``: why the last try failed.
    """

    name: str
    tenant: str
    every: int
    since: int
    trouble: str = ""


class Facts(Struct, frozen=True):
    """What is judged. Times are UTC microseconds.

    ``canary``: when the last canary came through, or None before the first was sent;
    ``disk``: the share of the disk that is used, by folder; ``certificates``: when each
    expires, by path; ``rules``: when the newest signatures were published, by pack;
    ``places``: why a database of places cannot be read, by path;
    ``keys``: why the key of a client's pseudonyms cannot be read, by client; ``damaged``: how
    many damaged files of the lake were set aside, by the folder they are in.
    """

    now: int
    feeds: Sequence[Feed] = ()
    health: Mapping[str, FeedHealth] = {}
    shares: Mapping[str, ShareOfLines] = {}
    heartbeats: Sequence[Heartbeat] = ()
    expected_processes: Sequence[str] = ()
    spool: Usage | None = None
    disk: Mapping[str, float] = {}
    canary: int | None = None
    canary_every: int = 0
    certificates: Mapping[str, int] = {}
    rules: Mapping[str, int] = {}
    lists: Sequence[ListAge] = ()
    places: Mapping[str, str] = {}
    keys: Mapping[str, str] = {}
    damaged: Mapping[str, int] = {}


class Finding(Struct, frozen=True):
    """One thing that is wrong now; an empty ``tenant`` is the provider's own.

    ``case`` and ``figures``: what is said of it (see ``own_sentences``).
    """

    kind: str
    subject: str
    case: str
    figures: Figures = {}
    tenant: str = ""

    @property
    def text(self) -> str:
        """What is said of it, in English."""
        return sentence(self.case, self.figures)


def examine(facts: Facts) -> list[Finding]:
    """All that is wrong."""
    return [
        *_silent(facts),
        *_drifted(facts),
        *_skewed(facts),
        *_stopped(facts),
        *_lost_canary(facts),
        *_full(facts),
        *_expiring(facts),
        *_outdated(facts),
        *_without_key(facts),
        *_damaged(facts),
    ]


def _silent(facts: Facts) -> Iterator[Finding]:
    for feed in facts.feeds:
        known = facts.health.get(feed.id)
        if feed.paused or known is None:
            continue
        alarm = known.rhythm.alarm_at(feed.silence * SECOND)
        if alarm is None or facts.now < alarm:
            continue
        figures: dict[str, str | int] = {"name": _name(feed), "lasted": facts.now - known.last}
        usual = feed.silence * SECOND or known.rhythm.usual(known.last)
        if known.rhythm.new and not feed.silence:
            case = "silence.new"
        elif usual >= SECOND:
            case, figures["usual"] = "silence", usual
        else:
            case = "silence.steady"
        yield Finding("silence", feed.id, case, figures, feed.tenant)


def _drifted(facts: Facts) -> Iterator[Finding]:
    for feed in facts.feeds:
        share = facts.shares.get(feed.id)
        if share is None or min(share.lines, share.lines_before) < _FEWEST_LINES:
            continue
        now, before = share.parsed / share.lines, share.parsed_before / share.lines_before
        if before - now >= _DRIFT:
            told: dict[str, str | int] = {"now": _percent(now), "before": _percent(before)}
            told["name"] = _name(feed)
            yield Finding("drift", feed.id, "drift", told, feed.tenant)


def _skewed(facts: Facts) -> Iterator[Finding]:
    for feed in facts.feeds:
        known = facts.health.get(feed.id)
        # Only what is ahead is surely the clock: lines that come late are late for many reasons.
        if known is None or known.lag > -SKEW:
            continue
        ahead = -known.lag
        steps = round(ahead / _ZONE_STEP)
        zone = abs(ahead - steps * _ZONE_STEP) < MINUTE and ahead < 15 * HOUR
        case = "clock.zone" if zone else "clock"
        yield Finding("clock", feed.id, case, {"name": _name(feed), "ahead": ahead}, feed.tenant)


def _stopped(facts: Facts) -> Iterator[Finding]:
    beating = {beat.process: beat for beat in facts.heartbeats}
    for process in facts.expected_processes:
        beat = beating.get(process)
        if beat is None:
            yield Finding("process", process, "process.never", {"name": process})
        elif facts.now - beat.beat > MISSED_BEATS * BEAT:
            lasted = facts.now - beat.beat
            yield Finding("process", process, "process", {"name": process, "lasted": lasted})


def _lost_canary(facts: Facts) -> Iterator[Finding]:
    if facts.canary is None or not facts.canary_every:
        return
    late = facts.now - facts.canary
    if late > CANARY_LATE * facts.canary_every:
        yield Finding("canary", "chain", "canary", {"lasted": late})


def _full(facts: Facts) -> Iterator[Finding]:
    if facts.spool is not None and facts.spool.budget:
        share = facts.spool.bytes_used / facts.spool.budget
        if share >= SPOOL_WARNING:
            yield Finding("spool", "spool", "spool", {"share": _percent(share)})
    for folder, share in facts.disk.items():
        if share >= DISK_WARNING:
            yield Finding("disk", folder, "disk", {"name": folder, "share": _percent(share)})


def _expiring(facts: Facts) -> Iterator[Finding]:
    for path, expires in facts.certificates.items():
        left = expires - facts.now
        if left <= 0:
            yield Finding("certificate", path, "certificate.over", {"name": path})
        elif left < CERTIFICATE_DAYS * DAY:
            yield Finding("certificate", path, "certificate", {"name": path, "left": left})
    for pack, published in facts.rules.items():
        age = facts.now - published
        if age > RULES_DAYS * DAY:
            yield Finding("rules", pack, "rules", {"name": pack, "lasted": age})


def _outdated(facts: Facts) -> Iterator[Finding]:
    for each in facts.lists:
        age = facts.now - each.since
        if age < LIST_LATE * each.every:
            continue
        figures: dict[str, str | int] = {"name": each.name, "lasted": age}
        if each.trouble:
            figures["why"] = each.trouble
        case = "list" if each.trouble else "list.nobody"
        yield Finding("list", each.name, case, figures, each.tenant)
    for path, trouble in facts.places.items():
        yield Finding("places", path, "places", {"why": trouble})


def _without_key(facts: Facts) -> Iterator[Finding]:
    for tenant, trouble in facts.keys.items():
        yield Finding("key", tenant, "key", {"name": tenant, "why": trouble})


def _damaged(facts: Facts) -> Iterator[Finding]:
    for folder, count in facts.damaged.items():
        if count == 1:
            yield Finding("damage", folder, "damage.one", {"name": folder})
        elif count:
            yield Finding("damage", folder, "damage", {"name": folder, "count": count})


def _name(feed: Feed) -> str:
    return feed.title or feed.id


def _percent(share: float) -> int:
    return int(f"{100 * share:.0f}")


class AlertSink(Protocol):
    """Where alerts go (see ``pipeline.AlertSink``)."""

    def take(self, tenant: str, alerts: Sequence[Alert], now: int) -> None:
        """Take alerts of one tenant."""
        ...


class SelfWatch:
    """Keeps what is wrong and hands it on.

    What stands is handed on every time under the same id, and what ended before the store
    is told, so that a crash in between hides nothing.
    """

    def __init__(self, store: HealthStore, alerts: AlertSink, own_tenant: str) -> None:
        """``own_tenant``: the provider's own, for what concerns no client."""
        self._store = store
        self._alerts = alerts
        self._own_tenant = own_tenant

    def run_once(self, facts: Facts) -> list[Finding]:
        """Judge the facts; all that is wrong now."""
        findings = examine(facts)
        standing = {
            (each.kind, each.subject): each
            for each in self._store.concerns()
            if each.kind != "delivery"
        }
        for finding in findings:
            standing.pop((finding.kind, finding.subject), None)
            tenant = finding.tenant or self._own_tenant
            told = settled(finding.figures)
            concern = self._store.concern(
                finding.kind, finding.subject, tenant, facts.now, sentence(finding.case, told),
                {CASE: finding.case, **told},
            )  # fmt: skip
            self._alerts.take(tenant, [alert_of(concern)], facts.now)
        for (kind, subject), concern in standing.items():
            ended = msgspec.structs.replace(concern, ended=facts.now)
            self._alerts.take(concern.tenant, [alert_of(ended)], facts.now)
            self._store.relieve(kind, [subject], facts.now)
        return findings
