"""OpenBSD's ``doas`` and its ports: commands run for somebody else, and refusals."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="doas",
    title="doas",
    logsource=Logsource(product="linux", service="doas"),
    programs=("doas", "opendoas"),
    plain_login=False,
    constants={"service": "sudo"},
    readers=(
        Patterns(
            Pattern(
                r"(?P<src_user>[^ ]+) ran command as (?P<user>[^ :]+): (?P<command>[^\n]*)",
                outcome="success",
            ),
            Pattern(
                r"(?P<src_user>[^ ]+) ran command (?P<command>.*) as (?P<user>[^ ]+) from (?P<pwd>[^\n]*)",
                outcome="success",
            ),
            Pattern(
                r"(?P<src_user>[^ ]+) ran command (?P<command>.*) as (?P<user>[^ ]+)",
                outcome="success",
            ),
            Pattern(r"failed auth for (?P<user>[^ ]+)", outcome="failure", reason="bad_password"),
            Pattern(
                r"(?:command not permitted|failed command|denied command) for (?P<src_user>[^ :]+)(?: as (?P<user>[^ :]+))?: (?P<command>[^\n]*)",
                outcome="failure",
                reason="not_allowed",
            ),
            category="authentication",
            action="privilege",
        ),
    ),
)
