"""The Linux kernel: crashed processes, lack of memory, devices, the network's complaints.

Packet filters (iptables, nftables), AppArmor, the audit system and WireGuard also write as
``kernel``; each has a source of its own that is tried first.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_SINCE_BOOT: Final = r"(?:\[ *\d+\.\d+\] ?)?"

SOURCE = Source(
    name="kernel",
    title="Linux kernel",
    logsource=Logsource(product="linux", service="kernel"),
    programs=("kernel", "vmkernel", "vmunix", "klogd"),
    marks=(": segfault at ", " entered promiscuous mode", "Out of memory: Kill"),
    priority=90,
    readers=(
        Patterns(
            Pattern(
                rf"{_SINCE_BOOT}(?:traps: )?(?P<process>[^\[\n]{{1,64}})\[(?P<process_id>\d+)\]:? (?P<reason>segfault|general protection(?: fault)?|trap [a-z ]+|trap divide error)(?: at (?P<fault_address>[0-9a-f]+))? (?:rip|ip)[: ](?P<instruction_pointer>[0-9a-f]+) (?:rsp|sp)[: ](?P<stack_pointer>[0-9a-f]+) error[: ](?P<error>[0-9a-f]+)(?: in (?P<file>[^\[ ]+))?",
                category="process",
            ),
            Pattern(
                rf"{_SINCE_BOOT}(?:Memory cgroup out of memory|Out of memory): Kill(?:ed)? process (?P<process_id>\d+)(?: \((?P<process>[^)]*)\))?",
                category="process",
                reason="out_of_memory",
            ),
            Pattern(
                rf"{_SINCE_BOOT}(?:device (?P<device>[^ ]+)|(?P<interface>[^ :]+): entered promiscuous mode|(?:[^ ]+ )*(?P<driver_interface>[^ :]+): entered) entered promiscuous mode",
                category="network",
                reason="promiscuous_mode",
            ),
            Pattern(
                rf"{_SINCE_BOOT}(?:[^ ]+ ){{0,3}}(?P<interface>[^ :]+): entered promiscuous mode",
                category="network",
                reason="promiscuous_mode",
            ),
            Pattern(
                rf"{_SINCE_BOOT}(?:IPv4: )?martian source (?P<dst_ip>[^ ]+) from (?P<src_ip>[^ ,]+), on dev (?P<in_interface>[^ ]+)",
                category="network",
                reason="martian",
            ),
            Pattern(
                rf"{_SINCE_BOOT}(?:TCP: )?(?:request_sock_TCP: )?Possible SYN flooding on port (?:(?P<dst_ip>[0-9A-Fa-f:.\[\]]+)[:.])?(?P<dst_port>\d+)\. (?P<why>[^\n]*)",
                category="network",
                reason="syn_flood",
            ),
            Pattern(
                rf"{_SINCE_BOOT}usb (?P<device>[^:]+): New USB device found, idVendor=(?P<vendor_id>[0-9a-f]+), idProduct=(?P<product_id>[0-9a-f]+)",
                category="system",
                reason="usb_device",
            ),
            Pattern(rf"{_SINCE_BOOT}Code: (?P<code>[^\n]*)", category="process"),
        ),
    ),
)
