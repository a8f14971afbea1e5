"""The few words every room uses: errors, severities, identifiers. Nothing else lives here."""

from midwatch.kernel.errors import (
    BadInputError,
    ConfigurationError,
    DefectError,
    MidwatchError,
    RemoteFailureError,
)
from midwatch.kernel.identifiers import derived_id, timed_id
from midwatch.kernel.severities import Level

__all__ = [
    "BadInputError",
    "ConfigurationError",
    "DefectError",
    "Level",
    "MidwatchError",
    "RemoteFailureError",
    "derived_id",
    "timed_id",
]
