"""The NFS mount daemon: ``rpc.mountd`` and ``mountd``."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="nfs",
    title="NFS mount daemon",
    logsource=Logsource(product="linux", service="nfs"),
    programs=("rpc.mountd", "mountd", "rpc.nfsd", "nfsd", "exportfs", "rpcbind", "portmap"),
    readers=(
        Patterns(
            Pattern(
                r"(?P<why>refused (?:un)?mount request) from (?P<src>[^ ]+) for (?P<file>[^ ]+)(?: \((?P<export>[^)]*)\))?(?:: (?P<reason>[^\n]*))?",
                action="block",
            ),
            Pattern(
                r"authenticated mount request from (?P<src>[^ ]+) for (?P<file>[^ ]+)",
                action="allow",
            ),
            Pattern(
                r"authenticated unmount request from (?P<src>[^ ]+) for (?P<file>[^ ]+)",
                action="close",
            ),
            Pattern(
                r"mount request from (?P<why>unknown host|unauthorized host) (?P<src>[^ ]+) for (?P<file>[^ ]+)",
                action="block",
            ),
            Pattern(
                r"connect from (?P<src_ip>[^ ]+) to (?P<rpc>[^ :]+)(?:: (?P<reason>request from unauthorized host))",
                action="block",
            ),
            category="network",
        ),
    ),
)
