"""FreePBX: failed logins at its web pages (``freepbx_security.log``) and its module installer."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="freepbx",
    title="FreePBX",
    logsource=Logsource(product="freepbx"),
    programs=("freepbx", "freepbx_security"),
    marks=("[freepbx_security.", "[npm-cache] [", "freepbx.INFO", "freepbx.NOTICE"),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                r"(?:\[freepbx_security\.(?P<severity>[A-Z]+)\]: |freepbx_security\.[A-Z]+: )?Authentication failure for (?P<user>.*) from (?P<src_ip>[^ ]+)",
                category="authentication",
                outcome="failure",
                action="login",
                service="web",
            ),
            Pattern(
                r"(?:\[freepbx_security\.(?P<severity>[A-Z]+)\]: )?(?P<why>[^\n]{0,80}?[Ss]uccessful[^\n]{0,80}?) for (?P<user>.*) from (?P<src_ip>[^ ]+)",
                category="authentication",
                outcome="success",
                action="login",
                service="web",
            ),
            Pattern(
                r"\[(?P<module>npm-cache|[a-z]+)\] \[(?P<severity>[A-Z]+)\] (?P<why>[^\n]*)",
                category="system",
            ),
        ),
    ),
)
