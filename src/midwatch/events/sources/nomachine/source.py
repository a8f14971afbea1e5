"""NoMachine's server log (``nxserver.log``)."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:[0-9.]+ )?(?:\d+ )?(?:NXSERVER|NXNODE|nxserver|nxnode)?(?:\[\d+\])?:? ?(?:(?:WARNING!?|ERROR!?|INFO|Info|Error|Warning)[:!]? ?)?"

SOURCE = Source(
    name="nomachine",
    title="NoMachine",
    logsource=Logsource(product="nomachine"),
    programs=("nxserver", "nxserver.bin", "nxnode", "nxd"),
    marks=(" NXSERVER ", "Authentication with 'NX-", "authentication method NX-"),
    plain_login=False,
    constants={"service": "rdp"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}Authentication (?:with '(?P<auth_method>[^']*)' )?(?:for user '(?P<user>.*)' )?from host '(?P<src_ip>[^']*)' failed",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:Failed login for|Login failed for|Cannot authenticate) user:? '(?P<user>.*)' from '(?P<src_ip>[^']*)'",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}User '(?P<user>.*)' from '(?P<src_ip>[^']*)' (?:failed|could not|is not allowed)[^\n]*",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}User '(?P<user>.*)' logged in from '(?P<src_ip>[^']*)'(?: using authentication method (?P<auth_method>[^ .]+))?",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}User '(?P<user>.*)' from '(?P<src_ip>[^']*)' logged out",
                category="authentication",
                action="logout",
            ),
            Pattern(
                rf"{_LEAD}Connection from (?P<src_ip>[0-9A-Fa-f:.]+) port (?P<src_port>\d+)",
                category="network",
                action="connect",
            ),
        ),
    ),
)
