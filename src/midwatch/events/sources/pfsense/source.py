"""pfSense's web interface and its captive portal."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_PAGE = r"(?:(?P<page>/[^ ]{1,200}): )?"
_WHO = r"user '(?P<user>.*)' from: (?P<src_ip>[0-9a-fA-F:.%]{2,60})(?: \((?P<auth_method>[^)]{1,80})\))?"
_CLIENT = r"(?P<user>.*), (?P<mac>[0-9a-f:]{17}|), (?P<src_ip>[0-9a-fA-F:.]{2,45})"
_ZONE = r"Zone: (?P<zone>[^ ]{1,64}) - "

SOURCE = Source(
    name="pfsense",
    title="pfSense web interface and captive portal",
    logsource=Logsource(product="pfsense"),
    programs=("php-fpm", "php", "php-cgi", "pfsense", "logportalauth"),
    marks=(
        "webConfigurator authentication error for",
        ": Successful login for user '",
        ": User logged out for user '",
        ": Session timed out for user '",
        ": Configuration Change: ",
    ),
    claims=False,
    plain_login=False,
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(rf"{_PAGE}webConfigurator authentication error for {_WHO}", **_FAILED),
            Pattern(
                rf"{_PAGE}webConfigurator authentication error for (?:user )?'(?P<user>.*)' from:? (?P<src_ip>[0-9a-fA-F:.%]{{2,60}})",
                **_FAILED,
            ),
            Pattern(rf"{_PAGE}webConfigurator authentication error for ", **_FAILED),
            Pattern(rf"{_PAGE}Successful login for {_WHO}", **_LOGIN),
            Pattern(rf"{_PAGE}User logged out for {_WHO}", **_LOGOUT),
            Pattern(rf"{_PAGE}Session timed out for {_WHO}", reason="timeout", **_LOGOUT),
            Pattern(
                rf"{_PAGE}Configuration Change: (?P<user>[^@]{{1,80}})@(?P<src_ip>[0-9a-fA-F:.%]{{2,60}})(?: \((?P<auth_method>[^)]{{1,80}})\))?: (?P<change>.*)",
                category="configuration",
                action="change",
            ),
            Pattern(rf"{_ZONE}FAILURE: {_CLIENT}", service="web", **_FAILED),
            Pattern(rf"{_ZONE}(?:[A-Z ]{{0,20}}LOGIN|ACCEPT): {_CLIENT}", service="web", **_LOGIN),
            Pattern(
                rf"{_ZONE}(?:LOGOUT|DISCONNECT|[A-Z ]{{0,20}}TIMEOUT|CONCURRENT LOGIN)[^:]{{0,60}}: {_CLIENT}",
                service="web",
                **_LOGOUT,
            ),
        ),
    ),
)
