"""Proxmox Virtual Environment, Backup Server and Mail Gateway: their daemons' sentences.

The realm after the last ``@`` becomes the domain, so that ``root@pam`` is ``root``.
"""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_RHOST = r"rhost=(?:(?P<src>\[[0-9A-Fa-f:.]+\](?::\d+)?|[0-9A-Fa-f.:]+))"
_USER = r"(?P<user>.*?)(?:@(?P<domain>[^@ ']*))?"

SOURCE = Source(
    name="proxmox",
    title="Proxmox VE, Backup Server, Mail Gateway",
    logsource=Logsource(product="proxmox"),
    programs=(
        "pvedaemon",
        "pveproxy",
        "pmgdaemon",
        "pmgproxy",
        "proxmox-backup-api",
        "proxmox-backup-proxy",
        "pvestatd",
        "pve-guests",
        "pmg-smtp-filter",
        "proxmox-backup-*",
    ),
    marks=("authentication failure; rhost=", "successful auth for user '"),
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                rf"(?:: )?authentication failure; {_RHOST} user={_USER} msg=(?P<reason>no such user.*|.*not (?:found|exist).*)$",
                **_FAILED,
            ),
            Pattern(
                rf"(?:: )?authentication failure; {_RHOST} user={_USER} msg=(?P<error>.*)$",
                **_FAILED,
            ),
            Pattern(rf"(?:: )?authentication failure; {_RHOST} user={_USER}$", **_FAILED),
            Pattern(
                rf"(?:<[^>]*> )?successful auth for user '{_USER}'", outcome="success", **_LOGIN
            ),
            Pattern(
                r"<(?P<user>[^@>]*)@(?P<domain>[^>]*)> (?P<change>(?:starting|end|update|create|delete|remove|stop|start|shutdown|destroy|modify) .*)",
                category="configuration",
                action="change",
            ),
        ),
        Plain(),
    ),
)
