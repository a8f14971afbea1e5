"""Suhosin, the hardening of PHP: ``ALERT - what (attacker '192.0.2.1', file '…', line 1)``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="suhosin",
    title="Suhosin",
    logsource=Logsource(category="webserver", product="suhosin"),
    programs=("suhosin", "suhosin7", "snuffleupagus"),
    marks=("(attacker '",),
    constants={"category": "ids", "action": "alert", "service": "web"},
    readers=(
        Patterns(
            # The name of a variable may quote another attacker; the last one is Suhosin's word.
            Pattern(
                r"(?:.*?\b)?ALERT(?:-SIMULATION)? - (?P<signature>.*) \(attacker '(?P<src_ip>[^']*)'"
                r"(?:, file '(?P<file>[^']*)')?(?:, line (?P<line_number>\d+))?\)?",
            ),
            Pattern(
                r"\[snuffleupagus\]\[(?P<src_ip>[^\]]+)\]\[(?P<signature_class>[^\]]+)\]\[(?P<status>[^\]]+)\] (?P<signature>.*)",
            ),
        ),
    ),
)
