"""F5 BIG-IP: system log, Access Policy Manager, Application Security Manager, iRules.

Most messages begin with a code: ``01490106:4: …``. Access Policy Manager states the
client's address when a session begins; the later lines of the session inherit it.
"""

import re
from typing import Any, Final

from midwatch.events.readers import CodedPatterns, KeyValues, Pattern, Patterns, Translated, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_VPN: Final[_Means] = {"service": "vpn"}
_CHANGE: Final[_Means] = {"category": "configuration", "action": "change", **_ADMIN}

_IP = r"[0-9A-Fa-f.:]{2,45}+"
_SESSION = r"(?:/\S{1,200}?:)?(?:[\w-]{1,80}:)?(?P<session>[0-9a-f]{8}): "
_MODULE = r"(?:AD|LDAP|RADIUS|TACACS\+?|HTTP|Kerberos|SecurID|OCSP|CRLDP|NTLM|OTP|Local) ?(?:Auth|DB)? ?(?:module|agent|Agent|Module)?:? "

_SENTENCES = {
    "01070417 01420002": (
        Pattern(
            rf"AUDIT - .*?[Uu]ser=(?P<user>[^\s(]{{0,128}})(?:\([^()\s]*\))? tty=\S+ host=(?P<src_ip>{_IP}) failed to login after",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(
            rf"AUDIT - .*?[Uu]ser=(?P<user>[^\s(]{{0,128}})(?:\([^()\s]*\))? partition=\S+ level=\S+ tty=\S+ host=(?P<src_ip>{_IP}) attempts=(?P<attempts>\d+) start=\"[^\"]*\"$",
            **_SUCCESS,
            **_ADMIN,
        ),
        Pattern(
            rf"AUDIT - .*?[Uu]ser=(?P<user>[^\s(]{{0,128}})(?:\([^()\s]*\))? partition=\S+ level=\S+ tty=\S+ host=(?P<src_ip>{_IP}) attempts=(?P<attempts>\d+) start=\"[^\"]*\" end=",
            **_LOGOUT,
            **_ADMIN,
        ),
        Pattern(r"AUDIT - pid=\d+ user=(?P<user>\S+) .*?cmd_data=(?P<command>.*)", **_CHANGE),
        Pattern(
            r"AUDIT - client (?P<client>[^,]*), user (?P<user>[^\s,]+) - transaction ", **_CHANGE
        ),
    ),
    "01490106 01490107": (
        Pattern(
            rf"{_SESSION}.*?authentication with '(?P<user>.*)' failed(?: in \S+)?:? ?(?P<reason>.*)",
            **_FAILURE,
            **_VPN,
        ),
        Pattern(rf"{_SESSION}", **_FAILURE, **_VPN),
    ),
    "01490500": (
        Pattern(
            rf"{_SESSION}New session from client IP (?P<src_ip>{_IP})(?:.*? at VIP (?P<dst_ip>{_IP}))?",
            category="network",
            action="connect",
            **_VPN,
        ),
    ),
    "01490102": (
        Pattern(
            rf"{_SESSION}Access policy result: (?:Logon_)?[Dd]en", category="authentication", **_VPN
        ),
        Pattern(rf"{_SESSION}Access policy result: ", **_SUCCESS, **_VPN),
    ),
    "01490010": (
        Pattern(rf"{_SESSION}Username '(?P<user>.*)'", category="authentication", **_VPN),
    ),
    "01490521 01490501 01490502": (
        Pattern(rf"{_SESSION}Session (?:statistics|deleted)", **_LOGOUT, **_VPN),
    ),
    "01260013": (
        Pattern(
            r"SSL Handshake failed for (?P<protocol>\S+) (?P<src>\S+) -> (?P<dst>\S+)",
            category="network",
        ),
    ),
    "01071bd1": (
        Pattern(
            rf"Inbound CMI connection from IP \(?(?P<src_ip>{_IP})\)? denied",
            category="network",
            action="block",
        ),
    ),
    "01010240 01010343 01010038 01010056": (Pattern("Syncookie", category="ids", action="alert"),),
}

_OTHERWISE = (
    Pattern(
        rf"{_SESSION}{_MODULE}.{{0,120}}?(?:with|user) '(?P<user>[^']*)' failed(?:: (?P<reason>.*))?",
        **_FAILURE,
        **_VPN,
    ),
    Pattern(
        rf"{_SESSION}.{{0,200}}?(?:authentication|logon) (?:failed|failure)", **_FAILURE, **_VPN
    ),
    Pattern(rf"{_SESSION}", category="system"),
    Pattern(r".{0,2000}?(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"),
)

_BLOCKED = re.compile("block|reject|drop", re.IGNORECASE)

SOURCE = Source(
    name="f5",
    title="F5 BIG-IP",
    logsource=Logsource(product="f5"),
    programs=(
        "httpd",
        "tmm*",
        "mcpd",
        "apmd",
        "apd",
        "tmsh",
        "bigd",
        "big3d",
        "gtmd",
        "clusterd",
        "chmand",
        "audit_forwarder",
        "pam_audit",
        "mod_auth_pam",
        "dosl7d",
        "alertd",
        "asm_config_server",
        "bigstart",
    ),
    marks=(
        "f5_asm=",
        "f5_irule=",
        "[F5@12276 ",
        ":5: AUDIT - ",
        "01490106:",
        "01490500:",
        "01490107:",
        "AUTHCACHE PAM: user '",
    ),
    priority=20,
    claims=False,
    carry=Carry("session", ("src_ip", "user")),
    readers=(
        KeyValues(
            {
                "host": ("hostname", "unit_hostname"),
                "src_ip": ("ip_client", "x_forwarded_for_header_value", "src_ip"),
                "src_port": "src_port",
                "dst_ip": ("dest_ip", "vip"),
                "dst_port": "dest_port",
                "http_method": ("method", "http_method"),
                "http_status": ("response_code", "http_status"),
                "url": ("uri", "http_uri"),
                "http_host": "http_host",
                "user_agent": "http_user_agent",
                "user": ("username", "user"),
                "policy": "policy_name",
                "session": "support_id",
                "signature": ("sig_names", "violations", "attack_type"),
                "signature_id": "sig_ids",
                "signature_class": "attack_type",
                "signature_severity": Translated(
                    "severity", {"critical": 1, "error": 2, "warning": 2, "informational": 4}
                ),
                "severity": "severity",
            },
            When({"request_status": _BLOCKED}, category="ids", action="block", service="web"),
            When({"request_status": "passed"}, category="web", action="request", service="web"),
            pair=re.compile(r'([A-Za-z_]\w{0,60}+)="?((?<=")[^"]*|[^,"]*)"?(?:,|$)'),
            one_of=("f5_asm=",),
            category="ids",
            action="alert",
            service="web",
        ),
        Patterns(
            Pattern(
                r"(?:(?P<host>[\w.-]{1,255}),)?f5_irule=(?P<irule>[^,]*),src_ip=(?P<src_ip>[^,]*),vip=(?P<dst_ip>[^,]*),"
                r"http_method=(?P<http_method>[^,]*),http_host=(?P<http_host>[^,]*),http_uri=(?P<url>.*?),http_url=",
                category="web",
                action="request",
            ),
            Pattern(
                r"(?:(?P<host>[\w.-]{1,255}),)?f5_irule=(?P<irule>[^,]*DNS[^,]*),src_ip=(?P<src_ip>[^,]*),dns_server_ip=(?P<dst_ip>[^,]*)"
                r"(?:.*?,question_name=(?P<query_name>[^,]*))?",
                category="dns",
                action="query",
            ),
            Pattern(
                r"(?:(?P<host>[\w.-]{1,255}),)?f5_irule=(?P<irule>[^,]*)(?:,src_ip=(?P<src_ip>[^,]*))?",
                category="web",
            ),
            Pattern(
                rf".{{0,80}}?\[client (?P<src_ip>{_IP})\] AUTHCACHE PAM: user '(?P<user>.*)' - not authenticated: (?P<reason>[^,]*)",
                **_FAILURE,
                **_ADMIN,
            ),
        ),
        CodedPatterns(
            r"(?:\[F5@12276 [^\]]*\] )?(?P<code>[0-9a-f]{8}):(?P<level>\d): ?",
            "code",
            _SENTENCES,
            _OTHERWISE,
            category="system",
        ),
        CodedPatterns(
            r'\[F5@12276 .{0,200}?errdefs_msgno="(?P<code>[0-9a-f]{8}):(?P<level>\d):".{0,2000}?\] ',
            "code",
            _SENTENCES,
            _OTHERWISE,
            category="system",
        ),
    ),
)
