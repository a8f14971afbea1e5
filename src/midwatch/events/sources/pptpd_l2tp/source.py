"""PPP dial-in over PPTP and L2TP: pppd, pptpd, xl2tpd, accel-ppp and SSTP."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

SOURCE = Source(
    name="pptpd_l2tp",
    title="PPTP and L2TP servers (pppd, pptpd, xl2tpd)",
    logsource=Logsource(product="linux", service="ppp"),
    programs=("pppd", "pptpd", "xl2tpd", "l2tpd", "accel-pppd", "accel-ppp", "sstpd", "ppp"),
    marks=("peer authentication failed for ", "secret found for authenticating "),
    plain_login=False,
    constants={"service": "vpn"},
    carry=Carry("pid", ("src_ip",)),
    readers=(
        Patterns(
            Pattern(
                r"(?P<auth_method>PAP|CHAP|EAP|MS-CHAP|MSCHAP|MSCHAP-v2) (?:peer )?authentication failed for (?:remote host )?(?P<user>[^\n]*[^ \n])",
                reason="bad_password",
            ),
            Pattern(
                r"Peer (?P<user>[^ ]+) failed (?P<auth_method>CHAP|PAP|EAP)[^ ]* authentication",
                reason="bad_password",
            ),
            Pattern(
                r"No (?P<auth_method>CHAP|PAP) secret found for authenticating (?P<user>[^\n]*[^ \n])",
                reason="invalid_user",
            ),
            Pattern(
                r"(?P<auth_method>PAP) login failure for (?P<user>[^\n]*[^ \n])",
                reason="bad_password",
            ),
            Pattern(
                r"(?P<auth_method>MS-CHAP|CHAP|PAP)[^ ]* authentication failed: (?P<why>[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                r"(?:PAM )?[Aa]uthentication failed(?: for (?P<user>[^ ]+))?", reason="bad_password"
            ),
            Pattern(r"peer refused to authenticate", reason="not_allowed"),
            Pattern(
                r"(?:[a-z]+\d*: ?)?(?P<interface>ppp\d+|[a-z]+\d+)?:?(?P<user>[^: ]*): ?(?P<why>authentication failed|(?:PAP|CHAP|MSCHAP)[^ ]*: (?:authentication )?(?:error|failed)[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                r"(?P<user>[^ ]+): (?:radius: )?(?P<why>access-reject|authentication rejected)[^\n]*",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                r"(?P<auth_method>PAP|CHAP|EAP|MS-CHAP) (?:peer )?authentication succeeded for (?P<user>[^\n]*[^ \n])"
            ),
            Pattern(
                r"user (?P<user>[^ ]+) logged in on tty (?P<tty>[^ ]+)(?: intf (?P<interface>[^ ]+))?"
            ),
            Pattern(
                r"(?:[a-z]+\d*: ?)?(?P<interface>ppp\d+):(?P<user>[^: ]*): authentication succeeded"
            ),
            Pattern(r"peer from calling number (?P<src_ip>[^ ]+) authorized"),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(r"CTRL: Client (?P<src_ip>[^ ]+) control connection started", action="connect"),
            Pattern(r"CTRL: Client (?P<src_ip>[^ ]+) control connection finished", action="close"),
            Pattern(
                r"Connection established to (?P<src_ip>[^ ,]+), (?P<src_port>\d+)\.",
                action="connect",
            ),
            Pattern(
                r"Connection (?:\d+ )?closed to (?P<src_ip>[^ ,]+), port (?P<src_port>\d+)",
                action="close",
            ),
            Pattern(
                r"(?:control_finish: )?(?:Connection|Call) established with (?P<src_ip>[^ ,]+), (?P<why>[^\n]*)",
                action="connect",
            ),
            Pattern(r"remote IP address (?P<virtual_ip>[^ ]+)"),
            category="network",
        ),
    ),
)
