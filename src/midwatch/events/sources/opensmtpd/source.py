"""OpenSMTPD: ``smtp-in: …`` (versions up to 5.9) and ``session smtp event …`` (6.0 and later)."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source, Value

_OLD = r"smtp-in: "
_SESSION = r"session (?P<session>[0-9a-f]{16})"
_NEW = r"(?P<session>[0-9a-f]{16}) smtp (?:event=)?"
_PLACE = r"(?: address=(?P<src_ip>[^ ]+))?(?: host=(?P<src_host>[^ ]+))?"
_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_REJECT: dict[str, Value] = {"category": "mail", "action": "reject"}

SOURCE = Source(
    name="opensmtpd",
    title="OpenSMTPD",
    logsource=Logsource(product="opensmtpd", service="mail"),
    programs=("smtpd", "opensmtpd"),
    marks=("smtp-in: ", " smtp event=", " smtp failed-command ", " smtp connected "),
    constants={"service": "mail"},
    carry=Carry("session", ("src_ip", "src_host")),
    readers=(
        Patterns(
            Pattern(
                rf"{_OLD}New {_SESSION} from host (?P<src_host>[^ ]+) \[(?P<src_ip>[^\]]+)\]",
                category="network",
                action="connect",
            ),
            Pattern(rf"{_OLD}Authentication failed for user (?P<user>.*) on {_SESSION}", **_FAILED),
            Pattern(
                rf'{_OLD}Failed command on {_SESSION}: "(?P<command>.*)" => (?P<status>535.*)',
                **_FAILED,
            ),
            Pattern(
                rf'{_OLD}Failed command on {_SESSION}: "(?P<command>.*)" => (?P<status>.*)',
                **_REJECT,
            ),
            Pattern(
                rf"{_OLD}Accepted authentication for user (?P<user>.*) on {_SESSION}",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_OLD}Accepted message (?P<message_id>[0-9a-f]+) on {_SESSION}: from=<(?P<mail_from>[^>]*)>, to=<(?P<mail_to>[^>]*)>",
                category="mail",
                action="accept",
            ),
            Pattern(
                rf"{_OLD}(?P<reason>Bad input|Disconnecting) (?:on )?{_SESSION}: (?P<status>.*)",
                category="mail",
                action="protocol_error",
            ),
            Pattern(rf"{_OLD}(?P<reason>[A-Z].*?) {_SESSION}", category="network", action="close"),
        ),
        Patterns(
            Pattern(rf"{_NEW}connected{_PLACE}", category="network", action="connect"),
            Pattern(
                rf"{_NEW}authentication user=(?P<user>.*?){_PLACE} result=(?P<reason>(?:perm|temp)?fail[^ ]*|.*?denied)$",
                **_FAILED,
            ),
            Pattern(
                rf"{_NEW}authentication user=(?P<user>.*?){_PLACE} result=ok",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf'{_NEW}failed-command{_PLACE} command="(?P<command>.*)" result="(?P<status>535[^"]*)"',
                **_FAILED,
            ),
            Pattern(
                rf'{_NEW}failed-command{_PLACE} command="(?P<command>.*)" result="(?P<status>[^"]*)"',
                **_REJECT,
            ),
            Pattern(
                rf'{_NEW}bad-input{_PLACE} result="(?P<status>[^"]*)"',
                category="mail",
                action="protocol_error",
            ),
            Pattern(
                rf"{_NEW}message{_PLACE}(?: msgid=(?P<message_id>[0-9a-f]+))? from=<(?P<mail_from>[^>]*)>(?: to=<(?P<mail_to>[^>]*)>)?",
                category="mail",
                action="accept",
            ),
            Pattern(
                rf"{_NEW}(?P<reason>closed|disconnected|tls|[a-z-]+){_PLACE}",
                category="network",
                action="close",
            ),
        ),
    ),
)
