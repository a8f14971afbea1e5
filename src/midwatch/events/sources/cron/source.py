"""cron and at: the jobs they ran and the tables that were edited (Vixie, cronie, BusyBox, ESXi)."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="cron",
    title="cron",
    logsource=Logsource(product="linux", service="cron"),
    programs=("cron", "crond", "crontab", "anacron", "atd", "fcron", "busybox-cron"),
    readers=(
        Patterns(
            Pattern(r"\((?P<user>[^)]*)\) CMD \((?P<command>.*)\) *$"),
            Pattern(r"\((?P<user>[^)]*)\) CMDEND \((?P<command>.*)\) *$"),
            Pattern(r"\((?P<user>[^)]*)\) CMDOUT \((?P<output>.*)\) *$"),
            Pattern(
                r"\((?P<user>[^)]*)\) (?P<why>REPLACE|DELETE|BEGIN EDIT|END EDIT|EDIT) \((?P<crontab>[^)]*)\)",
                category="configuration",
                action="change",
            ),
            Pattern(
                r"\((?P<user>[^)]*)\) (?P<why>AUTH|MISSING|LIST|RELOAD|INFO|STARTUP|NOT ALLOWED|ORPHAN|[A-Z][A-Za-z -]*) \((?P<crontab>.*)\) *$"
            ),
            Pattern(r"USER (?P<user>[^ ]+) pid +(?P<job_pid>\d+) cmd (?P<command>.*)"),
            Pattern(r"Job [`'](?P<job>[^']*)' (?P<why>started|terminated)"),
            Pattern(r"[Ss]tarting job (?P<job>[^ ]+) \([^)]*\) for user '(?P<user>[^']*)'"),
            category="process",
        ),
    ),
)
