"""Authelia: logfmt or JSON lines with a sentence in ``msg``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import (
    JsonObject,
    KeyValues,
    Pattern,
    Patterns,
    WithSentence,
    json_text,
    pair_text,
)
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_FIELDS: dict[str, Keys] = {
    "time": "time",
    "src_ip": "remote_ip",
    "severity": "level",
    "http_method": "method",
    "url_path": "path",
    "error": "error",
}
_SENTENCES = Patterns(
    Pattern(
        r"Unsuccessful 1FA authentication attempt by user '(?P<user>.*)': user not found",
        reason="invalid_user",
        **_FAILED,
    ),
    Pattern(
        r"Unsuccessful (?P<auth_method>1FA|[Pp]assword) authentication attempt by user '(?P<user>.*)' and they are banned",
        reason="locked",
        **_FAILED,
    ),
    Pattern(
        r"Unsuccessful (?P<auth_method>1FA|[Pp]assword) authentication attempt by user '(?P<user>.*)'",
        **_FAILED,
    ),
    Pattern(
        r"Unsuccessful (?P<auth_method>[^ ]+) authentication attempt by user '(?P<user>.*)' and they are banned",
        reason="locked",
        **_FAILED,
    ),
    Pattern(
        r"Unsuccessful (?P<auth_method>[^ ]+) authentication attempt by user '(?P<user>.*)'",
        reason="mfa",
        **_FAILED,
    ),
    Pattern(
        r"Error occurred getting details for user with username input '(?P<user>.*)' which usually indicates they do not exist",
        reason="invalid_user",
        **_FAILED,
    ),
    Pattern(
        r"User '(?P<user>.*)' (?:exceeded the (?:number|maximum) of|is banned)",
        action="lockout",
        category="authentication",
        outcome="failure",
        reason="locked",
    ),
    Pattern(
        r"Successful (?P<auth_method>[^ ]+) authentication attempt made by user '(?P<user>.*)'",
        outcome="success",
        **_LOGIN,
    ),
    Pattern(
        r"Access to (?P<url>[^ ]+) (?:\(method [A-Z]+\) )?(?:is forbidden|is not authorized) (?:to|for) user '?(?P<user>[^', ]*)",
        category="web",
        action="deny",
    ),
)

SOURCE = Source(
    name="authelia",
    title="Authelia",
    logsource=Logsource(product="authelia"),
    programs=("authelia",),
    marks=(
        "path=/api/firstfactor",
        "path=/api/secondfactor",
        '"path":"/api/firstfactor"',
        '"path":"/api/secondfactor',
        "github.com/authelia/authelia",
    ),
    constants={"service": "app"},
    readers=(
        WithSentence(JsonObject(_FIELDS, require=("msg", "level")), json_text("msg"), _SENTENCES),
        WithSentence(KeyValues(_FIELDS, require=("msg", "level")), pair_text("msg"), _SENTENCES),
        Plain(),
    ),
)
