"""Pure-FTPd over syslog: ``(eve@192.0.2.1) [WARNING] Authentication failed for user [eve]``.

The server can be compiled to write in other languages; the common ones are read.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:\(?pure-ftpd:? )?\((?:\?|(?P<login>[^@)]*))@(?P<src_ip>[^)]*)\) \[(?P<severity>[A-Z]+)\] "
)

SOURCE = Source(
    name="pure_ftpd",
    title="Pure-FTPd",
    logsource=Logsource(product="linux", service="pure-ftpd"),
    programs=("pure-ftpd", "pureftpd"),
    marks=(
        ") [WARNING] Authentication failed for user [",
        ") [INFO] New connection from ",
        ") [NOTICE] ",
    ),
    plain_login=False,
    constants={"service": "ftp"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}(?:Authentication failed for user|Authentifizierung fehlgeschlagen f(?:ü|.{{1,6}})r (?:den )?Benutzer|Erreur d'authentification pour l'utilisateur|L'authentification a .{{1,6}}chou.{{1,6}} pour l'utilisateur|Autentificaci.{{1,6}}n fallida para el usuario|Autenticazione falita per l'utente|Autoryzacja nie powiod.{{1,6}}a si.{{1,6}} dla u.{{1,6}}ytkownika|Autentica.{{2,12}}o falhou para usu.{{1,6}}rio|Autentifikace u.{{1,6}}ivatele selhala) ?:? ?\[(?P<user>.*)\]",
                reason="bad_password",
            ),
            Pattern(rf"{_LEAD}(?P<why>Too many authentication failures)", reason="rate_limit"),
            Pattern(
                rf"{_LEAD}(?P<why>Sorry, (?:invalid|but)[^\n]*|Unable to (?:switch|find|authenticate)[^\n]*)",
                reason="not_allowed",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}(?P<user>.*) is now logged in",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}New connection from (?P<peer>[^\n]*)",
                category="network",
                action="connect",
            ),
            Pattern(rf"{_LEAD}Logout", category="authentication", action="logout"),
            Pattern(
                rf"{_LEAD}(?P<file>[^\n]*[^ \n]) +(?P<operation>uploaded|downloaded|deleted) *(?:\((?P<bytes_in>\d+) bytes)?",
                category="file",
            ),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)", category="network"),
        ),
    ),
)
