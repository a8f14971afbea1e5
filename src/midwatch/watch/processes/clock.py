"""The process that keeps time: pages people, watches the watch, has the lake tended.

It lives for months and sleeps most of the time, so it imports nothing of the lake: a short
process of its own tends it (``midwatch watch tend``).
"""

from __future__ import annotations

import logging
import random
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from midwatch.incidents import Incidents
from midwatch.kernel import ConfigurationError, MidwatchError
from midwatch.knowledge import KnowledgeStore, ListSource
from midwatch.paging import (
    Channel,
    MailChannel,
    MailSettings,
    Pager,
    Security,
    Signer,
    SqliteIncidents,
    WebhookChannel,
    WebhookSettings,
    Wording,
)
from midwatch.tenants import TenantStore
from midwatch.watch.canary import PROCESS as CANARY
from midwatch.watch.canary import send_canary
from midwatch.watch.client_keys import key_troubles
from midwatch.watch.configuration import Configuration
from midwatch.watch.geography import PlacesCheck
from midwatch.watch.health import HealthStore
from midwatch.watch.incident_sink import IncidentSink
from midwatch.watch.monitoring import Monitor
from midwatch.watch.policies import OPERATOR, Policies
from midwatch.watch.processes.figures import (
    FiguresOf,
    damaged_of,
    disk_of,
    expected_processes,
)
from midwatch.watch.processes.running import Heart, Signals, microseconds
from midwatch.watch.rhythm import DAY, HOUR, MINUTE, SECOND
from midwatch.watch.self_watch import Facts, ListAge, SelfWatch, ShareOfLines
from midwatch.watch.signing import link_key
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder

_LOG: Final = logging.getLogger(__name__)
_WARM_UP: Final = 45 * SECOND
"""How long after a start nothing is said of processes and the canary."""
_SWITCH_TIMEOUT: Final = 10.0


class _Every:
    """Tells when something is due again."""

    def __init__(self, interval: int) -> None:
        self._interval = interval
        self._last = 0

    def due(self, now: int) -> bool:
        """Whether it is; then it counts as done. A clock set back does not make it wait."""
        self._last = min(self._last, now)
        if not self._interval or now - self._last < self._interval:
            return False
        self._last = now
        return True


class ClockProcess:
    """See the module's documentation."""

    def __init__(
        self,
        folder: StateFolder,
        configuration: Configuration,
        reread: Callable[[], Configuration] | None = None,
    ) -> None:
        """Open all it needs. ``reread``: the configuration as it is now, for a reload.

        Raises:
            ConfigurationError, BadInputError: A part of the state folder cannot be used.
        """
        self._folder = folder
        self._configuration = configuration
        self._reread = reread
        self._tenants = TenantStore(folder.database)
        self._health = HealthStore(folder.database)
        self._heart = Heart(self._health, "clock")
        self._store = SqliteIncidents(folder.database)
        self._policies = Policies(folder.policies)
        self._incidents = Incidents(self._store, self._policies.policy_of)
        self._spool = open_spool(folder, configuration)
        self._self_watch = SelfWatch(self._health, IncidentSink(self._incidents), OPERATOR)
        self._signer = Signer((link_key(folder.path),))
        self._channels = channels_of(configuration)
        self._pager: Pager | None = None
        self._started = microseconds()
        self._unkept = False
        self._canary_sent: int | None = None
        self._knowledge = KnowledgeStore(folder.database)
        self._places = PlacesCheck()
        self._helpers: dict[str, subprocess.Popen[bytes]] = {}
        settings = configuration.self
        self._page_due = _Every(SECOND)
        self._look_due = _Every(5 * SECOND)
        self._canary_due = _Every(settings.canary * SECOND)
        self._switch_due = _Every(MINUTE)
        self._tend_due = _Every(5 * MINUTE)
        self._lists_due = _Every(15 * SECOND)
        self._monitor_due = _Every(MINUTE if settings.metrics_port else 0)
        self._monitor: Monitor | None = None

    def run(self, signals: Signals) -> None:
        """Keep time until the end is asked for."""
        while not signals.ending.is_set():
            now = microseconds()
            if signals.wants_reload():
                self._guarded(self._reload, now)
            for due, work in self._works():
                if due.due(now):
                    self._guarded(work, now)
            self._guarded(self._beat, now)
            signals.rest(0.2)
        self._end_helpers()
        if self._monitor is not None:
            self._monitor.close()

    def _works(self) -> list[tuple[_Every, Callable[[int], None]]]:
        return [
            (self._canary_due, self._send_canary),
            (self._page_due, self._page),
            (self._look_due, self._look),
            (self._switch_due, self._press_switch),
            (self._monitor_due, self._let_monitor),
            (self._tend_due, self._tend),
            (self._lists_due, self._fetch_lists),
        ]

    def _guarded(self, work: Callable[[int], None], now: int) -> None:
        """One work that fails must not stop the others."""
        try:
            work(now)
        except (MidwatchError, sqlite3.OperationalError) as error:
            _LOG.error("%s failed: %s", work.__name__, error)
        except Exception:  # noqa: BLE001  # whatever it is, the other works must go on
            _LOG.exception("%s failed", work.__name__)

    def _beat(self, now: int) -> None:
        """Say that the clock lives; while that cannot be kept, nobody outside is told so either."""
        try:
            self._heart.beat(now, lambda: {"open_concerns": len(self._health.concerns())})
        except sqlite3.OperationalError as error:
            self._unkept = True
            raise ConfigurationError(
                f"the state file cannot be written: {error}",
                remedy="make room on the disk; nobody can be paged until then",
                path=str(self._folder.database),
            ) from error
        self._unkept = False

    def _reload(self, now: int) -> None:
        """Take what may change while it runs; a wrong file changes nothing."""
        if self._reread is None:
            return
        self._configuration = self._reread()
        self._channels = channels_of(self._configuration)
        self._pager = None
        _LOG.info("read the configuration anew at %s", now)

    # ------------------------------------------------------------ people

    def _page(self, now: int) -> None:
        if self._policies.refresh():
            self._pager = None
        if self._policies.policy_of(OPERATOR) is None:
            return
        if self._pager is None:
            self._pager = Pager(
                self._store,
                self._incidents,
                self._policies.policy_of,
                self._channels,
                self._wording_of,
                operator=OPERATOR,
                chance=random.random,
            )
        self._pager.run_once(now)

    def _wording_of(self, tenant: str) -> Wording:
        known = self._tenants.tenant(tenant)
        zone = ZoneInfo("UTC" if known is None else known.zone)
        title = "Midwatch" if known is None else known.title
        desk = self._configuration.desk.reached_at
        link = f"{desk}/answer/" if desk else ""
        return Wording(tenant=title, zone=zone, signer=self._signer, link=link)

    # ------------------------------------------------------------ the watch itself

    def _send_canary(self, now: int) -> None:
        syslog = self._configuration.syslog
        if send_canary(now, udp=syslog.udp, tcp=syslog.tcp) and self._canary_sent is None:
            self._canary_sent = now

    def _look(self, now: int) -> None:
        self._self_watch.run_once(self.facts(now))

    def facts(self, now: int) -> Facts:
        """What is known of the watch now."""
        feeds = self._tenants.feeds()
        warm = now - self._started > _WARM_UP
        beats = self._health.heartbeats()
        canary = next((beat.beat for beat in beats if beat.process == CANARY), None)
        return Facts(
            now=now,
            feeds=feeds,
            health={each.feed: each for each in self._health.feeds()},
            shares={feed.id: self._share(feed.id, now) for feed in feeds},
            heartbeats=beats,
            expected_processes=expected_processes(beats) if warm else (),
            spool=self._spool.usage(),
            disk=disk_of(self._folder.path),
            canary=max(canary or 0, self._started) if warm and self._canary_sent else None,
            canary_every=self._configuration.self.canary * SECOND,
            certificates=_certificates(self._configuration),
            rules=self._rules(),
            lists=[self._age(source) for source in self._knowledge.lists()],
            keys=key_troubles(self._tenants.maskings()),
            places=self._places.troubles(self._configuration.knowledge.geoip),
            damaged=damaged_of(self._folder),
        )

    def _rules(self) -> dict[str, int]:
        """When each installed pack was renewed; the bundled rules come with the program."""
        if not (self._folder.path / "packs").is_dir():
            return {}
        from midwatch.packs.store import PackStore  # noqa: PLC0415  # signatures, for those with packs

        packs = PackStore(self._folder.path)
        return {name: packs.current(name).installed for name in packs.names()}

    def _age(self, source: ListSource) -> ListAge:
        state = self._knowledge.state(source.name)
        since = source.created if state.fetched is None else state.fetched
        return ListAge(source.name, source.tenant, source.every * SECOND, since, state.trouble)

    def _share(self, feed: str, now: int) -> ShareOfLines:
        recent = now - 2 * HOUR
        lines, parsed = self._health.shares(feed, recent, now + HOUR)
        before, parsed_before = self._health.shares(feed, now - 7 * DAY, recent)
        return ShareOfLines(lines, parsed, before, parsed_before)

    def _press_switch(self, now: int) -> None:
        """Call the outside URL while nothing grave is wrong with the watch itself."""
        url = self._configuration.self.switch_url
        grave = [each for each in self._health.concerns() if each.kind in ("process", "canary")]
        if not url or grave or self._unkept or now - self._started < _WARM_UP:
            return
        request = urllib.request.Request(url, headers={"User-Agent": "midwatch"})  # noqa: S310  # the operator's own URL
        with urllib.request.urlopen(request, timeout=_SWITCH_TIMEOUT) as answer:  # noqa: S310  # the operator's own URL
            answer.read(64)

    def _let_monitor(self, now: int) -> None:
        """Answer monitors; where the port is taken, it is tried again."""
        del now
        if self._monitor is None:
            # Its threads have stores of their own: one connection is one transaction.
            figures = FiguresOf(self._folder, self._spool)
            self._monitor = Monitor(self._configuration.self.metrics_port, figures)

    # ------------------------------------------------------------ the lake, and lists

    def _tend(self, now: int) -> None:
        """Expire, compact and vacuum, in another process: it may take long and much memory."""
        del now
        self._have("tend")

    def _fetch_lists(self, now: int) -> None:
        """Fetch lists, in another process: a slow server must hold nobody up."""
        if self._knowledge.due(now):
            self._have("lists")

    def _have(self, process: str) -> None:
        """Start a short process of the watch, unless it is still at it."""
        running = self._helpers.get(process)
        if running is not None and running.poll() is None:
            return
        self._helpers[process] = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", "midwatch", "watch", process, "--state", str(self._folder.path)],
            stdin=subprocess.DEVNULL,
        )

    def _end_helpers(self) -> None:
        """What is under way is dropped: it begins again where it was, as after a crash."""
        for running in self._helpers.values():
            if running.poll() is None:
                running.terminate()
                running.wait()


def channels_of(configuration: Configuration) -> Mapping[str, Channel]:
    """The channels that the configuration offers, by the names that policies use."""
    channels: dict[str, Channel] = {}
    mail = configuration.mail
    if mail.host:
        channels["mail"] = MailChannel(
            MailSettings(
                host=mail.host, sender=mail.sender, port=mail.port,
                security=Security(mail.security), user=mail.user, password=mail.password,
                ca=mail.authority,
            )
        )  # fmt: skip
    if configuration.webhook.secret:
        hook = configuration.webhook
        channels["webhook"] = WebhookChannel(
            WebhookSettings(secret=hook.secret, inside=hook.inside)
        )
    if configuration.chat.on:
        from midwatch.paging.chat import ChatChannel  # noqa: PLC0415  # a large library, for few

        channels["chat"] = ChatChannel()
    return channels


def _certificates(configuration: Configuration) -> dict[str, int]:
    """When each configured certificate expires, UTC microseconds; 0 where it cannot be read."""
    paths = {configuration.syslog.certificate, configuration.http.certificate} - {""}
    if not paths:
        return {}
    from cryptography import x509  # noqa: PLC0415  # 8 MB, for those that have certificates

    expires: dict[str, int] = {}
    for path in paths:
        try:
            found = x509.load_pem_x509_certificate(Path(path).read_bytes())
            expires[path] = int(found.not_valid_after_utc.timestamp() * SECOND)
        except (OSError, ValueError):
            expires[path] = 0
    return expires
