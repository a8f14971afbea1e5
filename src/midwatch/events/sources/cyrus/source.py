"""Cyrus IMAP: logins to IMAP, POP3, ManageSieve and HTTP."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_PEER = r"(?:(?P<src_host>[^ \[]+) ?)?\[(?P<src_ip>[^\]]+)\]"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}

SOURCE = Source(
    name="cyrus",
    title="Cyrus IMAP",
    logsource=Logsource(product="cyrus", service="mail"),
    programs=("cyrus*", "imap", "imaps", "pop3", "pop3s", "sieve", "timsieved", "lmtpunix", "imapd", "pop3d", "lmtpd"),
    marks=("badlogin: ", "badlogin from: "),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"badlogin(?: from)?: {_PEER} (?P<auth_method>[\w-]+) (?:\[?(?P<user>(?!SASL\()[^\[ ][^\[]*?)\]? )?\[?(?P<reason>SASL\(-?\d+\).*?|invalid user.*|authentication failure.*?|password incorrect.*)\]?$",
                **_FAILED,
            ),
            Pattern(rf"badlogin(?: from)?: {_PEER}(?: (?P<auth_method>[\w-]+))?(?: (?P<reason>.*))?", **_FAILED),
            Pattern(
                rf"login: {_PEER} (?P<user>[^ ]+) (?P<auth_method>[^ ]+) (?:User|.*?) ?logged in(?: SESSIONID=<(?P<session>[^>]*)>)?",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"(?P<reason>accepted connection|starttls|SSL_accept\(\)|idle for too long).*?{_PEER}",
                category="network",
                action="connect",
            ),
        ),
    ),
)  # fmt: skip
