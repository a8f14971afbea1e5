"""Sophos: Firewall (SFOS, formerly XG and Cyberoam), UTM 9, and Anti-Virus on Linux and Windows."""

import re
from collections.abc import Mapping

from midwatch.events.readers import (
    ANY,
    Joined,
    KeyValues,
    Part,
    Pattern,
    Patterns,
    Translated,
    When,
)
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_VPN = {"service": "vpn"}
_ADMIN = {"service": "admin"}
_APP = {"service": "app"}

_DENIED = ("Denied", "Deny", "Drop", "Dropped", "Blocked", "Block", "Reject", "Rejected")
_FAILED = ("Failed", "Failure", "Denied", "Expired", "Locked")
_DONE = ("Successful", "Success", "Allow", "Allowed")
_CONSOLE = re.compile(r"^(?:GUI|CLI|SSH|Console|Web ?admin)", re.IGNORECASE)
_TUNNEL = re.compile(r"VPN|IPSec|L2TP|PPTP|Remote access", re.IGNORECASE)
_GOODBYE = re.compile(r"logged (?:out|off)|log-?out|logged-out", re.IGNORECASE)
_LOGIN = re.compile(r"log(?:ged)?[ -]?(?:in|on)\b|sign-?in|login|authenticat", re.IGNORECASE)
_UNTRUE = re.compile(
    r"(?:log-?in|authentication).{0,40}(?:failed|failure|denied)|failed to (?:log|auth)",
    re.IGNORECASE,
)

_SFOS_FIELDS: Mapping[str, Keys] = {
    "time": (
        "timestamp",
        Joined("date", "time", "timezone", form="%s %s%s"),
        Joined("date", "time"),
    ),
    "host": (Translated("device_name", {"sfw": None}, keep=True), "device_serial_id", "device_id"),
    "severity": ("severity", "priority"),
    "session": ("con_id", "connid", "connection_id"),
    "src_ip": ("src_ip", "sourceip", "source_ip", "srcip", "ip_address"),
    "src_port": ("src_port", "srcport"),
    "dst_ip": ("dst_ip", "localip", "dstip", "destinationip"),
    "dst_port": ("dst_port", "dstport"),
    "protocol": "protocol",
    "in_interface": ("in_interface", "srczone"),
    "out_interface": ("out_interface", "dstzone"),
    "policy": ("fw_rule_id", "fw_rule_name"),
    "bytes_in": ("sent_bytes", "bytes_sent", "bytessent"),
    "bytes_out": ("recv_bytes", "bytes_received", "bytesrcv"),
    "user": ("user_name", "usergroupname", "username", "src_username"),
    "auth_method": ("auth_mechanism", "authenticationmechanism"),
    "reason": "reason",
    "signature": ("signature_msg", "threatname", "threat", "virus", "malware", "attacktype"),
    "signature_id": ("signature_id", "sid", "idp_policy_id"),
    "signature_class": ("classification", "category"),
    "signature_severity": "rule_priority",
    "http_method": ("method", "http_method"),
    "http_status": ("httpstatus", "httpresponsecode", "status_code"),
    "http_host": ("domain", "host", "domainname"),
    "url": "url",
    "url_query": ("querystring", "queryparams"),
    "user_agent": ("user_agent", "useragent"),
    "referrer": "referer",
    "mail_from": ("from_email_address", "sender", "mailfrom"),
    "mail_to": ("to_email_address", "recipient", "mailto"),
    "file": ("file_name", "filename", "file_path", "download_file_name"),
    "process": "app_name",
}

_SFOS_CASES = (
    # Packets
    When(
        {"log_type": "Firewall", "log_component": re.compile("DoS|Spoof|Anomaly")},
        category="ids",
        action="block",
    ),
    When({"log_type": "Firewall", "log_subtype": _DENIED}, category="network", action="block"),
    When({"log_type": "Firewall", "status": _DENIED}, category="network", action="block"),
    When({"log_type": "Firewall", "log_subtype": _DONE}, category="network", action="allow"),
    When({"log_type": "Firewall"}, category="network"),
    # Threats
    When({"log_type": ("IDP", "IPS"), "log_subtype": _DENIED}, category="ids", action="block"),
    When({"log_type": ("IDP", "IPS")}, category="ids", action="alert"),
    When(
        {"log_type": ("ATP", "Active Threat Response"), "log_subtype": _DENIED},
        category="ids",
        action="block",
    ),
    When({"log_type": ("ATP", "Active Threat Response")}, category="ids", action="alert"),
    When({"log_type": "Anti-Virus", "log_subtype": ("Allowed", "Clean")}, category="malware"),
    When(
        {"log_type": ("Anti-Virus", "Sandbox", "Zero-day protection")},
        category="malware",
        action="detect",
    ),
    When(
        {"log_type": ("Anti-Spam", "Anti-Spoof"), "log_subtype": re.compile("Spam$|Denied|Drop")},
        category="mail",
        action="spam",
    ),
    When({"log_type": "Anti-Spam"}, category="mail"),
    # Web
    When(
        {"log_type": "WAF", "reason": re.compile("^(?!-$|$)")},
        category="web",
        action="deny",
        service="web",
    ),
    When({"log_type": "WAF"}, category="web", action="request", service="web"),
    When(
        {"log_type": "Content Filtering", "log_component": "Application", "log_subtype": _DENIED},
        category="network",
        action="block",
    ),
    When(
        {"log_type": "Content Filtering", "log_component": "Application"},
        category="network",
        action="allow",
    ),
    When(
        {"log_type": ("Content Filtering", "Web Filter"), "log_subtype": _DENIED},
        category="web",
        action="deny",
    ),
    When(
        {"log_type": ("Content Filtering", "Web Filter", "SSL")}, category="web", action="request"
    ),
    # Logins
    *(
        When(
            {
                "log_type": "Event",
                "log_subtype": "Authentication",
                "log_component": where,
                key: said,
            },
            **means,
            **service,
        )
        for where, service in ((_CONSOLE, _ADMIN), (_TUNNEL, _VPN), (ANY, _APP))
        for key, said, means in (
            ("message", _GOODBYE, _LOGOUT),
            ("status", _FAILED, _FAILURE),
            ("message", _UNTRUE, _FAILURE),
            ("status", _DONE, _SUCCESS),
        )
    ),
    When(
        {"log_type": "Event", "log_component": _CONSOLE, "message": _GOODBYE}, **_LOGOUT, **_ADMIN
    ),
    When(
        {"log_type": "Event", "log_component": _CONSOLE, "message": _LOGIN, "status": _FAILED},
        **_FAILURE,
        **_ADMIN,
    ),
    When(
        {"log_type": "Event", "log_component": _CONSOLE, "message": _LOGIN, "status": _DONE},
        **_SUCCESS,
        **_ADMIN,
    ),
    When(
        {"log_type": "Event", "log_component": _CONSOLE},
        category="configuration",
        action="change",
        **_ADMIN,
    ),
    When({"log_type": "Event", "log_component": _TUNNEL, "message": _UNTRUE}, **_FAILURE, **_VPN),
    When(
        {"log_type": "Event", "log_component": _TUNNEL, "status": "Established"},
        category="network",
        action="connect",
        **_VPN,
    ),
    When(
        {"log_type": "Event", "log_component": _TUNNEL, "status": "Terminated"},
        category="network",
        action="close",
        **_VPN,
    ),
    When({"log_type": "Event", "log_component": _TUNNEL}, category="network", **_VPN),
)

_UTM_FIELDS: Mapping[str, Keys] = {
    "severity": "severity",
    "src_ip": "srcip",
    "src_port": "srcport",
    "dst_ip": ("dstip", "localip"),
    "dst_port": "dstport",
    "protocol": "proto",
    "in_interface": "initf",
    "out_interface": "outitf",
    "tcp_flags": "tcpflags",
    "policy": "fwrule",
    "user": ("user", "username"),
    "reason": "reason",
    "signature": ("virus", Part("reason", "^([A-Z][A-Z-]+ .+)$")),
    "signature_id": "sid",
    "signature_class": "class",
    "signature_severity": "priority",
    "http_method": "method",
    "http_status": "statuscode",
    "http_host": "host",
    "url": "url",
    "referrer": "referer",
    "user_agent": "ua",
    "mail_from": "from",
    "mail_to": "to",
    "file": "filename",
}

_CALLERS = (
    (("webadmin", "confd", "acc"), _ADMIN),
    (("sshd", "ssh", "loginuser", "console"), {"service": "ssh"}),
    (("openvpn", "ssl", "pptp", "l2tp", "ipsec", "cisco", "remote_access", "html5vpn"), _VPN),
    (("smtp", "pop3"), {"service": "mail"}),
    (ANY, _APP),
)

_UTM_CASES = (
    *(
        When({"sub": "auth", "caller": callers, "name": name}, **means, **service)
        for callers, service in _CALLERS
        for name, means in (
            (re.compile("^Authentication failed"), _FAILURE),
            (re.compile("^Authentication successful"), _SUCCESS),
        )
    ),
    When({"sub": "auth", "name": re.compile("^Authentication failed")}, **_FAILURE, **_APP),
    When({"sub": "auth"}, category="system"),
    When(
        {"sub": "packetfilter", "name": re.compile("scan|flood", re.IGNORECASE)},
        category="network",
        action="scan",
    ),
    When({"sub": "packetfilter", "action": ("drop", "reject")}, category="network", action="block"),
    When({"sub": "packetfilter", "action": "accept"}, category="network", action="allow"),
    When({"sub": "packetfilter"}, category="network"),
    When({"sub": ("ips", "snort"), "action": ("drop", "reject")}, category="ids", action="block"),
    When({"sub": ("ips", "snort")}, category="ids", action="alert"),
    When(
        {"sub": "http", "name": re.compile("virus|malware|ATP|advanced threat", re.IGNORECASE)},
        category="malware",
        action="detect",
    ),
    When(
        {"sub": ("http", "ftp"), "action": ("block", "drop", "warn")}, category="web", action="deny"
    ),
    When({"sub": ("http", "ftp")}, category="web", action="request"),
    When(
        {"sub": ("smtp", "pop3"), "name": re.compile("virus", re.IGNORECASE)},
        category="mail",
        action="virus",
    ),
    When(
        {"sub": ("smtp", "pop3"), "name": re.compile("quarantined|spam", re.IGNORECASE)},
        category="mail",
        action="spam",
    ),
    When(
        {"sub": ("smtp", "pop3"), "name": re.compile("reject", re.IGNORECASE)},
        category="mail",
        action="reject",
    ),
    When(
        {"sub": ("smtp", "pop3"), "name": re.compile("passed|accepted")},
        category="mail",
        action="accept",
    ),
    When({"sub": ("smtp", "pop3")}, category="mail"),
    When({"sub": "vpn", "event": re.compile("started")}, **_SUCCESS, **_VPN),
    When({"sub": "vpn", "event": re.compile("terminated|ended")}, **_LOGOUT, **_VPN),
    When({"sub": "vpn"}, category="network", **_VPN),
    # The web application firewall writes no sub
    When({"statuscode": ANY, "reason": re.compile("^[^-]")}, category="web", action="deny"),
    When({"statuscode": ANY, "method": ANY}, category="web", action="request"),
)

_THREAT = r"(?:[Vv]irus|[Ss]pyware|[Mm]alware|[Tt]rojan|PUA|[Ss]uspicious file|[Tt]hreat)"

SOURCE = Source(
    name="sophos",
    title="Sophos Firewall, UTM and Anti-Virus",
    logsource=Logsource(category="firewall", product="sophos"),
    marks=(
        'device="SFW"',
        'device_name="SFW"',
        'log_component="',
        ' sys="SecureNet" sub="',
        ' sys="SecureWeb" sub="',
        ' sys="SecureMail" sub="',
        ' sys="System" sub="',
        ' sys="SecureWiFi" sub="',
        "<log><category>",
        "Sophos Cloud",
        "Sophos Anti-Virus",
        "belongs to virus/spyware '",
        "Virus/spyware '",
    ),
    programs=("aua", "ulogd", "httpproxy", "reverseproxy"),
    claims=False,
    readers=(
        KeyValues(
            _SFOS_FIELDS,
            *_SFOS_CASES,
            require=("log_component", "log_type", "log_subtype"),
            category="system",
        ),
        KeyValues(_UTM_FIELDS, *_UTM_CASES, require=("sys", "sub", "id"), category="system"),
        KeyValues(
            _UTM_FIELDS,
            *_UTM_CASES,
            require=("srcip", "statuscode", "localip", "id"),
            category="web",
        ),
        Patterns(
            Pattern(
                r"<log><category>(?P<log>[^<]*)</category><level>(?P<severity>[^<]*)</level>"
                r"<domain>(?P<program>[^<]*)</domain><msg>(?P<text>[^<]*THREAT[^<]*)</msg>"
                r"<time>(?P<time>\d+)</time>(?:<arg>(?P<file>[^<]*)</arg>)?(?:<arg>(?P<signature>[^<]*)</arg>)?",
                category="malware",
                action="detect",
            ),
            Pattern(
                r"<log><category>(?P<log>[^<]*)</category><level>(?P<severity>[^<]*)</level>"
                r"<domain>(?P<program>[^<]*)</domain><msg>(?P<text>[^<]*)</msg><time>(?P<time>\d+)</time>",
                category="system",
            ),
            Pattern(
                rf"(?:File \"(?P<file>[^\"]*)\" belongs to|.{{0,400}}?){_THREAT}[^']{{0,80}}'(?P<signature>[^']*)'",
                category="malware",
                action="detect",
            ),
            Pattern("Scan '|Sophos |.{0,100}Sophos Anti-Virus", category="system"),
        ),
    ),
)
