"""Cyrus SASL's ``saslauthd``: passwords it refused for a mail server, which knows the client."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="saslauthd",
    title="saslauthd",
    logsource=Logsource(product="linux", service="saslauthd"),
    programs=("saslauthd",),
    marks=("auth failure: [user=",),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                r"do_auth +: auth failure: \[user=(?P<user>.*)\] \[service=(?P<protocol>[^\]]*)\] \[realm=(?P<domain>[^\]]*)\] "
                r"\[mech=(?P<auth_method>[^\]]*)\] \[reason=(?P<reason>[^\]]*)\]",
                category="authentication",
                outcome="failure",
                action="login",
            ),
            Pattern(
                r"do_auth +: auth success(?: \(cached\))?: \[user=(?P<user>.*)\] \[service=(?P<protocol>[^\]]*)\]",
                category="authentication",
                outcome="success",
                action="login",
            ),
        ),
    ),
)
