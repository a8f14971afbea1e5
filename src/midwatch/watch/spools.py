"""The spool that the configuration names."""

from __future__ import annotations

from midwatch.intake.parcels import Spool
from midwatch.intake.spool import SqliteSpool
from midwatch.kernel import ConfigurationError
from midwatch.watch.configuration import MEGABYTE, Configuration
from midwatch.watch.state_folder import StateFolder


def open_spool(folder: StateFolder, configuration: Configuration) -> Spool:
    """Open it.

    Raises:
        ConfigurationError: It cannot be used, or needs an extra that is not installed.
    """
    settings = configuration.spool
    if settings.kind == "sqlite":
        return SqliteSpool(folder.spool, budget=settings.budget * MEGABYTE)
    try:
        from midwatch.intake.spool.jetstream import JetStreamSpool  # noqa: PLC0415  # needs an extra
    except ImportError as error:
        raise ConfigurationError(
            "the spool on NATS JetStream needs a library that is not installed",
            remedy="install midwatch with its extra: pip install 'midwatch[nats]'",
        ) from error
    return JetStreamSpool(list(settings.servers), budget=settings.budget * MEGABYTE)
