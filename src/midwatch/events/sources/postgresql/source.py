"""PostgreSQL: the server log, whatever ``log_line_prefix`` puts before ``FATAL:``.

The prefix is searched for what it usually holds (process, user and database, client);
the sentence after the level says what happened.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Form, Reading, Source, Value

_LOGIN: Final[dict[str, Value]] = {"category": "authentication", "action": "login"}
_FAILED: Final[dict[str, Value]] = {**_LOGIN, "outcome": "failure"}
_QUOTED: Final = r"[\"«„“](?P<user>[^\"»“”]*)[\"»“”]"
_HOST: Final = r"host \"(?P<src_ip>[^\"]*)\""

_SENTENCES: Final = Patterns(
    Pattern(rf"password authentication failed for user {_QUOTED}", **_FAILED),
    Pattern(rf"(?P<auth_method>[A-Za-z0-9-]+) authentication failed for user {_QUOTED}", **_FAILED),
    Pattern(
        rf"no pg_hba\.conf entry for (?:replication connection from )?{_HOST}, user {_QUOTED}(?:, database \"(?P<database>[^\"]*)\")?",
        reason="not_allowed",
        **_FAILED,
    ),
    Pattern(
        rf"pg_hba\.conf rejects (?:replication )?connection for {_HOST}, user {_QUOTED}(?:, database \"(?P<database>[^\"]*)\")?",
        reason="not_allowed",
        **_FAILED,
    ),
    Pattern(rf"role {_QUOTED} does not exist", reason="invalid_user", **_FAILED),
    Pattern(rf"role {_QUOTED} is not permitted to log in", reason="not_allowed", **_FAILED),
    Pattern(
        r"connection received: host=(?P<src_ip>[^ ]+)(?: port=(?P<src_port>\d+))?",
        category="network",
        action="connect",
    ),
    Pattern(
        r"connection authorized: (?:replication )?user=(?P<user>[^ ]+)(?: database=(?P<database>[^ ]+))?",
        outcome="success",
        **_LOGIN,
    ),
    Pattern(
        r"connection authenticated: identity=\"(?P<identity>[^\"]*)\" method=(?P<auth_method>[^ ]+)",
        **_LOGIN,
    ),
    Pattern(
        r"disconnection: session time: (?P<duration>[^ ]+) user=(?P<user>[^ ]*) database=(?P<database>[^ ]*) host=(?P<src_ip>[^ ]*)(?: port=(?P<src_port>\d+))?",
        category="authentication",
        outcome="success",
        action="logout",
    ),
    Pattern(rf"Passwort-Authentifizierung für Benutzer {_QUOTED} fehlgeschlagen", **_FAILED),
    Pattern(rf"authentification par mot de passe échouée pour l'utilisateur {_QUOTED}", **_FAILED),
    Pattern(rf"la autentificación (?:password )?falló para el usuario {_QUOTED}", **_FAILED),
    Pattern(
        r"invalid length of startup packet|unsupported frontend protocol",
        category="network",
        action="scan",
        reason="malformed",
    ),
    Pattern(r"(?P<text>.+)"),
)
_LEVEL: Final = re.compile(
    r"\b(FATAL|LOG|ERROR|WARNING|NOTICE|PANIC|DETAIL|HINT|STATEMENT|INFO|DEBUG[1-5]?|SCHWERWIEGEND|FEHLER|ERREUR|JOURNAL): {1,2}"
)
_PID: Final = re.compile(r"\[(\d{1,10})\]|(?:^|\s)(\d{1,10})(?=[:\s]|$)")
_CLIENT: Final = re.compile(
    r"(?:^|[\s=@(:])((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{2,40}(?<!:\d\d))(?:\((\d{1,5})\))?(?=[\s,):]|$)"
)
_PAIR: Final = re.compile(r"(?:^|[\s:])(?:user=)?([^\s@=,:\[\]]+)(?:,db=|@)([^\s@,:\[\]]+)")
_STAMP: Final = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [A-Z]{2,5}| [+-]\d\d(?::?\d\d)?)?"
)
_LONGEST_PREFIX: Final = 256
_NAMES: Final = ("session", "src_ip", "src_port", "user", "database", "severity", "time")


class ServerLog:
    """Reads a line by its level, its prefix and its sentence."""

    def __init__(self) -> None:
        """Forms are made as sentences are met."""
        self._forms: dict[Form, Form] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        level = _LEVEL.search(message, 0, _LONGEST_PREFIX)
        if level is None:
            return None
        told = _SENTENCES.read(message[level.end() :])
        if told is None:
            return None
        prefix = message[: level.start()]
        stamp = _STAMP.search(prefix)
        rest = prefix if stamp is None else prefix[: stamp.start()] + " " + prefix[stamp.end() :]
        pid = _PID.search(rest)
        client = _CLIENT.search(rest)
        pair = _PAIR.search(rest)
        known: dict[str, Value] = dict(
            zip(
                _NAMES,
                (
                    (pid[1] or pid[2]) if pid else None,
                    client[1] if client else None,
                    client[2] if client else None,
                    pair[1] if pair else None,
                    pair[2] if pair else None,
                    level[1],
                    stamp[0] if stamp else None,
                ),
                strict=True,
            )
        )
        for name, value in zip(told[0].names, told[1], strict=True):
            if value is not None or name not in known:
                known[name] = value
        form = self._forms.get(told[0])
        if form is None:
            form = Form(tuple(known), told[0].constants)
            self._forms[told[0]] = form
        return form, tuple(known[name] for name in form.names)


SOURCE = Source(
    name="postgresql",
    title="PostgreSQL",
    logsource=Logsource(category="database", product="postgresql"),
    programs=("postgres", "postgresql", "postmaster", "supabase-db"),
    marks=(
        "FATAL:  password authentication failed",
        "FATAL:  no pg_hba.conf entry",
        "FATAL:  role ",
        "FATAL:  pg_hba.conf rejects",
        " authentication failed for user ",
        "LOG:  connection ",
        "LOG:  disconnection: ",
        "LOG:  checkpoint ",
        "LOG:  statement: ",
        "LOG:  database system ",
        "DETAIL:  Connection matched ",
        "ERROR:  relation ",
    ),
    constants={"service": "database"},
    claims=False,
    carry=Carry("session", ("src_ip", "src_port")),
    readers=(ServerLog(),),
)
