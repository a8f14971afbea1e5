"""Postfix: the SMTP server, postscreen, the queue, and its usual policy services.

Syslog tags are ``postfix/smtpd``, ``postfix/smtps/smtpd``, ``postfix-out/smtp`` and so on. One
process of the SMTP server serves one client at a time, so lines that name no client
inherit the one that the same process spoke of last.
"""

from midwatch.events.readers import Classified, KeyValues, Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source, Value

_PEER = r"(?:unknown|(?P<src_host>[^ \[\]]{1,255}))?\[(?P<src_ip>[^\]]{2,64})\](?::(?P<src_port>\d{1,5}))?"
_SCREENED = r"\[(?P<src_ip>[^\]]{2,64})\]:(?P<src_port>\d{1,5})"
_QUEUED = r"(?:NOQUEUE|(?P<session>[0-9A-Za-z]{6,20})): "
_ENVELOPE = (
    r"(?:[;,] from=<(?P<mail_from>[^>]*)>)?(?:[;,]? to=<(?P<mail_to>[^>]*)>)?"
    r"(?:[;,]? proto=(?P<protocol>[A-Z]+))?(?:,? helo=<?(?P<helo>[^>]*)>?)?"
)

_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "mail",
}
_LOGGED_IN: dict[str, Value] = {**_FAILED, "outcome": "success"}
_PROTOCOL: dict[str, Value] = {"action": "protocol_error"}
_REJECT: dict[str, Value] = {"action": "reject"}
_BLOCK: dict[str, Value] = {"action": "block"}
_NETWORK: dict[str, Value] = {"category": "network"}

# What the text of a refusal means, the most particular first.
_REFUSALS: tuple[tuple[str, dict[str, Value]], ...] = (
    (r"[Rr]elay access denied", {"action": "relay_denied", "reason": "relay"}),
    (r"Service unavailable;|[Bb]locked using|[Bb]lacklisted|listed (?:at|by|in)", {"reason": "blocklist"}),
    (
        r"[Uu]ser unknown|undeliverable address|[Uu]nknown user|User doesn't exist|mailbox unavailable",
        {"reason": "invalid_user"},
    ),
    (r"Helo command rejected:", {"reason": "helo"}),
    (r"Sender address rejected:", {"reason": "sender"}),
    (r"[Gg]reylist|try again later", {"reason": "greylisted"}),
    (r"too many|rate limit|screening ports busy", {"action": "block", "reason": "rate_limit"}),
    (r"virus|malware|infected", {"action": "virus"}),
    (r"[Ss]pam|SPAM", {"action": "spam"}),
    ("", {}),
)  # fmt: skip
_VERDICT = (
    rf"{_QUEUED}(?P<verdict>reject(?:_warning)?|milter-reject|discard|hold|redirect|filter|warn): "
    rf"(?P<command>[A-Z][A-Z-]*(?: [A-Z]+)?) from {_PEER}: "
)
# ``reject: RCPT from client: text; from=<…> to=<…> proto=ESMTP helo=<…>``
_REFUSED = Classified(
    (
        rf"{_VERDICT}(?P<status>[^;]*(?:; (?!from=|proto=)[^;]*)*){_ENVELOPE}$",
        rf"{_VERDICT}(?P<status>.*)$",
    ),
    "status",
    *_REFUSALS,
    needle=": ",
    action="reject",
)

_SMTPD = Patterns(
    Pattern(rf"connect from {_PEER}", action="connect", **_NETWORK),
    Pattern(rf"disconnect from {_PEER}(?: [a-z]+=[\d/]+)*? auth=0/(?P<attempts>\d+)", **_FAILED),
    Pattern(rf"disconnect from {_PEER}", action="close", **_NETWORK),
    Pattern(
        rf"warning: {_PEER}: SASL (?P<auth_method>[^ ]+) authentication failed:? ?"
        r"(?P<reason>Connection lost to authentication server|Invalid authentication mechanism|"
        r"Temporary authentication failure)",
        **_PROTOCOL,
    ),
    Pattern(
        rf"warning: {_PEER}: SASL (?P<auth_method>[^ ]+) authentication failed"
        r"(?:: (?P<reason>.*?))?(?:, sasl_username=(?P<user>.*))?$",
        **_FAILED,
    ),
    Pattern(
        rf"warning: {_PEER}: SASL (?P<auth_method>[^ ]+) authentication (?P<reason>aborted)",
        **_PROTOCOL,
    ),
    # Cyrus SASL's own words, before the line that names the client.
    Pattern(r"warning: SASL authentication (?:failure|problem): (?P<reason>.*)", **_PROTOCOL),
    Pattern(
        rf"{_QUEUED}client={_PEER}, sasl_method=(?P<auth_method>[^,]+), sasl_username=(?P<user>.*?)(?:, sasl_sender=(?P<sasl_sender>.*))?$",
        **_LOGGED_IN,
    ),
    Pattern(rf"{_QUEUED}client={_PEER}", action="accept"),
    # Header and body checks put the offending line before the client.
    Pattern(
        rf"{_QUEUED}(?P<verdict>reject|warning|discard|hold|prepend|replace): (?:header|body|mime-header) "
        rf"(?P<header>.*) from (?:local|{_PEER}); from=<(?P<mail_from>[^>]*)>(?: to=<(?P<mail_to>[^>]*)>)?"
        r"(?: proto=(?P<protocol>[A-Z]+))?(?: helo=<(?P<helo>[^>]*)>)?(?:: (?P<reason>.*))?$",
        **_REJECT,
    ),
    Pattern(
        rf"(?:NOQUEUE: |[0-9A-Za-z]{{6,20}}: )?(?P<reason>lost connection|timeout|too many errors|improper command pipelining|Unexpected EOF) "
        rf"after (?P<command>[^\[]*?) from {_PEER}(?:: (?P<input>.*))?$",
        **_PROTOCOL,
    ),
    Pattern(
        rf"warning: (?P<reason>non-SMTP command|Illegal address syntax) from {_PEER}(?: in [A-Z]+ command)?: (?P<input>.*)",
        **_PROTOCOL,
    ),
    Pattern(
        rf"warning: (?P<limit>[A-Za-z ]+) limit exceeded: (?P<count>\d+) from {_PEER} for service (?P<listener>[^ ]+)",
        reason="rate_limit",
        **_BLOCK,
    ),
    Pattern(rf"warning: {_PEER} sent (?P<reason>.*)", **_PROTOCOL),
    Pattern(
        r"warning: hostname (?P<src_host>[^ ]+) does not resolve to address (?P<src_ip>[^: ]+(?::[0-9A-Fa-f:]+)?)(?:: (?P<reason>.*))?$",
    ),
    Pattern(
        r"warning: (?P<src_ip>[0-9A-Fa-f.:]+): (?:hostname (?P<src_host>[^ ]+) verification failed|address not listed for hostname .*)",
    ),
    Pattern(rf"SSL_accept error from {_PEER}: (?P<reason>.*)", **_PROTOCOL),
    Pattern(
        rf"(?:Anonymous|Untrusted|Trusted|Verified) TLS connection established (?:from|to) {_PEER}: (?P<tls_version>[^ ]+)",
    ),
    Pattern(rf"warning: {_PEER}: (?P<reason>.*)"),
)
_POSTSCREEN = Patterns(
    Pattern(
        rf"CONNECT from {_SCREENED} to \[(?P<dst_ip>[^\]]+)\]:(?P<dst_port>\d+)",
        action="connect",
        **_NETWORK,
    ),
    Pattern(rf"(?P<reason>PREGREET) \d+ after [\d.]+ from {_SCREENED}: (?P<input>.*)", **_PROTOCOL),
    Pattern(rf"(?P<reason>HANGUP) after [\d.]+ from {_SCREENED}", **_PROTOCOL),
    Pattern(rf"DNSBL rank (?P<score>-?\d+) for {_SCREENED}", reason="blocklist", **_BLOCK),
    Pattern(
        r"(?P<reason>BARE NEWLINE|COMMAND PIPELINING|NON-SMTP COMMAND|COMMAND (?:TIME|COUNT|LENGTH) LIMIT) "
        rf"from {_SCREENED} after (?P<command>[^ :]+)(?:: (?P<input>.*))?",
        **_PROTOCOL,
    ),
    Pattern(rf"(?P<reason>BLACKLISTED|DENYLISTED) {_SCREENED}", **_BLOCK),
    Pattern(
        rf"(?P<reason>WHITELIST VETO|ALLOWLIST VETO|WHITELISTED|ALLOWLISTED|PASS NEW|PASS OLD|DISCONNECT) {_SCREENED}",
        **_NETWORK,
    ),
)
_QUEUE = Patterns(
    Pattern(
        r"statistics: max (?P<limit>[a-z ]+ (?:rate|count)) (?P<count>[^ ]+) for \((?P<listener>[^:)]+):(?P<src_ip>[^)]+)\) at ",
        category="system",
    ),
    Pattern(
        r"(?P<session>[0-9A-Za-z]{6,20}): to=<(?P<mail_to>[^>]*)>,(?: orig_to=<[^>]*>,)? "
        r"relay=(?:[^,\[]*\[(?P<dst_ip>[^\]]+)\]:(?P<dst_port>\d+)|(?P<relay>[^,]*)), .*?status=(?P<status>[a-z]+)(?: \((?P<reason>.*)\))?$",
    ),
    Pattern(
        r"(?P<session>[0-9A-Za-z]{6,20}): from=<(?P<mail_from>[^>]*)>, (?:size=(?P<size>\d+)|status=(?P<status>[a-z]+))"
    ),
    Pattern(r"(?P<session>[0-9A-Za-z]{6,20}): (?:resent-)?message-id=<?(?P<message_id>[^>]*)"),
    Pattern(
        r"(?P<session>[0-9A-Za-z]{6,20}): (?P<status>removed|uid=\d+ from=.*|sender .* notification.*)$"
    ),
    # policyd-spf, which Postfix calls itself.
    Pattern(
        r"(?:prepend |\d{3} [\d.]+ )?(?P<status>Received-SPF: [A-Za-z]+|Message rejected due to|.*?SPF [a-z]+).*?"
        r"client-ip=(?P<src_ip>[^;]+); helo=(?P<helo>[^;]*); envelope-from=(?P<mail_from>[^;]*); receiver=(?P<mail_to>[^ ;]*)",
    ),
)

SOURCE = Source(
    name="postfix",
    title="Postfix mail server",
    logsource=Logsource(product="postfix", service="mail"),
    programs=("postfix*", "postgrey", "policyd-spf", "postscreen"),
    marks=("NOQUEUE: reject: ", "]: SASL LOGIN auth", "]: SASL PLAIN auth"),
    constants={"category": "mail", "service": "mail"},
    carry=Carry("pid", ("src_ip",)),
    readers=(
        _SMTPD,
        _REFUSED,
        _POSTSCREEN,
        _QUEUE,
        KeyValues(
            {
                "src_ip": "client_address",
                "mail_from": "sender",
                "mail_to": "recipient",
                "reason": "reason",
                "status": "action",
            },
            separator=", ",
            require=("client_address",),
        ),
    ),
)  # fmt: skip
