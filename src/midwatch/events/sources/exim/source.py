"""Exim: ``mainlog`` and ``rejectlog``, from a file or by syslog.

A line is ``date [pid] message-id what happened``, where pid and id may be missing. The
client is written ``host (helo) [address]:port I=[own address]:port``; only what stands in
square brackets behind the parentheses was seen by Exim, the rest is the client's word.

A recipient or sender that Exim refuses is given as ``user`` too: it is the account the
client was after.
"""

import re

from midwatch.events.readers import Classified, Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Reader, Reading, Source, Value

_MESSAGE_ID = r"[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4})"
_STAMP = (
    r"(?:(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?) )?(?:\[(?P<pid>\d+)\] )?"
)
_HEAD = rf"{_STAMP}(?:(?P<session>{_MESSAGE_ID}) )?"
_QUEUED = rf"{_STAMP}(?P<session>{_MESSAGE_ID}) "
_HEAD_PRESENT = re.compile(rf"\d{{4}}-\d\d-\d\d |\[\d+\] |{_MESSAGE_ID} ")
_PEER = (
    r"(?:(?P<src_host>[^ \[(]+) )?(?:\((?P<helo>[^ ]*)\) )?\[(?P<src_ip>[0-9A-Fa-f:.]{2,45})\](?::(?P<src_port>\d{1,5}))?"
    r"(?: I=\[(?P<dst_ip>[^\]]+)\](?::(?P<dst_port>\d{1,5}))?)?(?: Ci=\d+)?"
)
# X=, CV=, U= and their like; then the sender, then (on submission) the account.
_MORE = r'(?: (?:X|CV|DN|SNI|U|P|K|S|Ci|id|PRX|R|T|L|M8S)=(?:"[^"]*"|[^ ]+))*'
_FROM = r"(?: F=<?(?P<mail_from>[^ >]*)>?)?"
_ACCOUNT = r"(?: A=(?P<auth_method>[^: ]+)(?::(?P<account>[^ ]+))?)?"
# Who is refused: the sender behind the client or before it.
_CLIENTS = (
    rf"H={_PEER}{_MORE}{_FROM}{_ACCOUNT}",
    rf"F=<?(?P<mail_from>[^ >]*)>? H={_PEER}{_MORE}{_ACCOUNT}",
)
_COMMANDS = (
    r"(?P<command>RCPT) <?(?P<user>(?P<mail_to>[^ >]*))>?",
    r"(?P<command>connection in \"?[a-z]+\"? ACL|[^:]*)",
)

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGGED_IN: dict[str, Value] = {**_FAILED, "outcome": "success"}
_REJECT: dict[str, Value] = {"category": "mail", "action": "reject"}
_BLOCK: dict[str, Value] = {"category": "mail", "action": "block"}
_PROTOCOL: dict[str, Value] = {"category": "mail", "action": "protocol_error"}

_REFUSALS: tuple[tuple[str, dict[str, Value]], ...] = (
    (r"[Rr]elay(?:ing)? (?:not permitted|denied|is not)", {"action": "relay_denied", "reason": "relay"}),
    (r"SMTP AUTH is required", {"reason": "not_authenticated"}),
    (
        r"(?i:in an RBL|dnsbl|black ?list|block ?list|listed (?:at|by|in)|spamhaus|spamcop|barracuda)",
        {"reason": "blocklist"},
    ),
    (
        r"(?i:no such (?:user|person|recipient|mailbox)|unknown user|user unknown|unrouteable address|mailbox unavailable)",
        {"reason": "invalid_user"},
    ),
    (r"(?i:sender verify)", {"reason": "sender"}),
    (r"(?i:grey ?list)", {"reason": "greylisted"}),
    (r"(?i:rate ?-?limit|too many)", {"action": "block", "reason": "rate_limit"}),
    (r"(?i:virus|malware|infected)", {"action": "virus"}),
    (r"(?i:spam|Rejected: hits=)", {"action": "spam"}),
    ("", {}),
)  # fmt: skip


def _refusals(head: str) -> Classified:
    """``H=client F=<sender> rejected RCPT <recipient>: why``."""
    submission = _CLIENTS[0].replace("dst_port", "own_port")
    return Classified(
        (
            # cPanel's words name the port.
            rf"{head}{submission} rejected {_COMMANDS[0]}: (?P<status>.*? on port (?P<dst_port>\d+))$",
            *(
                rf"{head}{client}(?: P=[a-z]+)? (?:temporarily )?rejected {command}: (?P<status>.*)"
                for command in _COMMANDS
                for client in _CLIENTS
            ),
        ),
        "status",
        *_REFUSALS,
        needle=" rejected ",
        category="mail",
        action="reject",
    )


_SENTENCES: tuple[tuple[str, dict[str, Value]], ...] = (
    (
        (
            rf"(?P<auth_method>[\w.-]+) authenticator failed for (?:H=)?{_PEER}(?: U=[^ ]+)?: "
            r"(?P<status>5\d\d) (?P<reason>[^(]*[^( ])(?: \(set_id=(?P<user>.*)\))?"
        ),
        _FAILED,
    ),
    # Credentials for which there is no use: the attempt of a machine that tries them all.
    (
        (
            rf'SMTP protocol error in "(?P<command>AUTH.*)" H={_PEER} '
            r"(?P<reason>AUTH command used when not advertised|.*authentication mechanism not supported)"
        ),
        _FAILED,
    ),
    (
        rf"H={_PEER}{_MORE}{_FROM} sender verify (?P<verdict>fail|defer) for <(?P<user>[^>]*)>(?:: (?P<reason>.*))?",
        _REJECT,
    ),
    (
        (
            rf'SMTP protocol synchronization error \((?P<reason>[^)]*)\): rejected (?:connection from|"[^"]*") H={_PEER}'
            r'(?:.*?input="(?P<input>.*)")?'
        ),
        _PROTOCOL,
    ),
    (rf'SMTP (?:protocol|syntax) error in "(?P<command>.*)" H={_PEER} (?P<reason>.*)', _PROTOCOL),
    (rf"SMTP call from {_PEER} dropped: (?P<reason>[^(]*)", _PROTOCOL),
    (rf"(?P<reason>no MAIL in SMTP connection) from {_PEER}", _PROTOCOL),
    (rf"SMTP connection from {_PEER} (?P<reason>closed by DROP in ACL)", _BLOCK),
    (
        rf"(?:SMTP connection|connection) from {_PEER}(?: (?P<reason>.*))?",
        {"category": "network", "action": "connect"},
    ),
    (
        (
            r"(?P<reason>unexpected disconnection while reading SMTP command|SMTP command timeout on connection"
            r"|SMTP data timeout \(message abandoned\) on connection|TLS error on connection|rejected (?:HELO|EHLO)"
            rf"|TLS connection (?:failure|error)) from (?:H=)?{_PEER}"
        ),
        _PROTOCOL,
    ),
    (
        rf"(?:refused connection|Connection) from {_PEER} ?(?:refused: )?(?P<reason>.*)",
        _BLOCK,
    ),
    (
        (
            r"(?:SA: )?Action: (?P<status>[^:]*): (?P<reason>.*?) From <(?P<mail_from>[^>]*)> "
            r"\(host=(?:NULL|(?P<src_host>[^ ]+)) \[(?P<src_ip>[^\]]+)\]\) for (?P<mail_to>[^ ]+)"
        ),
        {"category": "mail", "action": "spam"},
    ),
)
_LAST: tuple[tuple[str, dict[str, Value]], ...] = (
    (rf"(?:H=)?{_PEER}{_MORE} (?P<reason>.*)", {"category": "mail"}),
)
# What only a line with a message id says.
_OF_MESSAGES: tuple[tuple[str, dict[str, Value]], ...] = (
    (
        (
            rf"<= (?P<mail_from>[^ ]+) H={_PEER}(?: (?!A=)[A-Za-z0-9*]+=(?:\"[^\"]*\"|[^ ]+))* "
            r"A=(?P<auth_method>[^: ]+):(?P<user>[^ ]+)"
        ),
        _LOGGED_IN,
    ),
    (
        rf"<= (?P<mail_from>[^ ]+) (?:U=[^ ]+ )?H={_PEER}",
        {"category": "mail", "action": "accept"},
    ),
    (r"<= (?P<mail_from>[^ ]+)", {"category": "mail", "action": "accept"}),
    (
        r"(?P<status>=>|->|>>|==|\*\*|\*>) (?P<mail_to>[^ ]+)(?:.*? H=[^ ]+ \[(?P<dst_ip>[^\]]+)\](?::(?P<dst_port>\d+))?)?",
        {"category": "mail"},
    ),
)


def _patterns(head: str, sentences: tuple[tuple[str, dict[str, Value]], ...]) -> Patterns:
    return Patterns(*(Pattern(head + sentence, **means) for sentence, means in sentences))


class _Headed:
    """Reads lines that begin with a time, a process number or a message id."""

    def __init__(self, *readers: Reader) -> None:
        """``readers`` read the line, head and all."""
        self._readers = readers

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        if _HEAD_PRESENT.match(message) is None:
            return None
        for reader in self._readers:
            reading = reader.read(message)
            if reading is not None:
                return reading
        return None


SOURCE = Source(
    name="exim",
    title="Exim mail server",
    logsource=Logsource(product="exim", service="mail"),
    programs=("exim*", "sa"),
    marks=(
        " authenticator failed for ", " rejected RCPT ", " rejected MAIL", " sender verify fail for ",
        " sender verify defer for ", "SMTP protocol synchronization error", "SMTP protocol error in ",
        "SMTP syntax error in ", "SMTP call from ", "no MAIL in SMTP connection", "SMTP connection from ",
        "rejected by local_scan", "rejected after DATA", "rejected EHLO or HELO", "rejected connection in ",
        " P=esmtp", " P=smtp", "unexpected disconnection while reading SMTP command", "SMTP command timeout on",
        "TLS error on connection from ", "SA: Action: ", " <= ", " => ", "refused connection from ",
    ),
    constants={"service": "mail"},
    readers=(
        _Headed(
            _patterns(_QUEUED, _OF_MESSAGES), _refusals(_HEAD), _patterns(_HEAD, _SENTENCES + _LAST)
        ),
        _refusals(""),
        _patterns("", _SENTENCES + _LAST),
    ),
)  # fmt: skip
