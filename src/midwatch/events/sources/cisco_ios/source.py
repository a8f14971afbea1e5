"""Cisco's switches, routers and wireless controllers: IOS, IOS XE, IOS XR, NX-OS, AireOS.

Their messages are named ``%FACILITY-LEVEL-MNEMONIC``; the mnemonic decides what is read.
Counters, stamps and host names before it are the header's (see ``events.header``).
"""

from typing import Any, Final

from midwatch.events.readers import CodedPatterns, Pattern
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_BLOCK: Final[_Means] = {"category": "network", "action": "block"}
_ALLOW: Final[_Means] = {"category": "network", "action": "allow"}
_CHANGE: Final[_Means] = {"category": "configuration", "action": "change", **_ADMIN}

_IP = r"[0-9A-Fa-f.:]{2,45}+"
_VIA = r"(?: ?\((?P<in_interface>[A-Za-z][^\s()]*)[^()]{0,40}\))?"
_LIST = r"(?:\S{1,40} \S{1,40}:? +)?list (?P<policy>\S+) "
_PORTS = rf"(?P<protocol>\S+) (?P<src_ip>[^\s(]+)\((?P<src_port>\w+)\){_VIA} ?-> ?(?P<dst_ip>[^\s(]+)\((?P<dst_port>\w+)\)"
_NO_PORTS = rf"(?P<protocol>\S+) (?P<src_ip>[^\s(]+){_VIA} ?-> ?(?P<dst_ip>[^\s(,]+)"
_BRACKETS = (
    r"\[user: (?P<user>.*)\] \[Source: (?P<src_ip>[^\]]*)\] \[localport: (?P<dst_port>\d+)\]"
)
_LINE = r"(?: on (?P<terminal>\S+))?(?: \((?P<src_ip>[^\s()]+)\))?"


def _lists(packet: str) -> tuple[Pattern, ...]:
    return (
        Pattern(f"{_LIST}denied {packet}", **_BLOCK),
        Pattern(f"{_LIST}permitted {packet}", **_ALLOW),
    )


_SENTENCES = {
    # Access lists and firewalls
    "IPACCESSLOGP ACCESSLOGP IPACCESSLOGSP": _lists(_PORTS),
    "IPACCESSLOGDP IPACCESSLOGNP IPACCESSLOGRP ACCESSLOGDP ACCESSLOGNP": _lists(_NO_PORTS),
    "IPACCESSLOGS ACCESSLOGSP": _lists(rf"(?P<src_ip>{_IP}) "),
    "ACLLOG_FLOW_INTERVAL ACLLOG_NEW_FLOW": (
        Pattern(
            r"(?:Src|Source) IP: (?P<src_ip>[^\s,]+), (?:Dst|Destination) IP: (?P<dst_ip>[^\s,]+), "
            r"(?:Src|Source) Port: (?P<src_port>\d+), (?:Dst|Destination) Port: (?P<dst_port>\d+), "
            r"(?:Src|Source) (?:Intf|Interface): (?P<in_interface>[^\s,]+), Protocol: \"?(?P<protocol>\w+)",
            category="network",
        ),
    ),
    "DROP_PKT": (
        Pattern(
            r".{0,60}?Dropping (?P<protocol>\S+) (?:session|pkt)(?: from \S+)? \[?(?P<src>[0-9A-Fa-f.:]+)(?: =>)? (?P<dst>[0-9A-Fa-f.:]+)\]?"
            r"(?: on zone-pair (?P<policy>\S+))?",
            **_BLOCK,
        ),
    ),
    "SESS_AUDIT_TRAIL_START": (
        Pattern(
            r".{0,120}?Start (?P<protocol>\S+) session: initiator \((?P<src>[^)]+)\) -- responder \((?P<dst>[^)]+)\)",
            category="network",
            action="connect",
        ),
    ),
    "SESS_AUDIT_TRAIL": (
        Pattern(
            r".{0,120}?Stop (?P<protocol>\S+) session: initiator \((?P<src>[^)]+)\) sent (?P<bytes_in>\d+) bytes -- responder \((?P<dst>[^)]+)\) sent (?P<bytes_out>\d+)",
            category="network",
            action="close",
        ),
    ),
    "SIGNATURE": (
        Pattern(
            r"Sig:(?P<signature_id>\d+) .*?Sev:\S+ (?P<signature>.*?) \[(?P<src>[^\s\]]+) -> (?P<dst>[^\s\]]+)\]",
            category="ids",
            action="alert",
        ),
    ),
    # Logins
    "LOGIN_FAILED": (
        Pattern(
            rf"Login failed {_BRACKETS}(?: \[Reason: (?P<reason>[^\]]*)\])?", **_FAILURE, **_ADMIN
        ),
        Pattern(r".{0,80}?Login failed for the user:(?P<user>\S+?)\.? ", **_FAILURE, **_ADMIN),
        Pattern(r".{0,80}?Login failed(?:\.? User:? ?'?(?P<user>[^\s',]+))?", **_FAILURE, **_ADMIN),
        Pattern("", **_FAILURE, **_ADMIN),
    ),
    "LOGIN_SUCCESS": (Pattern(rf"Login Success {_BRACKETS}", **_SUCCESS, **_ADMIN),),
    "LOGIN_PASSED": (
        Pattern(
            r".{0,60}?Login Successful from host (?P<src_ip>\S+) by user '(?P<user>[^']*)'",
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "QUIET_MODE_ON": (
        Pattern(
            rf".*?{_BRACKETS}",
            category="authentication",
            outcome="failure",
            action="lockout",
            **_ADMIN,
        ),
    ),
    "SSH2_USERAUTH SSH_USERAUTH": (
        Pattern(
            r"User '(?P<user>.*)' authentication for SSH\d? Session from (?P<src_ip>\S+) (?:\(tty = (?P<terminal>\d+)\) )?.*Failed$",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(
            r"User '(?P<user>.*)' authentication for SSH\d? Session from (?P<src_ip>\S+) (?:\(tty = (?P<terminal>\d+)\) )?.*Succeeded$",
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "SSH2_SESSION SSH_SESSION": (
        Pattern(
            r"SSH\d? Session request from (?P<src_ip>\S+)",
            category="network",
            action="connect",
            **_ADMIN,
        ),
    ),
    "SSH2_CLOSE SSH_CLOSE": (
        Pattern(
            r"SSH\d? Session from (?P<src_ip>\S+) .*?for user '(?P<user>.*)' using .*closed",
            **_LOGOUT,
            **_ADMIN,
        ),
    ),
    "AUTHEN_FAILED INFO_FAILURE": (
        Pattern(
            r".{0,80}?Failed authentication attempt by user '(?P<user>.*)' from '(?P<src_ip>[^']*)'",
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    "AUTHEN_SUCCESS INFO_SUCCESS": (
        Pattern(
            r".{0,80}?Successfully authenticated user '(?P<user>.*)' from '(?P<src_ip>[^']*)'",
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "INFO_GENERAL": (
        Pattern(
            rf".{{0,40}}?Failed \S+ for (?:invalid user )?(?P<user>.*) from (?P<src_ip>{_IP}) port (?P<src_port>\d+)",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(
            rf".{{0,40}}?Accepted \S+ for (?P<user>.*) from (?P<src_ip>{_IP}) port (?P<src_port>\d+)",
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "AUTH_PASSED": (
        Pattern(
            r".{0,60}?User '(?P<user>[^']*)' authenticated successfully from (?P<src_ip>[0-9.]+|[0-9A-Fa-f:]+?):(?P<src_port>\d+) ",
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "AUTH_FAILED AUTHENTICATION_FAILED": (
        Pattern(
            r".{0,60}?(?:User|user) '(?P<user>.*)'.*? from (?P<src_ip>[0-9.]+|[0-9A-Fa-f:]+?):(?P<src_port>\d+)",
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    "AUTHFAIL": (
        Pattern(
            rf"Authentication failure for SNMP re\w+ from host (?P<src_ip>{_IP})",
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    "AAA_AUTH_ADMIN_USER": (
        Pattern(
            r".{0,80}?Authentication failed for admin user '(?P<user>.*)'", **_FAILURE, **_ADMIN
        ),
        Pattern(
            r".{0,80}?Authentication succeeded for admin user '(?P<user>.*)'", **_SUCCESS, **_ADMIN
        ),
    ),
    "SYSTEM_MSG": (
        Pattern(
            rf"pam_aaa:Authentication failed(?: for user (?P<user>.*))? from (?P<src_ip>{_IP})",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(
            rf"(?:error: )?PAM: Authentication failure for (?:illegal user )?(?P<user>.*) from (?P<src_ip>{_IP})",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(
            rf"(?:error: )?(?:Failed \S+ for (?:invalid user )?|Invalid user )(?P<user>.*) from (?P<src_ip>{_IP})",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(rf"Accepted \S+ for (?P<user>.*) from (?P<src_ip>{_IP})", **_SUCCESS, **_ADMIN),
        Pattern(
            rf"User (?P<user>\S+) logged (?:in|on)(?:.* from (?P<src_ip>{_IP}))?",
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "PRIV_AUTH_FAIL": (
        Pattern(
            rf"Authentication to Privilege level (?P<new_level>\d+) failed by (?P<user>\S+){_LINE}",
            category="authentication",
            outcome="failure",
            action="privilege",
            **_ADMIN,
        ),
    ),
    "PRIV_AUTH_PASS PRIV_I": (
        Pattern(
            rf"Privilege level set to (?P<new_level>\d+) by (?P<user>\S+){_LINE}",
            category="authentication",
            outcome="success",
            action="privilege",
            **_ADMIN,
        ),
    ),
    "LOGOUT": (
        Pattern(
            r"User (?P<user>.*) has exited tty session \d+\((?P<src_ip>[^)]*)\)",
            **_LOGOUT,
            **_ADMIN,
        ),
    ),
    "FAIL": (
        Pattern(
            r"(?:\S+ )?Authentication failed for client \((?P<mac>[^)]+)\) (?:with reason \((?P<reason>[^)]*)\) )?on Interface (?P<in_interface>\S+)",
            **_FAILURE,
            service="app",
        ),
        Pattern(
            r"(?:\S+ )?Authorization failed.*? for client \((?P<mac>[^)]+)\)", category="network"
        ),
    ),
    "VPN_TUNNEL_STATUS": (
        Pattern(
            r".*?Authentication FAILED +User=(?P<user>\S*) +Group=\S* +Client_public_addr=(?P<src_ip>\S+)",
            **_FAILURE,
            service="vpn",
        ),
        Pattern(
            r".*?Authentication PASSED +User=(?P<user>\S*) +Group=\S* +Client_public_addr=(?P<src_ip>\S+)",
            **_SUCCESS,
            service="vpn",
        ),
    ),
    "IKMP_MODE_FAILURE": (
        Pattern(
            rf"Processing of \S+ mode failed with peer at (?P<src_ip>{_IP})",
            category="network",
            service="vpn",
        ),
    ),
    "BADAUTH": (
        Pattern(
            r"(?P<reason>.*?) from (?P<src_ip>[^\s(]+)\((?P<src_port>\d+)\) to (?P<dst_ip>[^\s(]+)\((?P<dst_port>\d+)\)",
            **_BLOCK,
        ),
    ),
    # Configuration
    "CONFIG_I VSHD_SYSLOG_CONFIG_I CONFIG_P": (
        Pattern(
            r"Configured from (?P<origin>\S+) by (?P<user>\S+) on (?P<terminal>[^\s@]+)(?: \((?P<src_ip>[^\s()]+)\))?$",
            **_CHANGE,
        ),
        Pattern(
            r"Configured from (?P<origin>\S+) by (?P<user>\S+) on (?P<src_ip>[^\s@]+)@(?P<terminal>\S+)",
            **_CHANGE,
        ),
        Pattern(
            r"Configured from (?P<origin>\S+) by (?P<terminal>(?:vty|con|tty)\S*)(?: \((?P<src_ip>[^\s()]+)\))?",
            **_CHANGE,
        ),
        Pattern(r"Configured from (?P<origin>\S+)(?: by (?P<user>\S+))?", **_CHANGE),
    ),
    "CFGLOG_LOGGEDCMD": (
        Pattern(r"User:(?P<user>.*?) +logged command:(?P<command>.*)", **_CHANGE),
    ),
    "AAA_ACCOUNTING_MESSAGE": (
        Pattern(
            r"update:(?P<src_ip>[^@:]*)@(?P<terminal>[^:]*):(?P<user>[^:]*):(?P<command>.*)",
            **_CHANGE,
        ),
    ),
}

_OTHERWISE = (
    Pattern(
        rf".{{0,400}}?(?:login|logon|authentication) (?:failed|failure)\b(?:.*?user[: ='\[]+(?P<user>[^\s'\],]+))?(?:.* from (?P<src_ip>{_IP}))?",
        category="authentication",
        outcome="failure",
        action="login",
        service="admin",
    ),
    Pattern(r".{0,400}?(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"),
)

SOURCE = Source(
    name="cisco_ios",
    title="Cisco IOS, IOS XE, IOS XR, NX-OS and AireOS",
    logsource=Logsource(product="cisco"),
    marks=(
        "%SYS-5-",
        "%SYS-6-",
        "%SEC-6-",
        "%SEC_LOGIN-",
        "%SSH-",
        "%LINK-3-",
        "%LINEPROTO-5-",
        "%AUTHMGR-",
        "%DOT1X-",
        "%AAA-",
    ),
    priority=14,
    distinct=True,
    readers=(
        CodedPatterns(
            r"%(?P<facility>(?!(?:ASA|PIX|FWSM|FTD)-)[A-Za-z][\w-]{0,80}?)-(?P<level>[0-7])-(?P<mnemonic>[A-Z][A-Z0-9_]{1,60}) ?:? *",
            "mnemonic",
            _SENTENCES,
            _OTHERWISE,
            category="system",
        ),
    ),
)
