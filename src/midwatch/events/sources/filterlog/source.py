"""The packet filter log of pfSense and OPNsense, and that of BSD's ``pf`` as text."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.filterlog.packet_filter import PacketFilter

# tcpdump's text, as pfSense up to 2.1 and OpenBSD's pflogd write it.
_RULE = r"(?:[0-9:.]{5,20} )?rule (?P<policy>[^ (]{1,40})\((?:match|[0-9])\):? "
_V4 = r"(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:\.(?P<src_port>\d{1,5}))? > (?P<dst_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:\.(?P<dst_port>\d{1,5}))?:"
_BLOCK = {"category": "network", "action": "block"}
_ALLOW = {"category": "network", "action": "allow"}

SOURCE = Source(
    name="filterlog",
    title="pfSense and OPNsense packet filter",
    logsource=Logsource(category="firewall", product="pfsense"),
    programs=("filterlog", "pf", "pflogd"),
    marks=(
        ",match,block,in,",
        ",match,pass,in,",
        ",match,block,out,",
        ",match,pass,out,",
        ",match,reject,in,",
        ",match,reject,out,",
        ",match,rdr,in,",
        ",match,nat,out,",
    ),
    plain_login=False,
    readers=(
        PacketFilter(),
        Patterns(
            Pattern(rf"{_RULE}block in on (?P<in_interface>[^ :]+): .*?{_V4}", **_BLOCK),
            Pattern(rf"{_RULE}pass in on (?P<in_interface>[^ :]+): .*?{_V4}", **_ALLOW),
            Pattern(rf"{_RULE}block out on (?P<out_interface>[^ :]+): .*?{_V4}", **_BLOCK),
            Pattern(rf"{_RULE}pass out on (?P<out_interface>[^ :]+): .*?{_V4}", **_ALLOW),
        ),
    ),
)
