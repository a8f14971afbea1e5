"""MikroTik RouterOS: firewall, logins, VPN and PPP users, address leases, wireless clients."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.mikrotik.topics import FirewallLine, Topics

_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_ADMIN = {"service": "admin"}
_VPN = {"service": "vpn"}
_ADDRESS = r"[0-9a-fA-F.:]{3,45}"
_ENDPOINT = r"[0-9a-fA-F.:]{3,45}(?:\[[0-9]{1,5}\])?"
_VIA = r" via (?P<auth_method>[\w./-]{1,40})(?: |$)"
_FROM = r" from (?P<src_ip>[^ ]{1,80})"
_TOPIC_NAMES = [
    "account",
    "bridge",
    "caps",
    "certificate",
    "dhcp",
    "dns",
    "dot1x",
    "e-mail",
    "firewall",
    "hotspot",
    "interface",
    "ipsec",
    "l2tp",
    "netwatch",
    "ovpn",
    "ppp",
    "pppoe",
    "pptp",
    "radius",
    "route",
    "script",
    "snmp",
    "ssh",
    "sstp",
    "system",
    "upnp",
    "web-proxy",
    "wifi",
    "wireguard",
    "wireless",
]
_AFTER_TOPIC = ("info", "warning", "error", "critical", "ppp,", "debug", "account")

_SENTENCES = Patterns(
    Pattern(rf"login failure for user (?P<user>.*){_FROM}{_VIA}", **_FAILED, **_ADMIN),
    Pattern(rf"login failure for user (?P<user>.*){_FROM}$", **_FAILED, **_ADMIN),
    Pattern(rf"login failure for user (?P<user>.*){_VIA}", **_FAILED, **_ADMIN),
    Pattern(r"login failure for user ", **_FAILED, **_ADMIN),
    Pattern(rf"user (?P<user>.*) logged in{_FROM}{_VIA}", **_LOGIN, **_ADMIN),
    Pattern(rf"user (?P<user>.*) logged in{_VIA}", **_LOGIN, **_ADMIN),
    Pattern(rf"user (?P<user>.*) logged out{_FROM}{_VIA}", **_LOGOUT, **_ADMIN),
    Pattern(rf"user (?P<user>.*) logged out{_VIA}", **_LOGOUT, **_ADMIN),
    Pattern(
        rf"denied (?P<denied>[\w/. -]{{1,40}}) connect from (?P<src_ip>{_ADDRESS})",
        category="network",
        action="block",
        reason="not_allowed",
        **_ADMIN,
    ),
    Pattern(
        rf"user (?P<user>.*) (?:added|changed|removed|enabled|disabled) by (?:[^ @]{{1,80}}:)?(?P<src_user>[^ @]{{1,64}})(?:@(?P<src_ip>{_ADDRESS}))?",
        category="authentication",
        action="account_change",
        **_ADMIN,
    ),
    Pattern(
        rf"user (?P<user>.*) password changed by (?:[^ @]{{1,80}}:)?(?P<src_user>[^ @]{{1,64}})(?:@(?P<src_ip>{_ADDRESS}))?",
        category="authentication",
        action="password_change",
        **_ADMIN,
    ),
    Pattern(
        rf"(?P<object>[\w .<>*/-]{{1,120}}) (?:added|changed|removed|moved|enabled|disabled) by (?:[^ @]{{1,80}}:)?(?P<user>[^ @]{{1,64}})(?:@(?P<src_ip>{_ADDRESS}))?",
        category="configuration",
        action="change",
        **_ADMIN,
    ),
    # PPP of any kind: the interface's name stands in angle brackets, or the caller's address.
    Pattern(
        rf"<(?P<src_ip>{_ADDRESS})>: user (?P<user>.*) authentication failed", **_FAILED, **_VPN
    ),
    Pattern(
        r"(?:<(?P<session>[^>]{0,64})>|)?: user (?P<user>.*) authentication failed",
        **_FAILED,
        **_VPN,
    ),
    Pattern(r"<(?P<session>[^>]{1,64})>: authenticated$", **_LOGIN, **_VPN),
    Pattern(
        r"<(?P<session>[^>]{1,64})>: (?:connected|terminating|disconnected)",
        category="network",
        **_VPN,
    ),
    Pattern(
        rf"(?P<user>.{{1,80}}) logged in, (?P<given_ip>{_ADDRESS})(?: from (?P<src_ip>[^ ]{{1,80}}))?$",
        **_LOGIN,
        **_VPN,
    ),
    Pattern(
        r"(?P<user>.{1,80}) logged out, [0-9 ]{1,80}(?:from (?P<src_ip>[^ ]{1,80}))?",
        **_LOGOUT,
        **_VPN,
    ),
    Pattern(
        rf"(?:TCP connection established|first L2TP UDP packet received) from (?P<src_ip>{_ADDRESS})",
        category="network",
        action="connect",
        **_VPN,
    ),
    # IPsec
    Pattern(
        rf"(?P<src_ip>{_ADDRESS}) parsing packet failed, possible cause: wrong password",
        reason="bad_password",
        **_FAILED,
        **_VPN,
    ),
    Pattern(
        rf"(?:(?P<src>{_ENDPOINT}) )?(?:EAP failed|peer not authorized|identity not found|AUTH mismatch|PSK mismatch|auth(?:entication)? failed)",
        **_FAILED,
        **_VPN,
    ),
    Pattern(
        rf"(?P<src>{_ENDPOINT}) (?:failed to pre-process ph[12] packet|failed to get valid proposal|phase[12] negotiation failed|failed to begin ipsec sa negotiation|no suitable proposal)",
        category="network",
        action="close",
        reason="negotiation_failed",
        **_VPN,
    ),
    Pattern(
        rf"respond new phase 1 \([^)]{{1,40}}\): (?P<dst_ip>{_ADDRESS})\[(?P<dst_port>[0-9]{{1,5}})\]<=>(?P<src_ip>{_ADDRESS})\[(?P<src_port>[0-9]{{1,5}})\]",
        category="network",
        action="connect",
        **_VPN,
    ),
    Pattern(
        rf"(?:new ike2|ISAKMP-SA established|IPsec-SA established|killing ike2|purging ISAKMP-SA|the packet is retransmitted by|phase[12] negotiation failed)[^0-9]{{0,60}}(?P<dst_ip>{_ADDRESS})?",
        category="network",
        **_VPN,
    ),
    # Hotspot
    Pattern(
        rf"(?:->: )?(?P<user>.{{1,80}}) \((?P<src_ip>{_ADDRESS})\): login failed(?:: (?P<detail>.*))?",
        service="web",
        **_FAILED,
    ),
    Pattern(
        rf"(?:->: )?(?P<user>.{{1,80}}) \((?P<src_ip>{_ADDRESS})\): logged in",
        service="web",
        **_LOGIN,
    ),
    Pattern(
        rf"(?:->: )?(?P<user>.{{1,80}}) \((?P<src_ip>{_ADDRESS})\): logged out",
        service="web",
        **_LOGOUT,
    ),
    Pattern(
        rf"(?:->: )?(?P<user>.{{1,80}}) \((?P<src_ip>{_ADDRESS})\): trying to log in",
        category="network",
    ),
    Pattern(
        r"(?P<src_host>[0-9A-F:]{17})@(?P<in_interface>[^ :]{1,64}): (?:connected|reassociating)",
        category="network",
        action="connect",
        service="wifi",
    ),
    Pattern(
        r"(?P<src_host>[0-9A-F:]{17})@(?P<in_interface>[^ :]{1,64}): disconnected(?:, (?P<detail>.*))?",
        category="network",
        action="close",
        service="wifi",
    ),
    Pattern(
        rf"(?P<server>[^ ]{{1,64}}) (?:de)?assigned (?P<src_ip>{_ADDRESS}) (?:to|for|from) (?P<mac>[0-9A-Fa-f:]{{17}})(?: (?P<src_host>[^ ]+))?",
        category="system",
    ),
    Pattern(
        r"(?:router (?:was )?rebooted|system (?:started|rebooted|shutdown))", category="system"
    ),
    Pattern(r"(?P<in_interface>[^ ]{1,64}) link (?:up|down)", category="system"),
)


SOURCE = Source(
    name="mikrotik",
    title="MikroTik RouterOS",
    logsource=Logsource(category="firewall", product="mikrotik"),
    programs=("forward", "input", "output", "prerouting", "postrouting", "srcnat", "dstnat"),
    marks=(
        " proto TCP",
        " proto UDP",
        " proto ICMP",
        " proto 2, ",
        "login failure for user ",
        " logged in from ",
        " logged out from ",
        " via winbox",
        " via local",
        ": user ",
        "denied winbox",
        *(f"{topic},{after}" for topic in _TOPIC_NAMES for after in _AFTER_TOPIC),
    ),
    claims=False,
    plain_login=False,
    priority=45,
    readers=(FirewallLine(), Topics(_SENTENCES)),
)
