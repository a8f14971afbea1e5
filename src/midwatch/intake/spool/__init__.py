"""Where parcels wait, on disk, until the watch is done with them.

``SqliteSpool`` serves one machine. ``midwatch.intake.spool.jetstream`` keeps the same contract
across machines; it needs the extra ``nats`` and is imported by name. ``SpoolWriter`` gathers
the parcels of many listeners and commits them together.
"""

from midwatch.intake.spool.damage import Damage
from midwatch.intake.spool.sqlite import SqliteSpool
from midwatch.intake.spool.writing import SpoolWriter

__all__ = ["Damage", "SpoolWriter", "SqliteSpool"]
