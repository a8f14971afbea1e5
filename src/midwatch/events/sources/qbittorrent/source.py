"""qBittorrent: the log file and the console of ``qbittorrent-nox``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?:\((?P<severity>[NICW])\) (?P<time>[\dT:.-]+) - )?"
_IP = r"(?P<src_ip>[0-9A-Fa-f.:]+)"

SOURCE = Source(
    name="qbittorrent",
    title="qBittorrent",
    logsource=Logsource(product="qbittorrent"),
    programs=("qbittorrent", "qbittorrent-nox"),
    marks=("WebAPI login ",),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}WebAPI login failure\. Reason: IP has been banned, IP: {_IP}, username: (?P<user>.*)$",
                outcome="failure",
                reason="locked",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}WebAPI login failure\. Reason: (?P<reason>[^,]*)(?:, attempt count: (?P<attempts>\d+))?, IP: {_IP}, username: (?P<user>.*)$",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}WebAPI login success\. IP: {_IP}", outcome="success", **_LOGIN),
        ),
        Plain(),
    ),
)
