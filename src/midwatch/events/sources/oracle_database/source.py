"""Oracle Database: audit records in syslog or trace files, and the listener's log."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
# A value as the audit writes it: a length in brackets, then the text in one kind of quotes.
_VALUE = r":\[\d+\] ?['\"](?P<{0}>[^'\"]*)['\"]"


_TAG = r"(?:[^\[]{0,80}\[\d+\]: )?"


def _named(name: str) -> str:
    return _VALUE.format(name)


_WHO = rf"(?:.{{0,600}}?(?:DATABASE USER|USERID){_named('user')})?"
_WHERE = rf"(?:.{{0,600}}?USERHOST{_named('src_host')})?(?:.{{0,600}}?\(HOST=(?P<src_ip>[0-9A-Fa-f.:]+)\)(?:\(PORT=(?P<src_port>\d+)\))?)?"

SOURCE = Source(
    name="oracle_database",
    title="Oracle Database",
    logsource=Logsource(category="database", product="oracle"),
    programs=("oracle audit", "oracle", "oracle_audit", "tnslsnr"),
    marks=("ACTION :[", "ACTION:[", "(CONNECT_DATA=(", "LENGTH : "),
    claims=False,
    constants={"service": "database"},
    readers=(
        Patterns(
            Pattern(
                rf"{_TAG}(?:LENGTH ?: ?['\"]?\d+['\"]? )?ACTION ?:\[\d+\] ?['\"]CONNECT['\"]{_WHO}.{{0,600}}?STATUS ?:\[\d+\] ?['\"]0['\"]{_WHERE}",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_TAG}(?:LENGTH ?: ?['\"]?\d+['\"]? )?ACTION ?:\[\d+\] ?['\"]CONNECT['\"]{_WHO}.{{0,600}}?STATUS ?:\[\d+\] ?['\"](?P<code>1017|28000|28001|1005|1045|28009)['\"]{_WHERE}",
                **_FAILED,
            ),
            Pattern(
                rf"{_TAG}(?:LENGTH ?: ?['\"]?\d+['\"]? )?SESSIONID:\[\d+\] ?.{{0,600}}?USERID{_named('user')}(?: USERHOST{_named('src_host')})?.{{0,600}}?ACTION:\[\d+\] ?['\"]100['\"] RETURNCODE:\[\d+\] ?['\"]0['\"](?:.{{0,600}}?\(HOST=(?P<src_ip>[0-9A-Fa-f.:]+)\)(?:\(PORT=(?P<src_port>\d+)\))?)?",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_TAG}(?:LENGTH ?: ?['\"]?\d+['\"]? )?SESSIONID:\[\d+\] ?.{{0,600}}?USERID{_named('user')}(?: USERHOST{_named('src_host')})?.{{0,600}}?ACTION:\[\d+\] ?['\"]100['\"] RETURNCODE:\[\d+\] ?['\"](?P<code>\d+)['\"](?:.{{0,600}}?\(HOST=(?P<src_ip>[0-9A-Fa-f.:]+)\)(?:\(PORT=(?P<src_port>\d+)\))?)?",
                **_FAILED,
            ),
            Pattern(
                r"(?:\* )?\(CONNECT_DATA=.{0,600}?\(USER=(?P<src_user>[^)]*)\).{0,600}?\* \(ADDRESS=\(PROTOCOL=(?P<protocol>[a-z]+)\)\(HOST=(?P<src_ip>[^)]+)\)\(PORT=(?P<src_port>\d+)\)\) \* (?P<text>[a-z_]+) \*(?: (?P<database>[^ ]+) \*)? (?P<code>\d+)",
                category="network",
                action="connect",
            ),
        ),
        Plain(),
    ),
)
