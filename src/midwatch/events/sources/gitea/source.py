"""Gitea and Forgejo: the console and file log."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_HEAD = r"[^ ]+\(\) \[(?P<severity>[A-Z])\] (?:\[[^\]]*\] )?"

SOURCE = Source(
    name="gitea",
    title="Gitea, Forgejo",
    logsource=Logsource(product="gitea"),
    programs=("gitea", "forgejo", "gogs"),
    marks=(
        ":SignInPost() [",
        "auth/auth.go:",
        "services/auth/basic.go:",
        "modules/ssh/ssh.go:",
        "router: completed ",
        ":Verify() [",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Failed authentication attempt for (?P<user>.*) from (?P<src>[^ ]+): (?P<reason>user does not exist|Email address does not exist).*",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Failed authentication attempt for (?P<user>.*) from (?P<src>[^ ]+)(?:: (?P<reason>.*))?$",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Failed authentication attempt from (?P<src>[^ ]+)",
                service="ssh",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Failed (?P<auth_method>two-?factor|2fa|WebAuthn)[^:]*? (?:for|by) (?P<user>[^ ]+) from (?P<src>[^ ]+)",
                reason="mfa",
                **_FAILED,
            ),
            Pattern(
                r"(?:[^ ]+ )?(?:\[[^\]]*\] )?(?:\[(?P<severity>[A-Z])\] )?router: completed (?P<http_method>[A-Z]+) (?P<url_path>[^ ]+) for (?P<src>[^ ]+), (?P<http_status>\d{3}) ",
                category="web",
                action="request",
            ),
        ),
        Plain(),
    ),
)
