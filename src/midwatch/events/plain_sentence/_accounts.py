"""The account that a text names.

Tried in this order: ``user=mia`` and ``login: mia``; a name in quotes or brackets after
a word such as user, account, for; a bare name after such a word. The last only in a
sentence that is about a login, since "for" and "by" stand everywhere.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.addresses import canonical_address
from midwatch.events.late_expressions import compiled_late

_MOST_TRIES: Final = 24
_IPV4_DOTS: Final = 3

_ACCOUNT: Final = (
    r"(?:users?(?:[ _-]?(?:name|id))?|login(?:[ _-]?name)?|account(?:[ _-]?(?:name|id))?|acct"
    r"|uname|e-?mail(?: address)?|identity|principal|logname|benutzer(?:name)?|utilisateur"
    r"|usuario|utente|gebruiker)"
)
_STEMS: Final = (
    "user", "login", "account", "acct", "uname", "mail", "identity", "principal", "logname",
    "benutzer", "utilisateur", "usuario", "utente", "gebruiker",
)  # fmt: skip
_QUOTED: Final = (
    r"\"([^\"]{1,128})\"|'((?:[^']|'(?=\w)){1,128})'|“([^”]{1,128})”|`([^`]{1,128})[`']"
    r"|\[([^\]]{1,128})\]|<([^>]{1,128})>|\(([^)\s]{1,128})\)"
)
_BARE: Final = r"([^\s,;:=\"'()\[\]<>|{}][^\s,;=\"'()\[\]<>|{}]{0,127})"
_KEYED: Final = compiled_late(
    rf"(?<![\w.-])(?i:{_ACCOUNT})(?:[\"']?\s{{0,2}}[:=]\s{{0,2}}(?:{_QUOTED}|{_BARE})"
    r"|\(([^()\s]{1,128})\))"
)
_LEADS: Final = (
    r"(?<![\w.-])(?i:(?:for|by|of|as|to|from|using|with) (?:the )?"
    rf"(?:invalid |unknown |illegal |local |ldap )?{_ACCOUNT}|{_ACCOUNT}"
    r"|for|by|as|using|als|von|für|pour|para) {1,2}"
)
_AFTER_WORD: Final = compiled_late(f"{_LEADS}(?:{_QUOTED})")
_AFTER_WORD_BARE: Final = compiled_late(f"{_LEADS}{_BARE}")
_ADDRESS_AFTER: Final = re.compile(r" \(?\[?(?:\d{1,3}\.){3}\d|\[(?:\d{1,3}\.){3}\d")
_IN_QUOTES: Final = 5
"""So many groups of an expression are names in quotes or brackets, which need no proof."""
_NOBODY: Final = frozenset(("", "unknown", "none", "null", "-", "n/a"))
_NOT_NAMES: Final = """
    a accepted access account accounts address admin's after agent all allowed an and any
    are as at attempt attempts authenticated authentication authenticator authorization bad
    be because been before blocked but by can cannot client closed console could credentials
    database date db denied des details did do does du due during een entered error est
    event exist existing exists expired fail failed failure for found from group ha had has
    have host id in incorrect input interactive into invalid ip is ist it its itself key la
    ldap le level local locked logged logging login logon management message method mit mode
    more name names new nicht no none not null of ok on opened or over page password path
    port radius realm reason refused rejected remote request session sido sign since ssh
    status success successful successfully terminated than that the their this time to token
    tried type unknown until url user username users using via von was web when which while
    who with without wrong wurde yet your été
    """
_NO_NAME: Final = frozenset(_NOT_NAMES.split())


def account(text: str, *, sentence: bool) -> str | None:
    """The account a text names; bare names only in a ``sentence`` about a login."""
    if not sentence:
        low = text.lower()
        for stem in _STEMS:
            if stem in low:
                break
        else:
            return None
    name = _first(_KEYED, text) or _first(_AFTER_WORD, text)
    if name is None and sentence:
        name = _first(_AFTER_WORD_BARE, text)
    return name


def _first(expression: re.Pattern[str], text: str) -> str | None:
    start = 0
    for _ in range(_MOST_TRIES):
        found = expression.search(text, start)
        if found is None:
            return None
        name = _name(found)
        if name is not None:
            return name
        # "login for mia": the word after one may be the word before the next.
        start = found.start(found.lastindex or 0)
    return None


def _name(found: re.Match[str]) -> str | None:
    """The name of a match, or None when it is none."""
    name = str(found[found.lastindex or 0]).strip()
    bare = name.rstrip(".,:;!?")
    if found[0].endswith(name):
        name = bare
    if "." in name and "@" not in name and _ADDRESS_AFTER.match(found.string, found.end()):
        return None  # a host with its address behind it
    head, at, tail = name.rpartition("@")
    if at and head and canonical_address(tail) is not None:
        name = head
    quoted = found.re.pattern != _AFTER_WORD_BARE.pattern and (found.lastindex or 0) <= _IN_QUOTES
    if name.lower() in (_NOBODY if quoted else _NO_NAME) or canonical_address(name) is not None:
        return None
    if not any(character.isalnum() for character in name):
        return None
    if name.startswith(("http:", "https:", "/")):
        return None
    if name.count(".") == _IPV4_DOTS and name.replace(".", "").isdigit():
        return None
    return name
