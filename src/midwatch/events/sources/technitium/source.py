"""Technitium DNS Server: its own log (logins to the console) and its query log."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\[(?P<src>\[?[0-9A-Fa-f:.]+\]?(?::\d+)?)\] )"

SOURCE = Source(
    name="technitium",
    title="Technitium DNS Server",
    logsource=Logsource(product="technitium"),
    programs=("technitium", "dnsserverapp", "technitium-dns"),
    marks=("DnsServerCore.", "QNAME: "),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}(?:\[[^\]]*\] )?(?:[A-Za-z.]+Exception: )?Invalid username or password for user: (?P<user>[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:\[[^\]]*\] )?(?:[A-Za-z.]+Exception: )?(?P<why>(?:Max limit|Maximum)[^\n]{{0,120}}login attempts[^\n]*|[^\n]{{0,120}}blocked due to[^\n]{{0,120}}failed[^\n]*)",
                reason="rate_limit",
            ),
            Pattern(
                rf"{_LEAD}(?:\[[^\]]*\] )?(?:[A-Za-z.]+Exception: )?(?P<why>(?:Invalid|A)[^\n]{{0,120}}(?:TOTP|two-factor|2FA|OTP)[^\n]{{0,120}}?)(?: for user: (?P<user>[^\n]*))?$",
                reason="mfa",
            ),
            Pattern(
                rf"{_LEAD}(?:\[[^\]]*\] )?(?:[A-Za-z.]+Exception: )?(?P<why>(?:Account|User account) is (?:suspended|disabled)[^\n]*)",
                reason="disabled",
            ),
            category="authentication",
            outcome="failure",
            action="login",
            service="web",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}\[(?P<user>[^\]]*)\] User logged in",
                category="authentication",
                outcome="success",
                action="login",
                service="web",
            ),
            Pattern(
                rf"{_LEAD}\[(?P<user>[^\]]*)\] User logged out",
                category="authentication",
                action="logout",
                service="web",
            ),
            Pattern(
                rf"{_LEAD}\[(?P<protocol>UDP|TCP|TLS|HTTPS?|QUIC|Udp|Tcp|Tls|Https?|Quic)\] QNAME: (?P<query_name>[^;]*); QTYPE: (?P<query_type>[^;]*); QCLASS: (?P<query_class>[^;]*);(?: RCODE: (?P<rcode>[^;]*);)?",
                category="dns",
                action="query",
            ),
            Pattern(
                rf"{_LEAD}\[(?P<user>[^\]]*)\] (?P<why>[^\n]*)",
                category="configuration",
                action="change",
            ),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)", category="system"),
        ),
    ),
)
