"""DNS servers: BIND's named and NLnet Labs' unbound and NSD.

named writes time, category and level into the line when told to; all are skipped.
A refused query, transfer or update and an answer that a policy zone rewrote are ``deny``.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:(?P<time>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d+)?) )?(?:[a-z-]{3,20}: ){0,2}"
)
_CLIENT: Final = (
    _LEAD
    + r"client (?:@0x[0-9a-f]+ )?(?P<src_ip>[0-9A-Fa-f:.]{2,45})#(?P<src_port>\d+)(?:/key (?P<key>[^ ]+))?"
    + r"(?: \((?P<asked>[^)]*)\))?: (?:signer \"[^\"]*\" ?)?(?:view [^ :]+: )?"
)
_QUESTION: Final = (
    r"'(?P<query_name>[^'/]*)(?:/(?P<query_type>[^'/]*))?/(?P<query_class>[A-Z0-9]+)'"
)
_LEVEL: Final = r"(?:\[\d+(?::[0-9a-f]+)?\] )?(?:(?P<severity>info|notice|warning|error|debug): )?"

SOURCE = Source(
    name="named",
    title="BIND, unbound and NSD",
    logsource=Logsource(category="dns", product="bind"),
    programs=("named", "named-pkcs11", "bind", "bind9", "unbound", "nsd", "lwresd"),
    marks=(
        ": query (cache) ",
        ": zone transfer '",
        ": bad zone transfer request: ",
        " refused, no acl matches",
        "ratelimit block ",
        ": rate limit drop ",
        ": rate limit slip ",
    ),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(rf"{_CLIENT}query(?: \(cache\))? {_QUESTION} denied(?: \((?P<why>[^)]*)\))?"),
            Pattern(rf"{_CLIENT}query(?: \(cache\))? denied"),
            Pattern(
                rf"{_CLIENT}(?:zone transfer|update|updating zone|notify) {_QUESTION}:? ?(?:denied|update failed: (?P<why>[^\n]*))"
            ),
            Pattern(rf"{_CLIENT}bad zone transfer request: {_QUESTION}: (?P<why>[^\n]*)"),
            Pattern(
                rf"{_CLIENT}(?:update|received notify for zone) {_QUESTION}(?P<why>[^\n]*(?:denied|refused|not authoritative|unauthorized)[^\n]*)"
            ),
            Pattern(
                rf"{_CLIENT}rpz (?P<policy>[A-Z-]+ [A-Z-]+)(?: rewrite)? (?P<query_name>[^ /]+)(?:/(?P<query_type>[^ /]+))?(?:/(?P<query_class>[^ ]+))?(?: via (?P<rule>[^ ]+))?"
            ),
            Pattern(
                rf"{_CLIENT}(?:would )?rate limit (?:drop|slip)(?P<why>[^\n]*)", reason="rate_limit"
            ),
            Pattern(rf"{_CLIENT}request has invalid signature: (?P<why>[^\n]*)"),
            Pattern(rf"{_CLIENT}no matching view in class '(?P<query_class>[^']*)'"),
            Pattern(
                rf"{_LEVEL}ratelimit block (?P<query_name>[^ ]+?)\.?(?: type (?P<query_type>[^ ]+))? target (?P<target>[^ ]+) query (?P<src_ip>[^ ]+)(?: (?P<asked_type>[^ ]+))?",
                reason="rate_limit",
            ),
            Pattern(
                rf"{_LEVEL}(?:axfr|ixfr|AXFR|IXFR) for (?:zone )?(?P<query_name>[^ ]+?)\.? from (?:client )?(?P<src_ip>[^ ]+) refused(?:, (?P<why>[^\n]*))?"
            ),
            Pattern(
                rf"{_LEVEL}(?:notify|update) for (?:zone )?(?P<query_name>[^ ]+?)\.? from (?:client )?(?P<src_ip>[^ ]+) refused(?:, (?P<why>[^\n]*))?"
            ),
            Pattern(
                rf"{_LEVEL}(?:refused|ip_ratelimit exceeded|ratelimit exceeded)(?: query)?(?: from)? (?P<src_ip>[0-9A-Fa-f:.]{{2,45}})(?P<why>[^\n]*)"
            ),
            category="dns",
            action="deny",
        ),
        Patterns(
            Pattern(
                rf"{_CLIENT}query: (?P<query_name>[^ ]+) (?P<query_class>[^ ]+) (?P<query_type>[^ ]+) (?P<flags>[^ ]+)(?: \((?P<dst_ip>[^)]*)\))?"
            ),
            Pattern(
                rf"{_LEVEL}(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}) (?P<query_name>[^ ]+?)\.? (?P<query_type>[A-Z0-9]+) IN\b(?P<answer>[^\n]*)"
            ),
            category="dns",
            action="query",
        ),
        Patterns(
            Pattern(rf"{_CLIENT}(?P<why>[^\n]*)", category="dns"),
            Pattern(
                rf"{_LEAD}(?P<why>[^\n]* resolving) {_QUESTION}: (?P<dst>[^ ]+)", category="dns"
            ),
        ),
    ),
)
