"""Radware DefensePro and Alteon: attacks and the devices' own messages."""

from typing import Any, Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE: Final[dict[str, Any]] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "admin",
}
_SUCCESS: Final[dict[str, Any]] = {
    "category": "authentication",
    "outcome": "success",
    "action": "login",
    "service": "admin",
}
_LOGOUT: Final[dict[str, Any]] = {
    "category": "authentication",
    "action": "logout",
    "service": "admin",
}
_IP = r"[0-9A-Fa-f.:]{2,45}[0-9A-Fa-f]"
_START = r"(?:(?:DefensePro|M_\d{5}):? +)?(?:(?P<time>\d\d-\d\d-\d{4} \d\d:\d\d:\d\d) +)?(?:(?P<severity>WARNING|CRITICAL|ERROR|INFO|FATAL) +)?"
_ATTACK = (
    rf'{_START}(?P<signature_id>\d+) (?P<signature_class>[\w -]{{1,40}}?) "(?P<signature>[^"]*)" (?P<protocol>\S+) '
    r"(?P<src_ip>[0-9A-Fa-f.:]+) (?P<src_port>\d+) (?P<dst_ip>[0-9A-Fa-f.:]+) (?P<dst_port>\d+) "
)

SOURCE = Source(
    name="radware",
    title="Radware DefensePro and Alteon",
    logsource=Logsource(category="firewall", product="radware"),
    programs=("defensepro",),
    marks=("M_00", "M_20", "DefensePro: "),
    header_clock=True,
    readers=(
        Patterns(
            Pattern(
                rf"{_ATTACK}.* (?:drop|reset|block|dest-reset|source-reset)(?: |$)",
                category="ids",
                action="block",
            ),
            Pattern(_ATTACK, category="ids", action="alert"),
            Pattern(
                rf"{_START}.{{0,80}}?[Uu]ser (?P<user>\S+) (?:failed to log ?in|login failed)(?:.* from (?P<src_ip>{_IP}))?",
                **_FAILURE,
            ),
            Pattern(
                rf"{_START}.{{0,200}}?(?:login|log-?on|authentication) (?:attempt )?(?:failed|failure|denied)(?:.*?[Uu]ser:? ?(?P<user>\S+))?(?:.* from (?P<src_ip>{_IP}))?",
                **_FAILURE,
            ),
            Pattern(
                rf"{_START}.{{0,80}}?[Uu]ser (?P<user>\S+) (?:has )?logged in(?:.* from (?P<src_ip>{_IP}))?",
                **_SUCCESS,
            ),
            Pattern(
                rf"{_START}.{{0,80}}?[Uu]ser (?P<user>\S+) (?:[Ss]ession .*?terminated|(?:has )?logged out)(?:.* from (?P<src_ip>{_IP}))?",
                **_LOGOUT,
            ),
            Pattern(r"(?:DefensePro|M_\d{5}):? ", category="system"),
        ),
    ),
)
