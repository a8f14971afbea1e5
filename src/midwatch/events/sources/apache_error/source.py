"""The Apache HTTP server's error log, as versions 2.2 and 2.4 write it.

2.2: ``[level] [client 192.0.2.1] what happened``. 2.4: ``[module:level] [pid 1:tid 2]
(errno)text: [client 192.0.2.1:40000] AH01618: what happened``. ModSecurity's messages in
this log are read by the source ``modsecurity``.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LEVEL = r"(?P<severity>emerg|alert|crit|error|warn|notice|info|debug|trace\d)"
# Version 2.4 writes the port behind a bare IPv6 address too; five digits are no part of one.
_CLIENT = (
    r"\[(?:client|remote) (?P<src_ip>\d+\.\d+\.\d+\.\d+(?=[\]:])|[^\]]+?(?=:\d{5}\])|[^\]]+)"
    r"(?::(?P<src_port>\d{1,5}))?\] "
)
_HEAD = (
    rf"\[(?P<module>[\w-]*):{_LEVEL}\] (?:\[vhost [^\]]*\] )?"
    r"(?:\[pid (?P<pid>\d+)(?::tid \d+)?\] )?"
    r"(?:[\w./-]+\(\d+\): )?(?:\(\d+\)(?P<errno>[^:\[]*): )?"
    rf"{_CLIENT}"
)
_HEAD_2_2 = rf"\[{_LEVEL}\] {_CLIENT}(?:\(\d+\)(?P<errno>[^:\[]*): )?"
_CODE = r"(?!\[client |\[remote |ModSecurity: |Coraza: )(?:(?P<code>AH\d{5}): )?"
_END = r"(?:, referer: (?P<referrer>[^ ]*))?$"

_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}
_ERROR: dict[str, Value] = {"category": "web", "action": "error", "service": "web"}
_DENIED: dict[str, Value] = {"category": "web", "action": "deny", "service": "web"}
_ALERT: dict[str, Value] = {"category": "ids", "action": "alert", "service": "web"}

_SENTENCES: tuple[tuple[str, dict[str, Value]], ...] = (
    (
        rf"(?>user '?(?P<user>.*?)'?: authentication failure for \")(?P<url_path>.*?)\": [Pp]assword [Mm]ismatch{_END}",
        {"reason": "bad_password", **_FAILED},
    ),
    (
        rf"(?>user '?(?P<user>.*?)'?: (?P<reason>authorization|authentication) failure for \")(?>(?P<url_path>.*?)\":).*?{_END}",
        _FAILED,
    ),
    # mod_auth_digest quotes `so'.
    (
        rf"(?:Digest: )?(?>user `(?P<user>.*?)'(?:: | )in realm `)(?>(?P<domain>.*?)' not found: )(?P<url_path>.*?){_END}",
        {"reason": "invalid_user", **_FAILED},
    ),
    (
        rf"(?:Digest: )?(?>user `(?P<user>.*?)': password mismatch: )(?P<url_path>.*?){_END}",
        {"reason": "bad_password", **_FAILED},
    ),
    (
        (
            r"(?:Digest: )?(?P<reason>invalid nonce|realm mismatch|unknown algorithm|invalid qop|client used wrong"
            r" authentication scheme|wrong authentication scheme|unknown digest|(?:invalid )?opaque)[ `:].*$"
        ),
        _FAILED,
    ),
    (
        rf"(?>user '?(?P<user>.*?)'?:? not found: (?=/|,|$))(?P<url_path>.*?){_END}",
        {"reason": "invalid_user", **_FAILED},
    ),
    (
        (
            r"(?:\[\d+\] )?auth_ldap authenticate: (?>user (?P<user>.*?) authentication failed; URI )"
            rf"(?P<url_path>[^ ]*) \[(?P<reason>[^\]]*)\](?:\[[^\]]*\])?{_END}"
        ),
        _FAILED,
    ),
    (
        rf"user '?(?P<user>.*?)'? denied by provider: (?P<url_path>.*?){_END}",
        {"reason": "not_allowed", **_FAILED},
    ),
    (
        rf"authorization of user '?(?P<user>.*?)'? to access (?P<url_path>[^ ]*) failed(?:, reason: (?P<reason>.*?))?{_END}",
        _FAILED,
    ),
    (
        rf"(?P<reason>authorization failure \(no authenticated user\)): (?P<url_path>.*?){_END}",
        _DENIED,
    ),
    (r"PAM: user '(?P<user>.*)' - (?P<reason>not authenticated|invalid account)", _FAILED),
    (
        r"AuthExtern (?P<provider>[^ ]+) \[.*?\]: Failed \((?P<reason>-?\d+)\) for user (?P<user>.*)$",
        _FAILED,
    ),
    (
        (
            r"access to (?P<url_path>[^ ]+) failed(?: for [^ ,]+)?, reason: (?P<reason>"
            r"user '?(?P<user>[^ ']*)'? (?:does not meet|is not|not allowed).*|verification of user id.*)$"
        ),
        _FAILED,
    ),
    (
        r"(?:krb5_get_init_creds_password|krb5_verify_init_creds|gss_accept_sec_context)\(\) failed: (?P<reason>.*)$",
        _FAILED,
    ),
    # phpMyAdmin with AuthLog set to "php".
    (r"user denied: (?P<user>.*) \((?P<reason>[a-z-]+)\) from [^ ]+$", _FAILED),
    (
        rf"client denied by server configuration: (?P<file>.*?){_END}",
        {"reason": "not_allowed", **_DENIED},
    ),
    (rf"Directory index forbidden by (?:Options directive|rule): (?P<file>.*?){_END}", _DENIED),
    (rf"Cannot serve directory (?P<file>.*?): No matching DirectoryIndex.*?{_END}", _DENIED),
    (rf"File does not exist: (?P<file>.*?){_END}", {"reason": "not_found", **_ERROR}),
    (
        rf"(?:stderr from )?(?P<file>[^:]*): script not found or unable to stat{_END}",
        {"reason": "not_found", **_ERROR},
    ),
    (
        rf"script not found or unable to stat: (?P<file>.*?){_END}",
        {"reason": "not_found", **_ERROR},
    ),
    (
        rf"script '(?P<file>.*?)' not found or unable to stat{_END}",
        {"reason": "not_found", **_ERROR},
    ),
    (r"Got error '(?:PHP message: )?Primary script unknown", {"reason": "not_found", **_ERROR}),
    (rf"Invalid URI in request (?P<request>.*?){_END}", {"reason": "malformed", **_ERROR}),
    (rf"Invalid method in request (?P<request>.*?){_END}", {"reason": "malformed", **_ERROR}),
    (r"invalid URI path \((?P<url_path>.*)\)", {"reason": "malformed", **_ERROR}),
    (
        r"(?:request failed|[Cc]lient sent (?:malformed|HTTP/1\.1 request without|invalid)).*",
        {"reason": "malformed", **_ERROR},
    ),
    # Suhosin, the hardening of PHP.
    (
        r"ALERT(?:-SIMULATION)? - (?P<signature>.*?) \(attacker '(?P<attacker>[^']*)', file '(?P<file>[^']*)'",
        _ALERT,
    ),
    # Shellshock, as bash reports it on the standard error of a CGI program.
    (
        r"[^ ]+: (?P<signature>warning: .{1,64}: ignoring function definition attempt|error importing function definition).*",
        _ALERT,
    ),
    (rf"(?P<reason>.*?){_END}", _ERROR),
)


def _patterns(head: str) -> tuple[Pattern, ...]:
    return tuple(Pattern(head + _CODE + sentence, **means) for sentence, means in _SENTENCES)


SOURCE = Source(
    name="apache_error",
    title="Apache HTTP server error log",
    logsource=Logsource(product="apache", service="error"),
    programs=("httpd", "apache", "apache2", "apache-error", "apache_error", "apache2_error"),
    priority=55,
    distinct=True,
    readers=(
        Patterns(
            *_patterns(_HEAD),
            *_patterns(_HEAD_2_2),
            # Lines that concern the server itself, not a client.
            Pattern(
                rf"\[(?P<module>[\w-]*):{_LEVEL}\] \[pid (?P<pid>\d+)(?::tid \d+)?\] {_CODE}(?P<reason>.*)",
                category="system",
            ),
        ),
    ),
)
