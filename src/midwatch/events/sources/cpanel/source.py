"""cPanel and WHM: ``login_log``, ``session_log``, and cPHulk's ``cphulkd.log``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_HEAD = r"(?:(?P<severity>[a-z]+) )?\[(?P<program>cpsrvd|cpdavd|dovecot|ftpd|cpaneld|whostmgrd|webmaild|cphulkd)\] "
_IP = r"(?P<src_ip>[0-9A-Fa-f.:]+)"

SOURCE = Source(
    name="cpanel",
    title="cPanel, WHM",
    logsource=Logsource(product="cpanel"),
    programs=("cpsrvd", "cphulkd", "cpdavd", "whostmgrd", "cpaneld", "webmaild"),
    marks=(
        "[cpsrvd] ",
        "[cpdavd] ",
        "[cphulkd] ",
        "FAILED LOGIN cpaneld",
        "FAILED LOGIN whostmgrd",
        "FAILED LOGIN webmaild",
    ),
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                rf'{_HEAD}{_IP} - (?P<user>[^"]*?)(?: \(possessor: [^)]*\))? "(?P<request>[^"]*)" FAILED LOGIN (?P<target>[a-z]+): (?P<error>invalid (?:cpanel|webmail|whm) user.*|user (?:name )?(?:not provided|does not exist).*|.*user probably does not exist.*)',
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(
                rf'{_HEAD}{_IP} - (?P<user>[^"]*?)(?: \(possessor: [^)]*\))? "(?P<request>[^"]*)" FAILED LOGIN (?P<target>[a-z]+)(?:: (?P<error>.*))?',
                **_FAILED,
            ),
            Pattern(
                rf'{_HEAD}{_IP} - (?P<user>[^"]*?)(?: \(possessor: [^)]*\))? "(?P<request>[^"]*)" DEFERRED LOGIN (?P<target>[a-z]+)(?:: (?P<error>.*))?',
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}{_IP} - (?P<user>.*?)(?: \(possessor: (?P<src_user>[^)]*)\))? - FAILED LOGIN (?P<target>[a-z]+)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}{_IP} - (?P<user>.*?)(?: \(possessor: (?P<src_user>[^)]*)\))?(?: \"[^\"]*\")? (?:- )?SUCCESS LOGIN (?P<target>[a-z]+)",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}{_IP} NEW (?P<user>[^: ]+):\S+ (?P<text>.*)",
                category="authentication",
                action="login",
                outcome="success",
            ),
            Pattern(
                rf"{_HEAD}{_IP} PURGE (?P<user>[^: ]+):\S+ logout",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(rf"{_HEAD}{_IP} PURGE (?P<user>[^: ]+):\S+ (?P<reason>.*)"),
            Pattern(
                rf"{_HEAD}(?:Login Blocked|Brute force attempt|IP Blocked)[^0-9]*{_IP}",
                category="authentication",
                outcome="failure",
                action="lockout",
                reason="locked",
            ),
        ),
        Plain(),
    ),
)
