"""Sendmail 8: logins, refusals by its rulesets, protocol errors, the queue.

A line is ``queue-id: what happened``; the client is ``host [address] (may be forged)`` and,
inside lists, ``relay=…``. A name may hold ``, relay=`` itself: the last one counts.
"""

from midwatch.events.readers import Classified, Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_QUEUED = r"(?:(?P<session>[0-9A-Za-z]{12,20}): )?"
_PEER = r"(?:(?P<src_host>[^ \[,]+) )?\[(?:IPv6:)?(?P<src_ip>[^\]]+)\](?: \(may be forged\))?"
_RULESET = (
    rf"{_QUEUED}ruleset=(?P<ruleset>\w+), arg1=(?:<(?P<mail_to>[^>]*)>|(?P<arg1>[^,]*)),(?: arg2=[^,]*,)?"
    rf"(?: relay={_PEER},)? (?P<verdict>reject|discard|quarantine|tempfail)="
)
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_REJECT: dict[str, Value] = {"category": "mail", "action": "reject"}
_PROTOCOL: dict[str, Value] = {"category": "mail", "action": "protocol_error"}

_REFUSALS: tuple[tuple[str, dict[str, Value]], ...] = (
    (r"Relaying (?:temporarily )?denied", {"action": "relay_denied", "reason": "relay"}),
    (r"rate limit|Too many open connections|[Tt]oo many", {"action": "block", "reason": "rate_limit"}),
    (
        r"(?i:blacklist|blocklist|\brbl\b|\bpbl\b|listed (?:at|by|in)|spamhaus|spamcop|barracuda|dnsbl)",
        {"reason": "blocklist"},
    ),
    (r"[Uu]ser unknown|No such user|Unknown user", {"reason": "invalid_user"}),
    (r"Domain of sender address|Sender address", {"reason": "sender"}),
    (r"(?i:grey ?list)", {"reason": "greylisted"}),
    ("", {}),
)  # fmt: skip

SOURCE = Source(
    name="sendmail",
    title="Sendmail",
    logsource=Logsource(product="sendmail", service="mail"),
    programs=("sendmail*", "sm-*", "newaliases"),
    marks=(": possible SMTP attack: ", "AUTH failure (", ", reject=5", "ruleset=check_"),
    constants={"service": "mail"},
    readers=(
        Classified(
            (rf"{_RULESET}(?P<status>.*)",),
            "status",
            *_REFUSALS,
            needle="ruleset=",
            **_REJECT,
        ),
        Patterns(
            Pattern(
                rf"{_QUEUED}AUTH failure \((?P<auth_method>[^)]*)\): (?>(?P<reason>.*?), user=)(?P<user>.*), relay={_PEER}$",
                **_FAILED,
            ),
            Pattern(
                rf"{_QUEUED}AUTH failure \((?P<auth_method>[^)]*)\): (?P<reason>.*), relay={_PEER}$",
                **_FAILED,
            ),
            Pattern(
                rf"{_QUEUED}{_PEER}: possible SMTP attack: command=AUTH, count=(?P<attempts>\d+)",
                **_FAILED,
            ),
            Pattern(
                rf"{_QUEUED}{_PEER}: possible SMTP attack: command=(?P<command>[^,]*), count=(?P<attempts>\d+)",
                **_PROTOCOL,
            ),
            Pattern(
                rf"{_QUEUED}AUTH=server, relay={_PEER}, authid=(?P<user>.*), mech=(?P<auth_method>[^,]*), bits=\d+",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_QUEUED}rejecting commands from {_PEER}? ?due to (?P<reason>.*)".replace(
                    r"(?:(?P<src_host>[^ \[,]+) )?", r" ?(?:(?P<src_host>[^ \[,]+) )?"
                ),
                **_PROTOCOL,
            ),
            Pattern(
                rf"{_QUEUED}{_PEER}: (?P<command>(?i:EXPN|VRFY|ETRN) .*) \[rejected\]", **_REJECT
            ),
            Pattern(
                rf"{_QUEUED}{_PEER} did not issue (?P<reason>[A-Z/]+) during connection to (?P<listener>[^ ]+)",
                **_PROTOCOL,
            ),
            Pattern(
                rf"{_QUEUED}(?P<reason>lost input channel|timeout waiting for input|collect: premature EOM|probable open proxy|SYSERR.*?) (?:from|to) {_PEER}",
                **_PROTOCOL,
            ),
            Pattern(
                rf"{_QUEUED}<?(?P<mail_to>[^ >]*)>?\.\.\. (?P<reason>No such user here|User unknown)",
                **_REJECT,
            ),
            Pattern(
                rf"{_QUEUED}from=<?(?P<mail_from>[^ >,]*)>?, size=(?P<size>\d+), .*?relay={_PEER}$",
                category="mail",
                action="accept",
            ),
            Pattern(
                rf"{_QUEUED}to=<?(?P<mail_to>[^ >,]*)>?, (?>(?:(?>.*?\brelay=)(?P<relay>[^ ,]+)(?: \[(?P<dst_ip>[^\]]+)\])?, )?)(?>.*?\bstat=)(?P<status>.*)",
                category="mail",
            ),
            Pattern(
                rf"{_QUEUED}Milter(?: \([^)]*\))?: .*?(?:to=<(?P<mail_to>[^>]*)>, )?reject=(?P<status>.*)",
                **_REJECT,
            ),
            Pattern(
                rf"{_QUEUED}(?P<reason>STARTTLS=server), relay={_PEER}, version=(?P<tls_version>[^,]*)",
                category="mail",
            ),
            Pattern(
                rf"{_QUEUED}(?P<reason>NOQUEUE: connect from|connect from) {_PEER}",
                category="network",
                action="connect",
            ),
        ),
    ),
)
