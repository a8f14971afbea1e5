"""MySQL and MariaDB: the error log, syslog, and the audit plugin's connections."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
# Thread, level, error code and subsystem in the orders that the versions write them.
_STAMP = r"(?:(?P<time>\d{4}-\d\d-\d\d[T ] ?\d{1,2}:\d\d:\d\d(?:\.\d{1,9})?Z?) )?"
_HEAD = rf"{_STAMP}(?:\d+ ){{0,2}}(?:\[(?P<severity>[A-Z][a-z]+)\] )?(?:\[MY-\d+\] )?(?:\[[A-Za-z]+\] )?"
_AUDIT = r"(?P<server>[^, ]+)[, ](?P<user>[^,]*),(?P<src_ip>[^,]*),(?P<session>\d+),\d+,"

SOURCE = Source(
    name="mysql",
    title="MySQL, MariaDB",
    logsource=Logsource(category="database", product="mysql"),
    programs=(
        "mysqld",
        "mariadbd",
        "mysqld_safe",
        "mysql",
        "mariadb",
        "mysql-server_auditing",
        "mysqld-auth",
    ),
    marks=(
        "(using password: ",
        "[MY-0",
        ",FAILED_CONNECT,",
        ",0,CONNECT,",
        ",0,DISCONNECT,",
        " Aborted connection ",
        "Access denied for user '",
        "mysqld: ",
    ),
    constants={"service": "database"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Access denied for user '(?P<user>.*)'@'(?P<src_ip>[^']*)' \(using password: (?P<password_given>YES|NO)\)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Access denied for user '(?P<user>.*)'@'(?P<src_ip>[^']*)' to database '(?P<database>[^']*)'",
                reason="not_allowed",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Access denied for user '(?P<user>.*)'@'(?P<src_ip>[^']*)'[^']*(?P<reason>[Aa]ccount is locked|has been locked)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Access denied for user '(?P<user>.*)'@'(?P<src_ip>[^']*)'", **_FAILED
            ),
            Pattern(
                rf"{_HEAD}Host '?(?P<src_ip>[^' ]*)'? is (?:blocked because of many connection errors|not allowed to connect to this (?:MySQL|MariaDB) server)",
                reason="not_allowed",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Aborted connection (?P<session>\d+) to db: '(?P<database>[^']*)' user: '(?P<user>.*)' host: '(?P<src_ip>[^']*)' \((?P<reason>[^)]*)\)",
                category="network",
                action="close",
            ),
            Pattern(
                rf"{_AUDIT}FAILED_CONNECT,(?P<database>[^,]*),(?P<object>.*),(?P<code>\d+)$",
                **_FAILED,
            ),
            Pattern(
                rf"{_AUDIT}CONNECT,(?P<database>[^,]*),(?P<object>.*),0$",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_AUDIT}DISCONNECT,(?P<database>[^,]*),(?P<object>.*),0$",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(
                r"(?P<session>\d+) Connect\s+Access denied for user '(?P<user>.*)'@'(?P<src_ip>[^']*)'",
                **_FAILED,
            ),
            Pattern(
                r"(?P<session>\d+) Connect\s+(?P<user>[^@\s]*)@(?P<src_ip>[^ ]+)(?: as [^ ]+)? on (?P<database>[^ ]*)",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}IP address '(?P<src_ip>[^']*)' (?P<text>could not be resolved|has been resolved)",
                category="network",
                action="connect",
            ),
        ),
        Plain(),
    ),
)
