"""Where alerts go: the incidents' services. Apart from the lake, which few processes need."""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.detection import Alert
from midwatch.incidents import Incidents, signal_of


class IncidentSink:
    """Files alerts as incidents; see ``pipeline.AlertSink``."""

    def __init__(self, incidents: Incidents) -> None:
        self._incidents = incidents

    def take(self, tenant: str, alerts: Sequence[Alert], now: int) -> None:
        """Record alerts of one tenant; the same again changes nothing."""
        self._incidents.record([signal_of(tenant, alert) for alert in alerts], now)
