"""Stirling-PDF: failed logins of its server log."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?P<severity>[A-Z]+) +(?P<module>[\w.$]+) (?:\[[^\]]*\] )?"
_IP = r"\[?(?P<src_ip>[0-9A-Fa-f.:]+)\]?"

SOURCE = Source(
    name="stirling_pdf",
    title="Stirling-PDF",
    logsource=Logsource(product="stirling_pdf"),
    programs=("stirling-pdf", "s-pdf"),
    marks=(
        "CustomAuthenticationFailureHandler",
        "s.s.p.s.c.a.AuthController",
        "s.s.S.c.s.",
        "stirling.software",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(rf"{_HEAD}Failed login attempt from IP: {_IP}", outcome="failure", **_LOGIN),
            Pattern(
                rf"{_HEAD}Invalid password for user: (?P<user>.*) from IP: {_IP}",
                outcome="failure",
                reason="bad_password",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?:User not found|Unknown user): (?P<user>.*) from IP: {_IP}",
                outcome="failure",
                reason="invalid_user",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?:Account|User)[^:]* (?:locked|blocked)[^:]*: (?P<user>.*?)(?: from IP: {_IP})?$",
                category="authentication",
                outcome="failure",
                action="lockout",
                reason="locked",
            ),
        ),
        Plain(),
    ),
)
