"""SoftEther VPN's security log, in its own files and over syslog."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\[(?P<hub>(?!HUB )[^\]]*)\] )?(?:\((?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\) )?(?:<[A-Z_]+>: )?"
_LINK: Final = r'(?:On [^"]{1,80})?Connection "(?P<session>[^"]*)"'
_SPEAKER: Final = rf"{_LEAD}(?:\[HUB \"(?P<hub_name>[^\"]*)\"\] )?(?:The )?(?:VPN )?{_LINK}"

SOURCE = Source(
    name="softether",
    title="SoftEther VPN",
    logsource=Logsource(product="softether"),
    programs=("vpnserver", "softether", "vpnbridge"),
    marks=(
        "<SECURITY_LOG>: ",
        '[HUB "',
        'Connection "CID-',
        '] Connection "CID-',
        "On the TCP Listener (Port ",
    ),
    plain_login=False,
    constants={"service": "vpn"},
    readers=(
        Patterns(
            Pattern(
                rf"{_SPEAKER}: User authentication failed\. The user name that has been provided was \"(?P<user>.*)\", from (?P<src_ip>[0-9A-Fa-f:.]+?)\.? *$",
                reason="bad_password",
            ),
            Pattern(
                rf"{_SPEAKER}: User authentication failed\. The user name that has been provided was \"(?P<user>.*)\"",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_SPEAKER}[: ]+Successfully authenticated as user \"(?P<user>.*)\"",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}(?:\[HUB \"(?P<hub_name>[^\"]*)\"\] )?(?:The connection|On the TCP Listener)[^\n]*?\(?(?:IP address:? ?|Client \(IP address )(?P<src_ip>[0-9A-Fa-f:.]+),",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_SPEAKER}[^\n]*?IP address:? (?P<src_ip>[0-9A-Fa-f:.]+)",
                category="network",
            ),
            Pattern(rf"{_SPEAKER}(?P<why>[^\n]*)", category="network"),
            Pattern(
                rf"{_LEAD}\[HUB \"(?P<hub_name>[^\"]*)\"\] (?P<why>[^\n]*)", category="network"
            ),
        ),
    ),
)
