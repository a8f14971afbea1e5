"""ocserv, the OpenConnect VPN server."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:(?:main|worker|worker-vpn|sec-mod)(?:-proc)?(?:\[(?P<login>[^\]]*)\])?:? ?)?"
    r"(?:\[?(?P<src_ip>[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,45}?)\]?(?::(?P<src_port>\d+))? )?"
)

SOURCE = Source(
    name="openconnect",
    title="OpenConnect VPN server (ocserv)",
    logsource=Logsource(product="ocserv"),
    programs=("ocserv", "ocserv-main", "ocserv-worker", "ocserv-sm"),
    plain_login=False,
    constants={"service": "vpn"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}(?:.{{0,40}}: )?failed (?:authentication|password) (?:attempt )?for (?:user )?'(?P<user>.*)'",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}failed authentication(?: attempt)?(?: for (?P<user>[^ ]+))?",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}authentication failed(?: for (?:user )?'?(?P<user>[^' ]*)'?)?",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}user '(?P<user>.*)' (?:failed authentication|is not (?:allowed|in)|authentication failed)[^\n]*",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:PAM authenticate error|pam-auth error|radius-auth: error authenticating user|error authenticating user|PAM-auth (?:conv|failed))(?: for)? '(?P<user>.*)'",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:.{{0,40}}: )?(?P<why>no certificate provided|client certificate[^\n]*verification failed|certificate's username \(.*\) does not match[^\n]*)",
                auth_method="certificate",
                reason="not_allowed",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}user (?:of group '(?P<group>[^']*)' )?(?:logged in|authenticated)(?: \((?P<why>[^)]*)\))?"
            ),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(rf"{_LEAD}new user session", category="authentication"),
            Pattern(
                rf"{_LEAD}user disconnected \((?P<why>[^\n]*)\)",
                category="authentication",
                action="logout",
            ),
            Pattern(
                r"(?:(?:main|sec-mod)[^ ]*:? ?)?added (?P<points>\d+) points \(total (?P<total>\d+)\) for IP '(?P<src_ip>[^']*)' to ban list",
                category="network",
            ),
            Pattern(
                r"(?:(?:main|sec-mod)[^ ]*:? ?)?IP '(?P<src_ip>[^']*)' (?:is|was) banned",
                category="network",
            ),
            Pattern(
                r"(?:(?:main|worker)[^ ]*:? ?)?rejected connection from banned IP: (?P<src_ip>[^ ]+)",
                category="network",
                action="block",
                reason="blocklist",
            ),
        ),
    ),
)
