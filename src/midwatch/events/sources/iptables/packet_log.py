"""Reads the packet log of Linux (``IN=… OUT=… SRC=… DST=… PROTO=…``) and Proxmox's form of it.

Before ``IN=`` stands the rule's prefix, which names the policy and the verdict (see
``verdict``). A packet whose prefix says nothing counts as blocked: that is what people
log. What an ICMP error quotes of another packet is not read.

Sources: Linux ``nf_log_syslog.c``; Proxmox VE ``pvefw-logger``; the prefixes of UFW, firewalld,
Shorewall, OpenWrt, UniFi, VyOS, SuSEfirewall2, IPFire, CSF and others as they write them.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.source import Form, Reading
from midwatch.events.sources.iptables.verdict import BLOCK, verdict_of

_PACKET: Final = re.compile(
    r"(?:(?:IN|CONN)=(?P<in_interface>[^ ]*) ?)?(?:OUT=(?P<out_interface>[^ ]*) ?)?"
    r"(?:PHYSIN=[^ ]* )?(?:PHYSOUT=[^ ]* )?(?:MAC=[^ ]* +|MACSRC=[^ ]* MACDST=[^ ]* MACPROTO=[^ ]* )?"
    r"SRC=(?P<src_ip>[^ ]*) DST=(?P<dst_ip>[^ ]*)"
    r"(?:[^\[]*? PROTO=(?P<protocol>[^ ]+)"
    r"(?: SPT=(?P<src_port>[0-9]{1,5}) DPT=(?P<dst_port>[0-9]{1,5}))?"
    r"(?:[^\[]*? WINDOW=[0-9]{1,6}(?: RES=[^ ]{1,4})?"
    r"(?P<tcp_flags>(?: (?:CWR|ECE|URG|ACK|PSH|RST|SYN|FIN)(?![A-Z])){1,8}))?)?"
)
_NAMES: Final = (
    "in_interface", "out_interface", "src_ip", "dst_ip", "protocol", "src_port", "dst_port",
    "tcp_flags", "policy",
)  # fmt: skip
_UPTIME: Final = re.compile(r"(?:.{0,100}kernel: )?(?:\[ *[0-9]{1,9}\.[0-9]{1,9}\] ?)?")
_DESCRIPTION: Final = re.compile(r'\\?"(?P<text>[^"\\]{1,80})\\?"')
_PROXMOX: Final = re.compile(
    r"(?P<vmid>[0-9]{1,9}) (?P<level>[0-9]) (?P<chain>[^ ]{1,64}) "
    r"(?P<time>[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4}) (?P<prefix>[^=]{0,80})"
)
_LONGEST_PREFIX: Final = 200
_MEMO_LIMIT: Final = 4096
_PAIR: Final = re.compile(r"[^=\s]+=[^\s]*")


def vendor_fields(message: str) -> dict[str, str]:
    """The packet's own fields; of a repeated one (LEN) the first."""
    fields: dict[str, str] = {}
    for pair in _PAIR.findall(message.partition(" [SRC=")[0]):
        key, _, value = pair.partition("=")
        if key.isupper():
            fields.setdefault(key, value)
    return fields


class PacketLog:
    """Reads one packet; see the module's documentation."""

    def __init__(self) -> None:
        self._forms: dict[tuple[str, bool], Form] = {
            (action, timed): Form(
                (*_NAMES, "time") if timed else _NAMES,
                {"category": "network", "action": action},
                vendor_fields,
            )
            for action in ("block", "allow")
            for timed in (False, True)
        }
        self._policies: dict[str, tuple[str, str]] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        start = message.find("IN=")
        if start < 0:
            start = message.find("CONN=")
            if start < 0:
                start = message.find("OUT=")
                if start < 0:
                    start = message.find("SRC=")
        if not 0 <= start <= _LONGEST_PREFIX:
            return None
        found = _PACKET.match(message, start)
        if found is None:
            return None
        groups = found.groups()
        prefix = message[:start]
        if prefix[:1].isdigit() and (proxmox := _PROXMOX.match(prefix)) is not None:
            action = verdict_of(proxmox["prefix"]) or BLOCK
            form = self._forms[action, True]
            return form, (*_with_flags(groups), proxmox["chain"], proxmox["time"])
        if prefix and (uptime := _UPTIME.match(prefix)) is not None:
            prefix = prefix[uptime.end() :]
        known = self._policies.get(prefix)
        if known is None:
            known = (verdict_of(prefix) or BLOCK, _policy(prefix))
            if len(self._policies) >= _MEMO_LIMIT:
                self._policies.clear()
            self._policies[prefix] = known
        action, policy = known
        return self._forms[action, False], (*_with_flags(groups), policy)


def _with_flags(groups: tuple[str | None, ...]) -> tuple[str | None, ...]:
    flags = groups[-1]
    return groups if flags is None else (*groups[:-1], flags[1:])


def _policy(prefix: str) -> str:
    """The rule's name in a prefix: UniFi's bracketed one, else all of it but the trimmings."""
    bracket = prefix.rfind("[", 0, prefix.rfind("]") + 1)
    if bracket >= 0 and " " not in prefix[bracket : prefix.rfind("]")]:
        return prefix[bracket + 1 : prefix.rfind("]")]
    description = _DESCRIPTION.search(prefix)
    if description is not None:
        return description["text"]
    return prefix.strip(" []:,-'\"*")
