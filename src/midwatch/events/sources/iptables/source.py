"""Packets logged by Linux firewalls: iptables, nftables, UFW, firewalld, OpenWrt, UniFi, Proxmox."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.iptables.packet_log import PacketLog

_UPTIME = r"(?:\[ *[0-9.]{5,20}\] ?)?"

SOURCE = Source(
    name="iptables",
    title="Linux firewall (iptables, nftables and what is built on them)",
    logsource=Logsource(category="firewall", product="linux"),
    programs=("kernel", "ulogd", "ulogd2", "iptables", "nftables", "pvefw-logger", "firewall"),
    marks=(" PROTO=", " DST=", "martian source ", "Possible SYN flooding on port "),
    claims=False,
    priority=40,
    readers=(
        PacketLog(),
        Patterns(
            Pattern(
                rf"{_UPTIME}(?:IPv4: )?martian source (?P<dst_ip>[0-9.]+) from (?P<src_ip>[0-9.]+),? on dev (?P<in_interface>[^ ]+)",
                action="block",
                reason="martian",
            ),
            Pattern(
                rf"{_UPTIME}(?:TCP: )?(?:request_sock_TCP(?:v6)?: )?Possible SYN flooding on port (?:\[?(?P<dst_ip>[0-9a-fA-F.:]+)\]?[:.])?(?P<dst_port>[0-9]{{1,5}})\.",
                action="scan",
                reason="syn_flood",
                protocol="tcp",
            ),
            category="network",
        ),
    ),
)
