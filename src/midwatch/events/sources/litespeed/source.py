"""LiteSpeed's and OpenLiteSpeed's error log and the WebAdmin console's logins.

``[LEVEL] [pid] [T0] [client:port:connection#virtual host] what happened``; the address in
the brackets is the server's own knowledge, those in the text need not be.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = (
    r"\[(?P<severity>[A-Z]+)\] (?:\[(?P<pid>\d+)\] )?(?:\[T\d+\] )?"
    r"\[\[?(?P<src_ip>\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f:.]+(?=\]:))\]?(?::(?P<src_port>\d{1,5}))?(?::(?P<session>[^\]#]*))?"
    r"(?:#(?P<vhost>[^\]]*))?\] "
)
_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "admin",
}

SOURCE = Source(
    name="litespeed",
    title="LiteSpeed web server",
    logsource=Logsource(product="litespeed", service="error"),
    programs=("litespeed", "lshttpd", "openlitespeed"),
    marks=("[WebAdmin Console]", "] [STDERR] ", "[MODSEC]", "#_AdminVHost]", "#APVH_"),
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?:\[STDERR\] )?\[WebAdmin Console\] Failed Login Attempt - username:(?P<user>.*) ip:[^ ]* url:(?P<referrer>.*)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?:\[STDERR\] )?\[WebAdmin Console\] (?:Successful|Login) .*?username:(?P<user>.*?) ip:",
                category="authentication",
                outcome="success",
                action="login",
                service="admin",
            ),
            Pattern(
                r"(?>.*?\[WebAdmin Console\] Failed Login Attempt - username:)(?P<user>.*) ip:(?P<src_ip>[^ ]*) url:",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?:User|\[AUTH\] User) '?(?P<user>.*?)'? (?P<reason>failed to authenticate|not found|password mismatch).*",
                **{**_FAILED, "service": "web"},
            ),
            Pattern(
                rf"{_HEAD}\[?(?:MODSEC|mod_security)\]? (?P<reason>.*?)(?:\[id:? ?\"?(?P<signature_id>\d+).*)?$",
                category="ids",
                action="alert",
                service="web",
            ),
            Pattern(
                rf"{_HEAD}(?P<reason>\[ACL\] Access is denied.*|.*?(?:bot detected|is over conn (?:soft|hard) limit).*)",
                category="web",
                action="deny",
                service="web",
            ),
            Pattern(rf"{_HEAD}(?P<reason>.*)", category="web", action="error", service="web"),
        ),
    ),
)
