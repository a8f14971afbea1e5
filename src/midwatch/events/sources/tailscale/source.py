"""Tailscale's daemon: who came in by Tailscale SSH, and who was refused."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_LEAD: Final = r"(?:ssh-conn-(?P<session>[^: ]{1,80}): |ssh-session\([^)]{1,80}\): )"

SOURCE = Source(
    name="tailscale",
    title="Tailscale",
    logsource=Logsource(product="tailscale"),
    programs=("tailscaled", "tailscale"),
    marks=("ssh-conn-", "ssh-session(sess-"),
    plain_login=False,
    constants={"service": "ssh"},
    carry=Carry("session", ("src_ip", "src_port")),
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}access granted to (?P<src_user>[^ ]+) as ssh-user \"(?P<user>[^\"]*)\"",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>(?:access denied|tailnet policy does not permit|rejecting connection)[^\n]*)",
                category="authentication",
                outcome="failure",
                action="login",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}handling conn: (?P<src_ip>[0-9.]{{7,15}}|\[?[0-9A-Fa-f:]{{2,45}}\]?):(?P<src_port>\d+)->(?P<user>[^@]{{0,128}})@(?P<dst>[^ ]+)",
                category="network",
                action="connect",
            ),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)", category="network"),
        ),
    ),
)
