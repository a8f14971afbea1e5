"""xrdp and its session manager, over syslog and in ``xrdp.log`` and ``xrdp-sesman.log``.

``AUTHFAIL`` states name and address; what xrdp itself logs of the same attempt states
neither reliably and gives no second failure.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"\s*(?:\[(?P<severity>[A-Z]{3,8}) ?\] )?(?:\[[^\]]{3,60}\] )?(?:[a-z_]+(?:\([^)]*\))?: )?"
)

SOURCE = Source(
    name="xrdp",
    title="xrdp",
    logsource=Logsource(product="linux", service="xrdp"),
    programs=("xrdp", "xrdp-sesman", "xrdp-chansrv", "xrdp-sesexec"),
    marks=(
        "AUTHFAIL: user=",
        "created session (access granted)",
        "xrdp_wm_log_msg: ",
        "connection accepted from AF_INET",
        "xrdp_sec_",
    ),
    plain_login=False,
    constants={"service": "rdp"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}AUTHFAIL: user=(?P<user>.*) ip=(?P<src_ip>[^ ]+) time=(?P<epoch>\d+) *$",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}[Uu]sername or password error for user: (?P<user>[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}User (?P<user>.*) is not allowed to (?:log ?in|access)",
                reason="not_allowed",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}\+\+ (?:created|reconnected) session(?: \(access granted\))?: (?:username |display [^ ]+ )(?P<user>[^ ,]+)(?:, (?:ip )?(?P<src>[^ ]+))?",
                outcome="success",
                action="login",
            ),
            Pattern(rf"{_LEAD}-- ended session:? *(?:username )?(?P<user>[^ ,]*)", action="logout"),
            Pattern(rf"{_LEAD}(?P<why>login failed for user)[^\n]*"),
            Pattern(rf"{_LEAD}(?P<why>login successful|pam_authenticate failed)[^\n]*"),
            category="authentication",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}(?:Socket \d+: )?(?:AF_INET6? )?connection (?:received|accepted) from:? (?:AF_INET6? )?(?P<src_ip>[^ ]+) port (?P<src_port>\d+)",
                action="connect",
            ),
            Pattern(
                rf"{_LEAD}A connection received from:? (?P<src_ip>[^ ]+) port (?P<src_port>\d+)",
                action="connect",
            ),
            Pattern(
                rf"{_LEAD}connected client computer name: (?P<src_host>[^\n]*)", action="connect"
            ),
            Pattern(r"\s*\[(?P<severity>[A-Z]{3,8}) ?\] (?P<why>[^\n]*)"),
            category="network",
        ),
    ),
)
