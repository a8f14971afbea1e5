"""The few words every room uses: errors and severities. Nothing else lives here."""

from midwatch.kernel.errors import (
    BadInputError,
    ConfigurationError,
    DefectError,
    MidwatchError,
    RemoteFailureError,
)
from midwatch.kernel.severities import Level

__all__ = [
    "BadInputError",
    "ConfigurationError",
    "DefectError",
    "Level",
    "MidwatchError",
    "RemoteFailureError",
]
