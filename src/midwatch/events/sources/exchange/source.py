"""Microsoft Exchange: protocol logs of IMAP, POP and SMTP, HttpProxy and ECP logs (CSV).

The time at the front has been taken off as the line's header. An SMTP session tells a failed
login twice: why it failed, with the user (not in all versions), and the reply ``535 5.7.3``.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source, Value

_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_CELL = r'(?:"(?:[^"]|"")*"|[^,]*)'
_MAILBOX = (
    r"(?P<session>[0-9A-F]{16}),\d+,(?P<dst>[^,]+),(?P<src>[^,]+),(?P<user>[^,]*),\d*,\d*,\d*,"
)
_SMTP = r"(?P<connector>[^,]+),(?P<session>[0-9A-F]{16}),\d+,(?P<dst>[^,]*),(?P<src>[^,]*),"
_PROXY = (
    rf"(?P<session>{_GUID}),\d+,\d+,\d+,\d+,[^,]*,(?P<application>\w+),(?P<http_host>[^,]*),(?P<url_path>[^,]*),[^,]*,"
    rf"(?P<auth_method>{_CELL}),(?:True|False|true|false|),(?P<user>[^,]*),[^,]*,{_CELL},"
    rf"(?P<user_agent>{_CELL}),(?P<src_ip>[^,]*),(?P<computer>[^,]*),"
)
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_WEB: dict[str, Value] = {"category": "web", "action": "request", "service": "web"}

SOURCE = Source(
    name="exchange",
    title="Microsoft Exchange",
    logsource=Logsource(product="windows", service="exchange"),
    programs=("msexchange*",),
    marks=(
        ",authenticate,", ",login,", ",auth,", ",pass,", ",capability,", ",OpenSession,", ",CloseSession,", ",logout,", ",quit,",
        ",Inbound authentication failed", "535 5.7.3", ",EHLO ", ",HELO ", ",AUTH ", ",MAIL FROM", ",RCPT TO", ",220 ", ",+,,", ",-,,",
        ",Ecp,", ",Owa,", ",Ews,", ",Eas,", ",Mapi,", ",RpcHttp,", ",Oab,", ",Autodiscover,", ",PowerShell,", ",ECP.Request,",
    ),
    constants={"service": "mail"},
    carry=Carry("session", ("src_ip", "user")),
    readers=(
        Patterns(
            Pattern(
                rf'{_MAILBOX}(?P<command>login|authenticate|auth|pass|apop|user),(?P<parameters>{_CELL}),"?(?P<reason>.*?(?:AuthFailed|LogonDenied|LogonFailed|failed|-ERR|failure|""\d+ NO ).*)',
                **_FAILED,
            ),
            Pattern(
                rf"{_MAILBOX}(?P<command>login|authenticate|auth|pass|apop),(?P<parameters>{_CELL}),(?P<reason>\"?R=(?:ok|OK|\"\"\+OK).*)",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(rf"{_MAILBOX}(?P<command>[^,]*),(?P<parameters>{_CELL}),(?P<reason>.*)", category="mail"),
            Pattern(rf"{_SMTP}>,\"?(?P<status>535 5\.7\.3[^,]*)", **_FAILED),
            Pattern(
                rf"{_SMTP}\*,[^,]*,\"?(?P<reason>Inbound authentication failed) (?:with error (?P<error>\w+) )?for User (?P<user>[^,\"]*)",
                **_FAILED,
            ),
            Pattern(rf"{_SMTP}(?P<event>[+*<>-]),(?P<reason>.*)", category="mail"),
            Pattern(
                rf"{_PROXY.replace('(?P<user>[^,]*)', '(?P<user>[^,]+)')}(?P<http_status>401),[^,]*,[^,]*,(?P<http_method>[A-Z]*)",
                **{**_FAILED, "service": "web"},
            ),
            Pattern(rf"{_PROXY}(?P<http_status>\d*),[^,]*,[^,]*,(?P<http_method>[A-Z]*)", **_WEB),
            Pattern(
                r"(?P<computer>[^,]+),ECP\.Request,\"?(?>(?:(?>.*?S:CMD=)(?P<command>.*?)'?;S:REQID=)?)(?>(?:(?>.*?;S:URL=)(?P<url_path>[^;]*))?)",
                category="configuration",
                action="change",
                service="admin",
            ),
        ),
    ),
)  # fmt: skip
