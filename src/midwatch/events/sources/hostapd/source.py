"""Access points running ``hostapd``: OpenWrt, UniFi, Linux. Who joined the wireless network."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_WIFI = {"service": "wifi"}
_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_JOIN = {"category": "network", "action": "connect"}
_LEAVE = {"category": "network", "action": "close"}
_STATION = r"(?:(?P<in_interface>[\w.-]{1,32}): )?STA (?P<src_host>[0-9a-fA-F:]{17}) "
_EVENT = r"(?:(?P<in_interface>[\w.-]{1,32}): )?"
_MAC = r"(?P<src_host>[0-9a-fA-F:]{17})"

SOURCE = Source(
    name="hostapd",
    title="Wireless access point (hostapd)",
    logsource=Logsource(product="linux", service="hostapd"),
    programs=("hostapd",),
    marks=("AP-STA-CONNECTED ", "AP-STA-DISCONNECTED ", "AP-STA-POSSIBLE-PSK-MISMATCH "),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(rf"{_STATION}IEEE 802\.11: (?:authenticated|associated)", **_JOIN),
            Pattern(rf"{_STATION}IEEE 802\.11: (?:deauthenticated|disassociated)", **_LEAVE),
            Pattern(
                rf"{_EVENT}AP-STA-POSSIBLE-PSK-MISMATCH {_MAC}", reason="bad_password", **_FAILED
            ),
            Pattern(
                rf"{_STATION}IEEE 802\.1X: authentication failed(?: - (?P<auth_method>.{{1,80}}))?",
                **_FAILED,
            ),
            Pattern(
                rf"{_STATION}IEEE 802\.1X: authenticated(?: - (?P<auth_method>.{{1,80}}))?",
                **_LOGIN,
            ),
            Pattern(rf"{_EVENT}CTRL-EVENT-EAP-FAILURE2? {_MAC}", **_FAILED),
            Pattern(rf"{_EVENT}CTRL-EVENT-EAP-SUCCESS2? {_MAC}", **_LOGIN),
            Pattern(
                rf"{_STATION}WPA: (?:invalid MIC|EAPOL-Key timeout|received EAPOL-Key)", **_LEAVE
            ),
            Pattern(rf"{_STATION}(?:WPA|RADIUS): ", category="network"),
            Pattern(rf"{_EVENT}AP-STA-CONNECTED {_MAC}", **_JOIN),
            Pattern(rf"{_EVENT}AP-STA-DISCONNECTED {_MAC}", **_LEAVE),
            Pattern(
                rf"{_EVENT}RADIUS: (?:No response from|Authentication server) (?P<dst>[^ ]{{1,64}})",
                category="system",
            ),
            Pattern(rf"{_STATION}", category="network"),
            **_WIFI,
        ),
    ),
)
