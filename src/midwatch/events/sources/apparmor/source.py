"""AppArmor: what its profiles allowed and denied, by the kernel or by the audit daemon."""

from __future__ import annotations

from midwatch.events.readers import KeyValues, Part, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="apparmor",
    title="AppArmor",
    logsource=Logsource(product="linux", service="apparmor"),
    marks=('apparmor="',),
    priority=40,
    readers=(
        KeyValues(
            {
                "time": Part("msg", r"^audit\((\d+\.\d+)"),
                "process": "comm",
                "file": ("name", "target"),
                "policy": "profile",
                "reason": "operation",
                "src_ip": "faddr",
                "src_port": "fport",
                "dst_ip": "laddr",
                "dst_port": "lport",
            },
            When({"apparmor": "DENIED", "class": "net"}, category="network", action="block"),
            When({"apparmor": "STATUS"}, category="configuration", action="change"),
            require=("apparmor",),
            category="process",
        ),
    ),
)
