"""Sonarr, Radarr, Prowlarr, Lidarr, Readarr and Whisparr: ``Auth-Failure ip … username '…'``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = (
    r"(?:\[?(?P<severity>[A-Z][a-z]+)\]?[| ] ?)?(?:Auth(?:enticationService|Controller)?\s?[|:] ?)?"
)
_IP = r"(?P<src_ip>[0-9A-Fa-f.:]+)"

SOURCE = Source(
    name="arr",
    title="Sonarr, Radarr, Prowlarr and kin",
    logsource=Logsource(product="servarr"),
    programs=("sonarr", "radarr", "prowlarr", "lidarr", "readarr", "whisparr"),
    marks=(
        "Auth-Failure ip ",
        "Auth-Success ip ",
        "Auth-Unauthorized ip ",
        "Auth-Logout ip ",
        "Auth-Invalidated ip ",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Auth-Failure ip {_IP} username '?(?P<user>.*?)'?$",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}Auth-Failure ip {_IP}", outcome="failure", **_LOGIN),
            Pattern(
                rf"{_HEAD}Auth-Unauthorized ip {_IP} url '?(?P<url>.*?)'?$",
                category="web",
                action="deny",
            ),
            Pattern(
                rf"{_HEAD}Auth-Success ip {_IP} username '?(?P<user>.*?)'?$",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Auth-Logout ip {_IP}(?: username '?(?P<user>.*?)'?)?$",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(
                rf"{_HEAD}Auth-Invalidated ip {_IP}(?: username '?(?P<user>.*?)'?)?$",
                category="authentication",
                outcome="success",
                action="logout",
            ),
        ),
    ),
)
