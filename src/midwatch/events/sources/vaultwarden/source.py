"""Vaultwarden, and Bitwarden's own server where it writes the same kind of sentence."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_IP = r"IP: (?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f:])"
_WHO = rf"{_IP}(?:\. Username: (?P<user>.*?))?\.?$"
_HEAD = r"(?:\[(?P<time>\d[^\]]*)\])?\[?vaultwarden::(?P<module>[\w:]+)\]\s?\[(?P<severity>[A-Z]+)\s*\] "

SOURCE = Source(
    name="vaultwarden",
    title="Vaultwarden, Bitwarden",
    logsource=Logsource(product="vaultwarden"),
    programs=(
        "vaultwarden",
        "bitwarden_rs",
        "bitwarden-identity",
        "bitwarden-api",
        "bitwarden-admin",
    ),
    marks=(
        "vaultwarden::",
        "bitwarden_rs::",
        "[Bit.Core.IdentityServer",
        "Failed login attempt, 2FA invalid. ",
        "[WRN] Failed login attempt",
        "[Warning] Failed login attempt",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(rf"{_HEAD}Username or password is incorrect\. Try again\.? {_WHO}", **_FAILED),
            Pattern(rf"{_HEAD}Invalid admin token[.!] {_WHO}", service="admin", **_FAILED),
            Pattern(
                rf"{_HEAD}(?:Invalid (?:[A-Za-z-]+ )?(?:TOTP )?code!?|Invalid (?:Duo|recovery|Yubikey|YubiKey)[^.!]*[.!]?|Token is invalid[.!]?|Invalid token[.!]?).*?{_WHO}",
                reason="mfa",
                **_FAILED,
            ),
            Pattern(rf"{_HEAD}This user has been disabled\.? {_WHO}", reason="disabled", **_FAILED),
            Pattern(
                rf"{_HEAD}(?:Please verify your email before trying again|SSO sign-in is required)\.? {_WHO}",
                reason="not_allowed",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?:Too many|You have reached the maximum)[^.]*(?:login|admin)[^.]*\.? {_WHO}",
                reason="rate_limit",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}User (?P<user>.*?) logged in successfully\. {_IP}",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?P<http_method>[A-Z]+) (?P<url_path>/[^ ]*)$",
                category="web",
                action="request",
            ),
            Pattern(rf"{_HEAD}(?P<text>.*?){_WHO}"),
            Pattern(
                r"(?:\[[^\]]*\] ){0,2}Failed login attempt, 2FA invalid\. (?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f:])$",
                reason="mfa",
                **_FAILED,
            ),
            Pattern(
                r"(?:\[[^\]]*\] ){0,2}Failed login attempt(?: for (?P<user>.*?))?\. (?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f:])$",
                **_FAILED,
            ),
        ),
        Plain(),
    ),
)
