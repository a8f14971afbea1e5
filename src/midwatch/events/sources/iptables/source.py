"""Packets logged by Linux firewalls: iptables, nftables, UFW, firewalld, OpenWrt, UniFi, Proxmox."""

from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.iptables.packet_log import PacketLog

SOURCE = Source(
    name="iptables",
    title="Linux firewall (iptables, nftables and what is built on them)",
    logsource=Logsource(category="firewall", product="linux"),
    programs=("kernel", "ulogd", "ulogd2", "iptables", "nftables", "pvefw-logger", "firewall"),
    marks=(" PROTO=", " DST="),
    claims=False,
    priority=20,
    readers=(PacketLog(),),
)
