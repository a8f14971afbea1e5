"""The tables of incidents, signals, exceptions and the outbox: migrations, oldest first."""

from __future__ import annotations

from typing import Final

MIGRATIONS: Final = (
    """
    CREATE TABLE incident (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, reference TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('finding', 'storm', 'self')),
        state TEXT NOT NULL
            CHECK (state IN ('new', 'acknowledged', 'working', 'resolved', 'reopened')),
        level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
        success INTEGER NOT NULL, waiting INTEGER NOT NULL,
        opened INTEGER NOT NULL, changed INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT;
    CREATE INDEX incident_by_reference ON incident (reference);
    CREATE INDEX incident_by_opening ON incident (tenant, kind, opened);
    CREATE INDEX incident_waiting ON incident (waiting) WHERE waiting = 1;
    CREATE TABLE incident_key (
        tenant TEXT NOT NULL, key TEXT NOT NULL,
        incident TEXT NOT NULL REFERENCES incident ON DELETE CASCADE,
        PRIMARY KEY (tenant, key, incident)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE signal (
        tenant TEXT NOT NULL, id TEXT NOT NULL, incident TEXT NOT NULL,
        recorded INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (tenant, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX signal_by_time ON signal (tenant, recorded);
    CREATE TABLE alert_exception (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, created INTEGER NOT NULL,
        hits INTEGER NOT NULL DEFAULT 0, last_hit INTEGER, body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE delivery (
        id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incident ON DELETE CASCADE,
        state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'dropped')),
        next INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT;
    CREATE INDEX delivery_pending ON delivery (next) WHERE state = 'pending';
    CREATE INDEX delivery_by_incident ON delivery (incident);
    CREATE TABLE delivery_try (
        delivery TEXT NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX delivery_try_by_delivery ON delivery_try (delivery, at);
    CREATE TABLE channel_health (
        channel TEXT PRIMARY KEY, failing_since INTEGER, last_success INTEGER,
        error TEXT NOT NULL
    ) STRICT;
    """,
    # What a desk's list is ordered and narrowed by, in an index, so that no body is read for it.
    """
    ALTER TABLE incident ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;
    ALTER TABLE incident ADD COLUMN alarmed INTEGER NOT NULL DEFAULT 0;
    UPDATE incident SET
        priority = 5 - min(4, level + coalesce(json_extract(CAST(body AS TEXT), '$.vital'), 0)),
        alarmed = coalesce(json_extract(CAST(body AS TEXT), '$.alarmed'), 0);
    CREATE INDEX incident_for_desks
        ON incident (waiting, priority, alarmed, changed, state, opened, tenant, id);
    CREATE INDEX incident_key_by_incident ON incident_key (incident);
    CREATE INDEX signal_by_incident ON signal (incident);
    """,
    # How the incidents of each tenant stand, without reading those that are done.
    """
    CREATE INDEX incident_not_resolved
        ON incident (tenant, waiting, success, level) WHERE state <> 'resolved';
    """,
    # Where somebody got in of late, without reading all that is done.
    """
    CREATE INDEX incident_break_in ON incident (changed) WHERE success = 1;
    """,
)
