"""The process that works the spool off: reads, detects, files alerts, fills the lake."""

from __future__ import annotations

import logging
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Final

from midwatch.incidents import Incidents
from midwatch.kernel import MidwatchError
from midwatch.packs import PackStore
from midwatch.paging import SqliteIncidents
from midwatch.tenants import Feed, TenantStore
from midwatch.watch.canary import PROCESS as CANARY
from midwatch.watch.canary import sent_at
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.configuration import Configuration
from midwatch.watch.distant_lake import DistantLake
from midwatch.watch.health import HealthStore
from midwatch.watch.incident_sink import IncidentSink
from midwatch.watch.knowing import Knowing
from midwatch.watch.listed import ListedSight
from midwatch.watch.maskings import Maskings, masked_sample
from midwatch.watch.pipeline import Pipeline, PipelineLimits
from midwatch.watch.policies import Policies
from midwatch.watch.processes.running import Heart, Signals, microseconds
from midwatch.watch.processes.sweeping import Sweeper
from midwatch.watch.rhythm import SECOND
from midwatch.watch.rule_book import RuleBook
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder

_LOG: Final = logging.getLogger(__name__)
_NAME: Final = "main"
"""Of this pipeline, in what it remembers."""
_LOOK: Final = 5 * SECOND
_RULES_LOOK: Final = 10 * SECOND
_PAUSE: Final = 2.0
_HOLD: Final = 0.2
"""Seconds between looks at a lake that is waited for."""
_MANY: Final = 500
"""Lines of one round after which more are let come before the next: many cost less together."""
_ROUND: Final = 0.2
"""Seconds from one such round to the next."""
_LONGEST_WAIT: Final = 0.5
"""Seconds for which nothing may come before the clock is looked at again."""


class PipelineProcess:
    """See the module's documentation."""

    def __init__(
        self, folder: StateFolder, configuration: Configuration, cache: Path | None
    ) -> None:
        """Open all it needs.

        Raises:
            ConfigurationError, BadInputError: A part of the state folder cannot be used.
        """
        self._folder = folder
        # At first, since it needs a moment to be ready, as the rest does.
        self._lake = DistantLake(
            [sys.executable, "-m", "midwatch", "watch", "lake", "--state", str(folder.path)]
        )
        self._limits = PipelineLimits(
            flush=configuration.lake.flush * SECOND, rows=configuration.lake.rows
        )
        self._spool = open_spool(folder, configuration)
        self._tenants = TenantStore(folder.database)
        self._health = HealthStore(folder.database)
        self._heart = Heart(self._health, "pipeline")
        self._policies = Policies(folder.policies)
        self._knowing = Knowing(folder.database, folder.lists, configuration.knowledge.geoip)
        self._sight = ListedSight(self._knowing.knowledge_of, microseconds)
        self._incidents = Incidents(
            SqliteIncidents(folder.database),
            self._policies.policy_of,
            knowledge_of=self._knowing.knowledge_of,
        )
        self._book = RuleBook(folder.rules, cache, PackStore(folder.path))
        self._revision = -1
        self._looked = self._looked_at_rules = 0
        self._checkpoints = Checkpoints(folder.database, _NAME)
        self._beside = ThreadPoolExecutor(1, "lake")
        self._maskings = Maskings()
        self._pipeline = self._made()

    def _made(self) -> Pipeline:
        """A pipeline that goes on from the last checkpoint."""
        pipeline = Pipeline(
            self._spool,
            self._lake,
            IncidentSink(self._incidents),
            self._checkpoints,
            self._book.rules_of,
            zones=self._zones(),
            limits=self._limits,
            heard=self._hear,
            beside=self._beside,
            counted=self._health.counted,
            beyond=self._sight.matches,
        )
        pipeline.keep_only([tenant.id for tenant in self._tenants.tenants()])
        return pipeline

    def run(self, signals: Signals) -> None:
        """Work until the end is asked for; what was read is in the lake then."""
        sweeper = Sweeper(microseconds())
        while not signals.ending.is_set():
            now = microseconds()
            try:
                if signals.wants_reload():
                    self._looked = self._looked_at_rules = 0
                began = monotonic()
                lines = self._pipeline.run_once(now)
                self._look_around(now)
                sweeper.sweep(now)
                if self._pipeline.holds:
                    signals.rest(_HOLD)
                elif not lines:
                    self._spool.wait(self._pipeline.position, _LONGEST_WAIT)
                elif lines >= _MANY:
                    signals.rest(max(0.0, began + _ROUND - monotonic()))
            except (MidwatchError, sqlite3.OperationalError) as error:
                _LOG.error("the pipeline begins again at its checkpoint: %s", error)
                self._begin_again(signals)
        try:
            self._pipeline.flush(microseconds())
            self._count()
        except (MidwatchError, sqlite3.OperationalError) as error:
            _LOG.error("what came since the last checkpoint is read again next time: %s", error)
        self._beside.shutdown()
        self._lake.close()

    def _begin_again(self, signals: Signals) -> None:
        """Go on from the checkpoint as soon as that can be read."""
        # A commit under way must have ended, or its lines would be handed in twice at once.
        self._beside.shutdown(wait=True)
        self._beside = ThreadPoolExecutor(1, "lake")
        while not signals.ending.is_set():
            signals.rest(_PAUSE)
            try:
                self._pipeline = self._made()
            except (MidwatchError, sqlite3.OperationalError) as error:
                _LOG.error("the pipeline cannot go on yet: %s", error)
            else:
                return

    def _look_around(self, now: int) -> None:
        """Every few seconds: beat, count, take changed sources, policies and rules."""
        pipeline = self._pipeline
        if 0 <= now - self._looked < _LOOK:
            return
        self._looked = now
        self._count()
        self._heart.beat(now, self._figures)
        self._policies.refresh()
        self._knowing.refresh()
        self._sight.forget()
        changed = self._tenants.revision != self._revision
        if not 0 <= now - self._looked_at_rules < _RULES_LOOK:
            self._looked_at_rules = now
            changed = self._book.refresh() or changed
        if changed:
            pipeline.renew(self._zones())
            pipeline.keep_only([tenant.id for tenant in self._tenants.tenants()])

    def _figures(self) -> dict[str, float]:
        figures = self._pipeline.figures
        return {
            "lines_total": figures.lines,
            "lines_not_understood_total": figures.failures,
            "alerts_total": figures.alerts,
            "lake_commits_total": figures.commits,
            "lake_commits_failed_total": figures.failed_commits,
            "position": self._pipeline.position,
        }

    def _count(self) -> None:
        counts, self._pipeline.counts = self._pipeline.counts, {}
        masked = self._maskings.of(self._tenants.maskings()) if counts else {}
        for count in counts.values():
            if (masking := masked.get(count.tenant)) is not None:
                count.sample = masked_sample(masking, count.tenant, count.sample)
        self._health.count(counts, self._pipeline.position)

    def _zones(self) -> dict[str, str]:
        self._revision = self._tenants.revision
        feeds: dict[str, list[Feed]] = {}
        for feed in self._tenants.feeds():
            feeds.setdefault(feed.tenant, []).append(feed)
        zones: dict[str, str] = {}
        for tenant in self._tenants.tenants():
            offices = {office.id: office.zone for office in self._tenants.offices(tenant.id)}
            for feed in feeds.get(tenant.id, ()):
                zones[feed.id] = feed.zone or offices.get(feed.office, "") or tenant.zone
        return zones

    def _hear(self, line: str) -> None:
        sent = sent_at(line)
        if sent is not None:
            now = microseconds()
            self._health.beat(CANARY, sent, now, {"seconds": (now - sent) / SECOND})
