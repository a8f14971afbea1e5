"""Odoo: its server log."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?:\d+ )?(?P<severity>[A-Z]+) (?P<database>[^ ]+) [\w.]+: "

SOURCE = Source(
    name="odoo",
    title="Odoo",
    logsource=Logsource(product="odoo"),
    programs=("odoo", "odoo-bin", "openerp"),
    marks=(
        "odoo.addons.base.models.res_users: ",
        "odoo.addons.base.res.res_users: ",
        "openerp.addons.base.res.res_users: ",
        " werkzeug: ",
        "odoo.http: ",
        "odoo.addons.auth",
    ),
    claims=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Login failed for db:[^ ]+ login:(?P<user>.*) from (?P<src_ip>[^ ]+)$",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Login (?:successful|succeeded) for db:[^ ]+ login:(?P<user>.*) from (?P<src_ip>[^ ]+)$",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?P<reason>2FA|Two-factor)[^:]*(?:check|authentication): FAIL for .*?\((?P<user>[^)]*)\)?",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?:Login attempts? throttled|Too many login failures)[^']*'?(?P<user>[^' ]*)'?.*?(?P<src_ip>\d+\.\d+\.\d+\.\d+)?",
                outcome="failure",
                reason="rate_limit",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Password reset attempt for <(?P<user>[^>]*)> by user <[^>]*> from (?P<src_ip>[^ ]+)",
                category="authentication",
                action="password_change",
            ),
            Pattern(
                rf'{_HEAD}(?P<src_ip>[0-9A-Fa-f.:]+) - - \[[^\]]*\] "(?P<request>[^"]*)" (?P<http_status>\d{{3}})',
                category="web",
                action="request",
            ),
        ),
        Plain(),
    ),
)
