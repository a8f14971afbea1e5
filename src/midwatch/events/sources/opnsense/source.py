"""OPNsense's web interface, its audit lines and its captive portal."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_CHANGE = {"category": "configuration", "action": "change"}
# The page, twice where the tag is the page too; a host name where the header had no tag.
_PAGE = r"(?:[\w.-]{1,80} )?(?:(?P<page>/[^ ]{1,200}): )?(?:/[^ ]{1,200}: )?"
_IP = r"(?P<src_ip>[0-9a-fA-F:.%]{2,60})"
_VPN_SERVICE = r"(?:[Oo]pen[Vv][Pp][Nn]|[Ii][Pp][Ss]ec|[Xx]auth)"

SOURCE = Source(
    name="opnsense",
    title="OPNsense web interface and audit log",
    logsource=Logsource(product="opnsense"),
    programs=("audit", "opnsense", "captiveportal"),
    marks=(
        "Web GUI authentication error for '",
        ": Successful login for user '",
        ": User logged out for user '",
        ": Session timed out for user '",
        r"[using OPNsense\Auth",
        " changed configuration to /conf/backup/",
    ),
    claims=False,
    plain_login=False,
    priority=49,
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                rf"{_PAGE}(?:Web GUI|webConfigurator) authentication error for (?:user )?'(?P<user>.*)' from:? {_IP}",
                **_FAILED,
            ),
            Pattern(rf"{_PAGE}Web GUI authentication error for ", **_FAILED),
            Pattern(
                rf"{_PAGE}Successful login for user '(?P<user>.*)' from: {_IP}(?! \()", **_LOGIN
            ),
            Pattern(
                rf"{_PAGE}User logged out for user '(?P<user>.*)' from: {_IP}(?! \()", **_LOGOUT
            ),
            Pattern(
                rf"{_PAGE}Session timed out for user '(?P<user>.*)' from: {_IP}(?! \()",
                reason="timeout",
                **_LOGOUT,
            ),
            Pattern(
                rf"user (?P<user>.*) (?:could not authenticate|failed authentication) for {_VPN_SERVICE}",
                service="vpn",
                **_FAILED,
            ),
            Pattern(
                r"user (?P<user>.*) (?:could not authenticate|failed authentication) for (?P<facility>[^ .,]{1,64})",
                **_FAILED,
            ),
            Pattern(
                rf"user (?P<user>.*) authenticated successfully for {_VPN_SERVICE}",
                service="vpn",
                **_LOGIN,
            ),
            Pattern(
                r"user (?P<user>.*) authenticated successfully for (?P<facility>[^ ]{1,64})",
                **_LOGIN,
            ),
            Pattern(
                rf"user (?P<user>[^ ]+)@{_IP} changed configuration to (?P<file>[^ ]+)(?: in (?P<page>[^ ]+))?(?: (?P<change>.*))?",
                **_CHANGE,
            ),
            Pattern(
                r"user (?P<user>[^ ]+) changed configuration to (?P<file>[^ ]+)(?: in (?P<page>[^ ]+))?(?: (?P<change>.*))?",
                **_CHANGE,
            ),
            Pattern(
                r"uri (?P<page>[^ ]{1,400}) not accessible for user (?P<user>[^ ]{1,100}) using (?P<auth_method>session|api[ -]key)",
                category="web",
                action="deny",
                reason="not_allowed",
            ),
            Pattern(rf"AUTH (?P<user>.*) \({_IP}\) zone (?P<zone>[0-9]+)", service="web", **_LOGIN),
            Pattern(
                rf"DENY (?P<user>.*) \({_IP}\) zone (?P<zone>[0-9]+)", service="web", **_FAILED
            ),
            Pattern(
                rf"(?:LOGOUT|DISCONNECT) (?P<user>.*) \({_IP}\) zone (?P<zone>[0-9]+)",
                service="web",
                **_LOGOUT,
            ),
        ),
    ),
)
