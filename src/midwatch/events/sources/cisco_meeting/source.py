"""Cisco Meeting Server: who was authenticated by whom, and who was turned away."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_LEVEL = r"(?:host:server: +)?(?:(?:INFO|WARNING|ERROR) *: )?"
_FROM = r"(?:.{0,200}? from (?P<src_ip>[0-9a-fA-F.:]{3,45})(?![\w@]))?"

SOURCE = Source(
    name="cisco_meeting",
    title="Cisco Meeting Server",
    logsource=Logsource(product="cisco", service="meeting_server"),
    programs=("authp", "host:server", "acanosrv*"),
    marks=("host:server: ", "Using authentication server "),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                r"Using authentication server (?P<dst_host>[^ ]{1,255}) to authenticate user (?P<user>.{1,255}?)(?: \(index: [^)]{0,80}\))?$",
                category="authentication",
                action="login",
            ),
            Pattern(
                rf"{_LEVEL}unsuccessful login request from (?P<user>[^ ,]{{1,255}}){_FROM}",
                **_FAILED,
            ),
            Pattern(
                rf"{_LEVEL}successful login request from (?P<user>[^ ,]{{1,255}}){_FROM}", **_LOGIN
            ),
            Pattern(
                rf"{_LEVEL}(?:LDAP )?[Aa]uthentication (?:failed|failure) for (?:user )?(?P<user>[^ ,]{{1,255}}){_FROM}",
                **_FAILED,
            ),
            Pattern(rf"{_LEVEL}(?:call|conference|web bridge|xmpp|media) ", category="system"),
        ),
    ),
)
