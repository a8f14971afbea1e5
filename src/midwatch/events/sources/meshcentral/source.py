"""MeshCentral's authentication log over syslog (``--authlog``), which speaks as sshd does."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FROM: Final = r"from (?P<src_ip>[^ ]+)(?: port (?P<src_port>\d+))? *$"

SOURCE = Source(
    name="meshcentral",
    title="MeshCentral",
    logsource=Logsource(product="meshcentral"),
    programs=("meshcentral", "https", "mc"),
    claims=False,
    plain_login=False,
    constants={"service": "web"},
    readers=(
        Patterns(
            Pattern(rf"Failed password for (?P<user>.*) {_FROM}", reason="bad_password"),
            Pattern(
                rf"(?:Failed|Invalid) (?:2FA|token|two-factor)[^\n]*? for (?P<user>[^ ]*) {_FROM}",
                reason="mfa",
            ),
            Pattern(
                rf"(?:Locked out|Locked account|Banned|Invalid) [^\n]*?(?:for |user )(?P<user>[^ ]*) {_FROM}",
                reason="locked",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(rf"Accepted (?P<auth_method>[^ ]+)(?: [^ ]+)? for (?P<user>.*) {_FROM}"),
            category="authentication",
            outcome="success",
            action="login",
        ),
    ),
)
