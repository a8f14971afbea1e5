"""The process that works the spool off: reads, detects, files alerts, fills the lake."""

from __future__ import annotations

import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from midwatch.incidents import Incidents
from midwatch.kernel import MidwatchError
from midwatch.lake import LakeWriter
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.watch.canary import PROCESS as CANARY
from midwatch.watch.canary import sent_at
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.configuration import Configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.knowing import Knowing
from midwatch.watch.listed import ListedSight
from midwatch.watch.maskings import Maskings, masked_sample
from midwatch.watch.pipeline import Pipeline, PipelineLimits
from midwatch.watch.policies import Policies
from midwatch.watch.processes.running import Heart, Signals, microseconds
from midwatch.watch.rhythm import SECOND
from midwatch.watch.rule_book import RuleBook
from midwatch.watch.sinks import IncidentSink, LakeSink
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder

_LOG: Final = logging.getLogger(__name__)
_LOOK: Final = 5 * SECOND
_RULES_LOOK: Final = 10 * SECOND
_PAUSE: Final = 2.0
_HOLD: Final = 0.2
"""Seconds between looks at a lake that is waited for."""
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
        self._book = RuleBook(folder.rules, cache)
        self._revision = -1
        self._looked = self._looked_at_rules = 0
        self._checkpoints = Checkpoints(folder.database, "main")
        self._beside = ThreadPoolExecutor(1, "lake")
        self._maskings = Maskings()
        self._pipeline = self._made()

    def _made(self) -> Pipeline:
        """A pipeline that goes on from the last checkpoint."""
        return Pipeline(
            self._spool,
            LakeSink(self._renewed_lake()),
            IncidentSink(self._incidents),
            self._checkpoints,
            self._book.rules_of,
            zones=self._zones(),
            limits=self._limits,
            heard=self._hear,
            beside=self._beside,
            beyond=self._sight.matches,
        )

    def _renewed_lake(self) -> LakeWriter:
        """The lake as it is now, with what is masked now."""
        self._lake = LakeWriter(self._folder.lake, self._maskings.of(self._tenants.maskings()))
        return self._lake

    def run(self, signals: Signals) -> None:
        """Work until the end is asked for; what was read is in the lake then."""
        while not signals.ending.is_set():
            now = microseconds()
            try:
                if signals.wants_reload():
                    self._looked = self._looked_at_rules = 0
                lines = self._pipeline.run_once(now)
                self._look_around(now)
                if self._pipeline.holds:
                    signals.rest(_HOLD)
                elif not lines:
                    self._spool.wait(self._pipeline.position, _LONGEST_WAIT)
            except (MidwatchError, sqlite3.OperationalError) as error:
                _LOG.error("the pipeline begins again at its checkpoint: %s", error)
                self._begin_again(signals)
        self._pipeline.flush(microseconds())
        self._count()
        self._beside.shutdown()

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
        if changed or self._maskings.troubles:
            self._lake.maskings = self._maskings.of(self._tenants.maskings())
        if changed:
            pipeline.renew(self._zones())

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
        maskings = self._lake.maskings or {}
        for count in counts.values():
            if (masking := maskings.get(count.tenant)) is not None:
                count.sample = masked_sample(masking, count.tenant, count.sample)
        self._health.count(counts)

    def _zones(self) -> dict[str, str]:
        self._revision = self._tenants.revision
        zones: dict[str, str] = {}
        for tenant in self._tenants.tenants():
            offices = {office.id: office.zone for office in self._tenants.offices(tenant.id)}
            for feed in self._tenants.feeds(tenant.id):
                zones[feed.id] = feed.zone or offices.get(feed.office, "") or tenant.zone
        return zones

    def _hear(self, line: str) -> None:
        sent = sent_at(line)
        if sent is not None:
            now = microseconds()
            self._health.beat(CANARY, sent, now, {"seconds": (now - sent) / SECOND})
