"""AdGuard Home: its own log (logins to the administration) and its query log (JSON)."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import JsonObject, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\d+#\d+ )?\[?(?P<severity>[A-Za-z]+)\]? (?:\d+#\d+ )?"

SOURCE = Source(
    name="adguardhome",
    title="AdGuard Home",
    logsource=Logsource(product="adguardhome"),
    programs=("adguardhome", "adguard"),
    marks=("/control/login: ", '" successfully logged in from ip ', '"QH":"'),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}(?:[a-z]+: )?(?P<http_method>[A-Z]+) (?P<http_host>[^ ]+) (?P<url_path>/control/login): from ip (?P<src_ip>[^ :]+|[0-9A-Fa-f:.]+): (?P<why>invalid username or password[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:[a-z]+: )?(?P<http_method>[A-Z]+) (?P<src>[^ ]+) (?P<url_path>/control/login): (?P<why>invalid username or password[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:[a-z]+: )?(?P<http_method>[A-Z]+) (?P<src>[^ ]+) (?P<url_path>/control/login): (?P<why>(?:auth: )?(?:blocked|too many)[^\n]*)",
                reason="rate_limit",
            ),
            Pattern(
                rf"{_LEAD}(?:auth: )?(?:failed to (?:login|log in) user|failed login attempt)[^\n]{{0,120}}?(?:user(?:name)?[= ]\"?(?P<user>[^\" ]*)\"?)?[^\n]{{0,120}}?(?:from ip |ip=|remote_ip=|remote_addr=)\"?(?P<src_ip>[0-9A-Fa-f:.]+)",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
            service="web",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}(?:auth: )?user \"(?P<user>.*)\" successfully logged in from ip (?P<src_ip>[^ ]+)",
                category="authentication",
                outcome="success",
                action="login",
                service="web",
            ),
        ),
        JsonObject(
            {
                "time": "T",
                "src_ip": "IP",
                "query_name": "QH",
                "query_type": "QT",
                "protocol": "CP",
                "policy": "Result.Rules.0.Text",
            },
            When({"Result.IsFiltered": "true"}, action="deny"),
            require=("QH", "QT"),
            category="dns",
            action="query",
        ),
    ),
)
