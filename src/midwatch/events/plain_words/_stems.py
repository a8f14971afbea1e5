"""The beginnings of words that are looked for before any expression runs.

Each stem belongs to one or more groups. An expression that begins with a noun is tried
only where a stem of ``NOUN`` was found, and so on; a text without stems says nothing.
"""

from __future__ import annotations

from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

NOUN, BAD, GOOD, GONE, STOP, EVIL, SCAN, ADMIN, ABROAD = (1 << bit for bit in range(9))

_STEMS: Final = {
    NOUN: (
        "login", "logon", "log-in", "log-on", "log in", "log on", "log_in", "log_on", "logged in",
        "logged on", "logged-in", "loggedin", "signin", "sign-in", "sign in", "sign_in", "signon",
        "sign-on", "sign on", "sign_on", "signed in", "signed-in", "auth", "passw", "passphrase",
        "passcode", "credential", "account", "user", "otp", "totp", "2fa", "mfa", "two-factor",
        "two factor", "second factor", "session opened", "access denied", "access granted",
        "token", "email", "e-mail", "username", "identit",
    ),
    BAD: (
        "fail", "invalid", "incorrect", "wrong", "bad ", "bad_", "bad-", "badpass", "denied ",
        "rejected", "refused", "blocked ", "unsuccess", "mismatched", "unknown", "no such",
        "unauthor",
        "illegal", "locked", "accountlocked", "lockedout", "too many", "maximum", "max ", "unable",
        "could not", "couldn't", "cannot", "can't", "can not", "did not", "not allowed",
        "not permitted", "not author", "unrecogni", "nonexist", "non-exist", "unregistered",
        "erroneous", "brute", "autherr", "authfail", "account_locked",
    ),
    GOOD: (
        "success", "accepted", "granted", "succeeded", "logged in", "logged on", "loggedin",
        "logged-in", "signed in", "session opened", "access granted", "valid ", "authenticated",
    ),
    GONE: (
        "logout", "log out", "log-out", "logged out", "logged off", "logged-out", "logoff",
        "log off", "log_out", "loggedout", "signout", "sign out", "sign-out", "sign_out",
        "signed out", "session closed for", "abgemeldet",
    ),
    STOP: (
        "blocked", "blocking", "block connection", "block traffic", "block inbound",
        "block outbound", "dropped", "dropping", "drop packet", "drop connection", "drop inbound",
        "drop outbound", "deny ", "denied", "reject", "discarded", "prevented",
    ),
    EVIL: (
        "virus", "malware", "trojan", "infect", "ransomware", "threat", "quarantined", "spyware",
        "eicar", "rootkit",
    ),
    SCAN: (
        "port scan", "portscan", "port-scan", "port_scan", "intrusion", "attack", "exploit",
        "syn flood", "synflood", "injection", "traversal",
    ),
    ADMIN: (
        "password", "passwd", "account", "user", "log cleared", "log was cleared", "log has been",
        "log file cleared", "configuration", "config ", "settings", "event log", "audit log",
    ),
    ABROAD: (
        "anmelde", "anmeldung", "authentifizierung", "passwortpr", "fehlgeschlagene", "ungültige",
        "gescheiterte", "falsche", "erfolglose", "fehlerhafte", "passwort", "kennwort",
        "benutzername", "zugangsdaten", "échec", "echec", "erreur", "connexion",
        "authentification", "identification", "mot de passe", "mots de passe", "identifiant",
        "nom d'utilisateur",
        "nom d\u2019utilisateur", "mauvais mot", "tentative de", "inicio de ses",
        "autenticaci", "acceso", "contraseña", "clave", "usuario", "credenciales", "error de",
        "error en", "fallo de", "fallo en", "intento", "accesso", "autenticazione", "tentativ",
        "credenziali", "mislukte", "aanmeld", "inlog", "wachtwoord", "gebruikersnaam", "falha",
        "erro de", "erro na", "erro no", "erro ao", "senha", "nieudan", "błędn",
    ),
}  # fmt: skip


def _automaton() -> tuple[AhoCorasick, tuple[int, ...]]:
    groups: dict[str, int] = {}
    for group, stems in _STEMS.items():
        for stem in stems:
            groups[stem] = groups.get(stem, 0) | group
    # Hits do not overlap, so a stem also counts for the groups of those it begins with.
    for stem in groups:
        for other, group in tuple(groups.items()):
            if stem.startswith(other):
                groups[stem] |= group
    automaton = AhoCorasick(list(groups), matchkind=MatchKind.LeftmostLongest)
    return automaton, tuple(groups.values())


WORDS, GROUPS = _automaton()
