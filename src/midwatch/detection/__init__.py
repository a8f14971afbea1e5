"""Rule sets meet event batches and give matches; matches over time give alerts.

Pure: no clock, no files. The order of work for one chunk of lines:

    detector = Detector(ruleset)
    correlator = Correlator(ruleset)
    matches = list(detector.match_batches(result.batches))
    alerts = correlator.feed(matches, origin="auth.log")
    ...
    alerts += correlator.flush()

A match knows its rule, its batch and the rows; an alert is handed on when it opens and
again, with the same id, when it closes. Whoever wants final figures only takes the
closed ones.
"""

from midwatch.detection.alerts import Alert, AlertState, Evidence
from midwatch.detection.correlator import Correlator
from midwatch.detection.detector import Detector, Match
from midwatch.detection.state import CorrelatorState, Statistics

__all__ = [
    "Alert",
    "AlertState",
    "Correlator",
    "CorrelatorState",
    "Detector",
    "Evidence",
    "Match",
    "Statistics",
]
