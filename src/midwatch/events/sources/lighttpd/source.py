"""lighttpd's error log: ``(module.c.line) what happened``. Its access log is Apache's."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_AUTH = r"\(?(?:http_auth|mod_auth\w*|mod_authn_\w+)\.c\.\d+\) "
_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}

SOURCE = Source(
    name="lighttpd",
    title="lighttpd error log",
    logsource=Logsource(product="lighttpd", service="error"),
    programs=("lighttpd", "lighttpd-error"),
    marks=(
        "http_auth.c.",
        "mod_auth.c.",
        "(mod_authn_",
        "(mod_access.c.",
        "(mod_evasive.c.",
        "(mod_fastcgi.c.",
        "(gw_backend.c.",
    ),
    priority=45,
    readers=(
        Patterns(
            Pattern(
                rf"{_AUTH}(?>password doesn't match for (?P<url_path>.*?) username: )(?P<user>.*?),? IP: (?P<src_ip>[^ ]+)$",
                reason="bad_password",
                **_FAILED,
            ),
            Pattern(
                rf"{_AUTH}digest: auth failed for +(?P<user>.*?) *: (?P<reason>[^,:]*), IP: (?P<src_ip>[^ ]+)$",
                **_FAILED,
            ),
            Pattern(
                rf"{_AUTH}(?:get_password failed|no such user|user not found)(?: for)?:? ?(?P<user>.*?),? IP: (?P<src_ip>[^ ]+)$",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(rf"{_AUTH}(?P<reason>.*?),? IP: (?P<src_ip>[^ ]+)$", **_FAILED),
            Pattern(
                r"\(mod_evasive\.c\.\d+\) (?P<src_ip>[^ ]+) (?P<reason>turned away.*)",
                category="web",
                action="rate_limit",
                service="web",
            ),
            Pattern(
                r"\(mod_access\.c\.\d+\) (?P<reason>url denied.*?) (?P<url_path>/.*)",
                category="web",
                action="deny",
                service="web",
            ),
            # Suhosin inside PHP.
            Pattern(
                r"\((?:mod_fastcgi|gw_backend)\.c\.\d+\) FastCGI-stderr: ?ALERT(?:-SIMULATION)? - (?P<signature>.*) "
                r"\(attacker '(?P<src_ip>[^']*)', file '(?P<file>[^']*)'",
                category="ids",
                action="alert",
                service="web",
            ),
            Pattern(
                r"\((?P<module>[\w-]+)\.c\.\d+\) (?P<reason>.*)", category="web", action="error"
            ),
        ),
    ),
)
