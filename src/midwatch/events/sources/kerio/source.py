"""Kerio Connect: security log. The protocol may have been taken for the line's tag."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_PROTOCOL = r"(?:(?P<protocol>[A-Za-z0-9/ -]{2,24}): )?"
_END = r" (?:Attempt )?from IP address (?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f])\.?$"
_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_REJECT: dict[str, Value] = {"category": "mail", "action": "reject"}
_ENVELOPE = r"mail from <(?P<mail_from>[^>]*)> to <(?P<mail_to>[^>]*)>"

SOURCE = Source(
    name="kerio",
    title="Kerio Connect",
    logsource=Logsource(product="kerio", service="mail"),
    programs=("kerio*", "kerio-connect", "mailserver"),
    marks=(
        " Attempt from IP address ", "Attempt to deliver to unknown recipient <", "SMTP Spam attack detected from ",
        " found in DNS blacklist ", "Relay attempt from IP address ", " login from ", " login into ",
        "Client with IP address ", "Message from IP address ",
    ),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(rf"{_PROTOCOL}User (?P<user>.*) doesn't exist\.{_END}", reason="invalid_user", **_FAILED),
            Pattern(
                rf"{_PROTOCOL}(?P<reason>Invalid password|Authentication failed|Login failed|Account locked|Account is locked|User is disabled)"
                rf"(?: for user)?:? ?(?P<user>.*?)\.?{_END}",
                **_FAILED,
            ),
            Pattern(
                r"Failed (?P<protocol>SMTP|IMAP|POP3|HTTP|HTTP/WebMail|WebMail|LDAP|XMPP|NNTP|WebDAV|CalDAV|CardDAV) login from (?P<src_ip>[^ ,]+)(?: with SASL method (?P<auth_method>[\w-]+))?",
                **_FAILED,
            ),
            Pattern(
                r"Administration login into (?P<reason>.*?) from (?P<src_ip>[^ ]+) failed",
                **{**_FAILED, "service": "admin"},
            ),
            Pattern(
                r"Attempt to deliver to unknown recipient <(?P<mail_to>[^>]*)>, from <(?P<mail_from>[^>]*)>, IP address (?P<src_ip>[^ ]+)",
                **{**_REJECT, "reason": "invalid_user"},
            ),
            Pattern(
                r"SMTP Spam attack detected from (?P<src_ip>[^ ,]+), (?P<reason>.*)",
                category="mail",
                action="protocol_error",
            ),
            Pattern(
                rf"IP address (?P<src_ip>[^ ]+) found in DNS blacklist (?P<policy>[^,]+), {_ENVELOPE}",
                **{**_REJECT, "reason": "blocklist"},
            ),
            Pattern(
                rf"Relay attempt from IP address (?P<src_ip>[^ ,]+), {_ENVELOPE}",
                category="mail",
                action="relay_denied",
            ),
            Pattern(r"Client with IP address (?P<src_ip>[^ ]+) (?P<reason>.*)", **_REJECT),
            Pattern(
                r"Message from IP address (?P<src_ip>[^ ,]+), sender <(?P<mail_from>[^>]*)> rejected: (?P<reason>.*)",
                **_REJECT,
            ),
        ),
    ),
)  # fmt: skip
