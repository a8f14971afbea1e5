"""Exim: ``mainlog`` and ``rejectlog``, from a file or by syslog.

A line is ``date [pid] message-id what happened``, where pid and id may be missing. The
client is written ``host (helo) [address]:port I=[own address]:port``; only what stands in
square brackets behind the parentheses was seen by Exim, the rest is the client's word.

A recipient or sender that Exim refuses is given as ``user`` too: it is the account the
client was after.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_MESSAGE_ID = r"[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4})"
_STAMP = (
    r"(?:(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?) )?(?:\[(?P<pid>\d+)\] )?"
)
_HEAD = rf"{_STAMP}(?:(?P<session>{_MESSAGE_ID}) )?"
_QUEUED = rf"{_STAMP}(?P<session>{_MESSAGE_ID}) "
_PEER = (
    r"(?:(?P<src_host>[^ \[(]+) )?(?:\((?P<helo>[^ ]*)\) )?\[(?P<src_ip>[0-9A-Fa-f:.]{2,45})\](?::(?P<src_port>\d{1,5}))?"
    r"(?: I=\[(?P<dst_ip>[^\]]+)\](?::(?P<dst_port>\d{1,5}))?)?(?: Ci=\d+)?"
)
# X=, CV=, U= and their like; then the sender, then (on submission) the account.
_MORE = r'(?: (?:X|CV|DN|SNI|U|P|K|S|Ci|id|PRX|R|T|L|M8S)=(?:"[^"]*"|[^ ]+))*'
_FROM = r"(?: F=<?(?P<mail_from>[^ >]*)>?)?"
_ACCOUNT = r"(?: A=(?P<auth_method>[^: ]+)(?::(?P<account>[^ ]+))?)?"
_CLIENT = rf"(?:F=<?(?P<mail_from>[^ >]*)>? )?H={_PEER}{_MORE}"

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGGED_IN: dict[str, Value] = {**_FAILED, "outcome": "success"}
_REJECT: dict[str, Value] = {"category": "mail", "action": "reject"}
_BLOCK: dict[str, Value] = {"category": "mail", "action": "block"}
_PROTOCOL: dict[str, Value] = {"category": "mail", "action": "protocol_error"}

_REFUSALS: tuple[tuple[str, dict[str, Value]], ...] = (
    (
        r".*?[Rr]elay(?:ing)? (?:not permitted|denied|is not)",
        {**_REJECT, "action": "relay_denied", "reason": "relay"},
    ),
    (
        r"(?i:.*?(?:in an RBL|dnsbl|black ?list|block ?list|listed (?:at|by|in)|spamhaus|spamcop|barracuda))",
        {**_REJECT, "reason": "blocklist"},
    ),
    (
        r"(?i:.*?(?:no such user|unknown user|user unknown|unrouteable address|no such (?:person|recipient|mailbox)|mailbox unavailable))",
        {**_REJECT, "reason": "invalid_user"},
    ),
    (r"(?i:.*?sender verify)", {**_REJECT, "reason": "sender"}),
    (r"(?i:.*?grey ?list)", {**_REJECT, "reason": "greylisted"}),
    (r"(?i:.*?rate ?-?limit|.*?too many)", {**_BLOCK, "reason": "rate_limit"}),
    (r"(?i:.*?(?:virus|malware|infected))", {**_REJECT, "action": "virus"}),
    (r"(?i:.*?(?:spam|Rejected: hits=))", {**_REJECT, "action": "spam"}),
    ("", _REJECT),
)

_LOGINS = Patterns(
    Pattern(
        rf"{_HEAD}(?P<auth_method>[\w.-]+) authenticator failed for (?:H=)?{_PEER}(?: U=[^ ]+)?: "
        r"(?P<status>5\d\d) (?P<reason>[^(]*[^( ])(?: \(set_id=(?P<user>.*)\))?",
        **_FAILED,
    ),
    # Credentials for which there is no use: the attempt of a machine that tries them all.
    Pattern(
        rf'{_HEAD}SMTP protocol error in "(?P<command>AUTH.*)" H={_PEER} '
        r"(?P<reason>AUTH command used when not advertised|.*authentication mechanism not supported)",
        **_FAILED,
    ),
    Pattern(
        rf"{_QUEUED}<= (?P<mail_from>[^ ]+) H={_PEER}(?: (?!A=)[A-Za-z0-9*]+=(?:\"[^\"]*\"|[^ ]+))* A=(?P<auth_method>[^: ]+):(?P<user>[^ ]+)",
        **_LOGGED_IN,
    ),
)
_MAIL = Patterns(
    Pattern(
        rf"{_HEAD}H={_PEER.replace('dst_port', 'own_port')}{_MORE}{_FROM} rejected RCPT <?(?P<user>(?P<mail_to>[^ >]*))>?: "
        r"(?P<status>SMTP AUTH is required for message submission on port (?P<dst_port>\d+))",
        reason="not_authenticated",
        **_REJECT,
    ),
    *(
        Pattern(
            rf"{_HEAD}{_CLIENT}{_FROM if ordered else ''}{_ACCOUNT}(?: P=[a-z]+)? (?:temporarily )?rejected "
            rf"(?P<command>RCPT) <?(?P<user>(?P<mail_to>[^ >]*))>?: (?P<status>{text}.*)".replace(
                _CLIENT, _CLIENT if not ordered else rf"H={_PEER}{_MORE}"
            ),
            **means,
        )
        for ordered in (True, False)
        for text, means in _REFUSALS
    ),
    *(
        Pattern(
            rf"{_HEAD}{_CLIENT if not ordered else rf'H={_PEER}{_MORE}{_FROM}'}{_ACCOUNT}(?: P=[a-z]+)? (?:temporarily )?rejected "
            rf"(?P<command>connection in \"?[a-z]+\"? ACL|[^:]*): (?P<status>{text}.*)",
            **means,
        )
        for ordered in (True, False)
        for text, means in _REFUSALS
    ),
    Pattern(
        rf"{_HEAD}H={_PEER}{_MORE}{_FROM} sender verify (?P<verdict>fail|defer) for <(?P<user>[^>]*)>(?:: (?P<reason>.*))?",
        **_REJECT,
    ),
    Pattern(
        rf'{_HEAD}SMTP protocol synchronization error \((?P<reason>[^)]*)\): rejected (?:connection from|"[^"]*") H={_PEER}'
        r'(?:.*?input="(?P<input>.*)")?',
        **_PROTOCOL,
    ),
    Pattern(
        rf'{_HEAD}SMTP (?:protocol|syntax) error in "(?P<command>.*)" H={_PEER} (?P<reason>.*)',
        **_PROTOCOL,
    ),
    Pattern(rf"{_HEAD}SMTP call from {_PEER} dropped: (?P<reason>[^(]*)", **_PROTOCOL),
    Pattern(rf"{_HEAD}(?P<reason>no MAIL in SMTP connection) from {_PEER}", **_PROTOCOL),
    Pattern(rf"{_HEAD}SMTP connection from {_PEER} (?P<reason>closed by DROP in ACL)", **_BLOCK),
    Pattern(
        rf"{_HEAD}(?:SMTP connection|connection) from {_PEER}(?: (?P<reason>.*))?",
        category="network",
        action="connect",
    ),
    Pattern(
        rf"{_HEAD}(?P<reason>unexpected disconnection while reading SMTP command|SMTP command timeout on connection"
        rf"|SMTP data timeout \(message abandoned\) on connection|TLS error on connection|rejected (?:HELO|EHLO)"
        rf"|TLS connection (?:failure|error)) from (?:H=)?{_PEER}",
        **_PROTOCOL,
    ),
    Pattern(
        rf"{_HEAD}(?:refused connection|Connection) from {_PEER} ?(?:refused: )?(?P<reason>.*)",
        **_BLOCK,
    ),
    Pattern(
        rf"{_HEAD}(?:SA: )?Action: (?P<status>[^:]*): (?P<reason>.*?) From <(?P<mail_from>[^>]*)> "
        r"\(host=(?:NULL|(?P<src_host>[^ ]+)) \[(?P<src_ip>[^\]]+)\]\) for (?P<mail_to>[^ ]+)",
        category="mail",
        action="spam",
    ),
    Pattern(
        rf"{_QUEUED}<= (?P<mail_from>[^ ]+) (?:U=[^ ]+ )?H={_PEER}",
        category="mail",
        action="accept",
    ),
    Pattern(rf"{_QUEUED}<= (?P<mail_from>[^ ]+)", category="mail", action="accept"),
    Pattern(
        rf"{_QUEUED}(?P<status>=>|->|>>|==|\*\*|\*>) (?P<mail_to>[^ ]+)(?:.*? H=[^ ]+ \[(?P<dst_ip>[^\]]+)\](?::(?P<dst_port>\d+))?)?",
        category="mail",
    ),
    Pattern(rf"{_HEAD}(?:H=)?{_PEER}{_MORE} (?P<reason>.*)", category="mail"),
)

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
    readers=(_LOGINS, _MAIL),
)  # fmt: skip
