"""UniFi consoles, controllers and devices: CEF of UniFi Network and UniFi OS, switches, stations.

UniFi OS writes CEF with a header value too few, which the general reader takes for none;
the sentence in ``msg`` says all there is.
"""

import re

from midwatch.events.readers import CommonEventFormat, Pattern, Patterns, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_ADMIN = {"service": "admin"}
_IP = r"(?P<src_ip>[0-9a-fA-F.:]{2,45})"
_TAIL = rf".{{0,400}}?Source IP: {_IP}"
_OS = (
    r"(?:CEF: ?)?0\|Ubiquiti\|[^|]{0,40}\|[^|]{0,40}\|(?P<event_class>[^|]{0,40})\|[^|]{0,10}\|msg="
)


def _named(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_FIELDS: dict[str, Keys] = {
    "src_ip": ("src", "UNIFIclientIp", "UNIFIremoteIp"),
    "src_port": "spt",
    "src_host": ("UNIFIclientHostname", "UNIFIclientAlias", "UNIFIclientMac"),
    "dst_ip": "dst",
    "dst_port": "dpt",
    "protocol": "proto",
    "user": ("UNIFIadmin", "UNIFIuser", "suser", "duser"),
    "auth_method": "UNIFIaccessMethod",
    "host": "UNIFIhost",
    "policy": ("UNIFIfirewallRuleName", "UNIFIpolicyName", "UNIFIruleName", "UNIFIpolicy"),
    "signature": ("UNIFIipsSignature", "UNIFIthreat"),
    "signature_id": "UNIFIipsSignatureId",
    "signature_class": ("UNIFIipsCategory", "UNIFIthreatType"),
    "in_interface": "UNIFIinInterface",
    "severity": ("UNIFIrisk", "cef_severity"),
    "time": "UNIFIutcTime",
    "name": "name",
}

SOURCE = Source(
    name="unifi",
    title="Ubiquiti UniFi",
    logsource=Logsource(product="unifi"),
    programs=(
        "switch",
        "trapmgr",
        "user_mgr",
        "dot1s",
        "cli_web",
        "mcad",
        "stahtd",
        "syswrapper",
        "ubnt*",
        "ulp-go",
        "unifi*",
        "ace_reporter",
        "logread",
        "wevent",
        "mca-ctrl",
        "mca-monitor",
        "linkcheck",
        "utermd",
        "udapi-server",
    ),
    marks=("|Ubiquiti|", "Failed admin login for ", "STA_ASSOC_TRACKER"),
    readers=(
        Patterns(
            Pattern(
                rf"{_OS}(?P<user>.{{1,160}}?) (?:failed to (?:log ?in|sign in|access)|entered (?:an? )?(?:wrong|invalid|incorrect)){_TAIL}",
                **_FAILED,
            ),
            Pattern(
                rf"{_OS}(?:Failed|Invalid|Unsuccessful) (?:.{{0,80}}?(?:for|by|from) (?P<user>[^ ]{{1,120}}))?{_TAIL}",
                **_FAILED,
            ),
            Pattern(
                rf"{_OS}(?P<user>.{{1,160}}?) (?:accessed|logged in|signed in){_TAIL}", **_LOGIN
            ),
            Pattern(
                rf"{_OS}(?P<user>.{{1,160}}?) (?:changed|updated|added|removed|created|deleted|enabled|disabled) {_TAIL}",
                category="configuration",
                action="change",
            ),
            Pattern(rf"{_OS}(?:{_TAIL})?", category="system"),
            Pattern(
                rf"(?:<[^>]{{1,80}}> +)?(?:[A-Z]{{4,8}} +)?(?:[\w.-]{{1,40}} +)?(?:- )?(?:\[[^\]]{{1,64}}\] )?Failed admin login for (?P<user>.*) from {_IP}",
                **_FAILED,
            ),
            **_ADMIN,
        ),
        CommonEventFormat(
            _FIELDS,
            When(
                {
                    "name": _named(
                        r"admin.{0,80}(fail|denied|invalid|incorrect)|fail.{0,80}(login|log in|sign)"
                    )
                },
                **_FAILED,
                **_ADMIN,
            ),
            When(
                {"name": _named(r"admin (accessed|logged in|signed in)|admin login|admin access")},
                **_LOGIN,
                **_ADMIN,
            ),
            When(
                {
                    "name": _named(
                        r"admin.{0,80}(change|added|removed|created|deleted|updated|made)|config"
                    )
                },
                category="configuration",
                action="change",
                **_ADMIN,
            ),
            When({"name": _named(r"threat.{0,80}blocked")}, category="ids", action="block"),
            When(
                {"UNIFIsubCategory": _named("intrusion|honeypot|threat")},
                category="ids",
                action="alert",
            ),
            When({"name": _named("threat|honeypot|intrusion")}, category="ids", action="alert"),
            When({"name": _named(r"block|denied|drop|reject")}, category="network", action="block"),
            When({"name": _named("vpn.{0,80}(fail|denied)")}, service="vpn", **_FAILED),
            When({"name": _named("vpn client connected")}, service="vpn", **_LOGIN),
            When(
                {"name": _named("vpn client disconnected")},
                service="vpn",
                category="authentication",
                action="logout",
            ),
            When(
                {"name": _named("(firewall|policy).{0,80}allow")},
                category="network",
                action="allow",
            ),
            When({"name": _named("disconnected")}, category="network", action="close"),
            When({"name": _named("connected|roamed")}, category="network", action="connect"),
            vendors=("ubiquiti",),
            category="system",
        ),
        # FASTPATH of the switches
        Patterns(
            Pattern(
                r"(?:TRAPMGR[\w-]{0,20}: |[^%]{0,60}%% )?Failed User Login: Unit: [0-9]+ User ID: (?P<user>[^ ]{1,64})",
                **_FAILED,
                **_ADMIN,
            ),
            Pattern(
                r"(?:USER_MGR|CLI_WEB|EMWEB)[\w-]{0,20}: (?=.{0,200}?(?:[Ff]ailed|[Dd]enied))(?=.{0,200}?[Ll]og ?in)(?:.{0,200}?[Uu]ser(?: ID)?:? '?(?P<user>[^ ']{1,64}))?",
                **_FAILED,
                **_ADMIN,
            ),
            Pattern(r"(?P<facility>[A-Z][A-Z0-9_]{1,20})(?:-[A-Z_]{1,20})?: ", category="system"),
        ),
        # What the access points' station tracker says of joins that went wrong
        Patterns(
            Pattern(
                r'\[?STA-TRACKER\]?[^{]{0,80}\{.{0,200}?"mac":"(?P<src_host>[0-9a-f:]{17})".{0,400}?"event_type":"(?:failure|auth_failure|timeout)"',
                category="network",
                reason="association_failed",
                service="wifi",
            ),
            Pattern(
                r'\[?STA-TRACKER\]?[^{]{0,80}\{.{0,200}?"mac":"(?P<src_host>[0-9a-f:]{17})"',
                category="network",
                service="wifi",
            ),
        ),
    ),
)
