"""phpMyAdmin with ``AuthLog``: ``user denied: root (mysql-denied) from 192.0.2.1``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_PLACE = r"(?: from (?P<src_ip>[^ ]+))?$"

SOURCE = Source(
    name="phpmyadmin",
    title="phpMyAdmin",
    logsource=Logsource(category="webserver", product="phpmyadmin"),
    programs=("phpmyadmin",),
    marks=("user denied: ", "user authenticated: "),
    constants={"service": "database"},
    readers=(
        Patterns(
            Pattern(
                rf"(?:PHP message: )?user denied: (?P<user>.*) \((?P<reason>[a-z_-]+)\){_PLACE}",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"(?:PHP message: )?user authenticated: (?P<user>.*?){_PLACE}",
                outcome="success",
                **_LOGIN,
            ),
        ),
    ),
)
