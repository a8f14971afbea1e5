"""University of Washington's IMAP and POP servers: ``imapd``, ``ipop3d``, ``ipop2d``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HOST = r"host=(?:(?P<src_host>[^ \[]+) )?\[(?P<src_ip>[0-9A-Fa-f.:]{2,45})\]"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}

SOURCE = Source(
    name="uw_imap",
    title="UW IMAP",
    logsource=Logsource(product="uw-imap", service="mail"),
    programs=("ipop3d", "ipop2d", "imapd", "uw-imapd"),
    marks=("Login failed user=", "Login failure user=", "Login disabled user="),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"(?:Login (?:failed|failure)|(?P<reason>Login disabled|Login excessive login failures|Login excessive login attempts)) "
                rf"user=(?P<user>.*?)(?: auth=[^ ]*)? {_HOST}",
                **_FAILED,
            ),
            Pattern(rf"AUTHENTICATE (?P<auth_method>[\w-]+) failure {_HOST}", **_FAILED),
            Pattern(
                rf"(?:Login|Authenticated|Preauthenticated) user=(?P<user>.*?)(?: auth=[^ ]*)? {_HOST}",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"(?P<reason>Logout|Autologout|Killed .*?|Command stream end of file.*?|Unexpected client disconnect.*?)(?: user=(?P<user>.*?))? {_HOST}",
                category="network",
                action="close",
            ),
        ),
    ),
)
