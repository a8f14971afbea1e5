"""Microsoft SQL Server: ``ERRORLOG``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_HEAD = r"(?P<process>Logon|spid\d+s?|Server) +"
_CLIENT = r"\[CLIENT: (?P<src_ip>[^\]]*)\]\s*$"

SOURCE = Source(
    name="mssql",
    title="Microsoft SQL Server",
    logsource=Logsource(category="database", product="mssql"),
    programs=("sqlservr", "mssql", "mssqlserver"),
    marks=(" [CLIENT: ", "Logon        Error: ", "Logon       Error: ", "Logon       Login "),
    claims=False,
    constants={"service": "database"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Login failed for user '(?P<user>.*)'\. Reason: (?P<error>Could not find a login matching.*?) {_CLIENT}",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Login failed for user '(?P<user>.*)'\. Reason: (?P<error>Password did not match.*?) {_CLIENT}",
                reason="bad_password",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Login failed for user '(?P<user>.*)'\.(?: Reason: (?P<error>.*?))? {_CLIENT}",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Login failed for user '(?P<user>.*)' because the account is (?:currently )?(?P<reason>locked|disabled)[^\[]*{_CLIENT}",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Login failed\. (?P<error>The login is from an untrusted domain[^\[]*){_CLIENT}",
                reason="not_allowed",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}SSPI handshake failed with error code (?P<error>[^,]*),[^\[]*{_CLIENT}",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Login succeeded for user '(?P<user>.*)'\.(?: Connection made using (?P<auth_method>[A-Za-z ]+) authentication\.)? {_CLIENT}",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}(?P<error>[^\[]*?) {_CLIENT}", category="network", action="connect"),
            Pattern(r"Logon +(?P<text>Error: \d+, Severity: \d+, State: \d+\.)"),
        ),
    ),
)
