"""SABnzbd: the sentence about a failed login, in whatever language the interface speaks."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_HEAD = r"(?:::)?(?P<severity>[A-Z]+)::\[(?P<module>[a-z_]+):\d+\] "
_IP = r"[0-9A-Fa-f.:]*[0-9A-Fa-f]"

SOURCE = Source(
    name="sabnzbd",
    title="SABnzbd",
    logsource=Logsource(product="sabnzbd"),
    programs=("sabnzbd", "sabnzbdplus"),
    marks=(
        "WARNING::[interface:",
        "INFO::[interface:",
        "ERROR::[interface:",
        "::INFO::[",
        "::WARNING::[",
        "::ERROR::[",
    ),
    claims=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Refused connection from:? (?P<src_ip>{_IP})(?: .*)?$",
                category="network",
                action="block",
            ),
            Pattern(
                rf"{_HEAD}Refused connection with hostname \"(?P<http_host>[^\"]*)\" from:? (?P<src_ip>{_IP})",
                category="web",
                action="deny",
            ),
            # The second address is the client's, where a proxy stands before the program.
            Pattern(
                rf"(?:::)?(?P<severity>WARNING)::\[interface:\d+\] [^\d\[(]{{8,120}} (?P<proxy>{_IP}) \(X-Forwarded-For: (?P<src_ip>{_IP})[^)]*\) \[(?P<user_agent>.*)\]$",
                **_FAILED,
            ),
            Pattern(
                rf"(?:::)?(?P<severity>WARNING)::\[interface:\d+\] [^\d\[(]{{8,120}} (?P<src_ip>{_IP})(?: \[(?P<user_agent>.*)\])?$",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}API[ -][Kk]ey (?P<reason>missing|incorrect|Missing|Incorrect)[^0-9]*(?P<src_ip>{_IP})?",
                category="web",
                action="deny",
            ),
            Pattern(rf"{_HEAD}(?P<text>.*)"),
        ),
    ),
)
