"""TP-Link Omada: what the controller says of its administrators, clients, devices and gateway.

The controller writes no tag. After its own stamp stand the site's name and three hyphens,
or nothing of that at all where the gateway writes for itself. Of the site's name the
header may have taken a word for the host, so everything up to the hyphens is optional.

Names typed at the login page and names of clients are the sender's choice: an
administrator's sentence is taken to its end, so that its last address wins, and a
client's name ends only before a hardware address. A wireless client that gave the
wrong password is a failed login of the service ``wifi``, as hostapd's is.

Example:
    >>> line = "Harbour - - - eve failed to log in to the controller from 192.0.2.9."
    >>> form, values = SOURCE.readers[0].read(line)
    >>> dict(zip(form.names, values)), form.constants["outcome"]
    ({'user': 'eve', 'src_ip': '192.0.2.9'}, 'failure')
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_HEAD: Final = r"(?:(?:(?!- - - ).){0,120}- - - )?"
_END: Final = r"\.?(?:#015)?\s{0,4}$"
"""A relay writes the carriage return that some sentences end with as ``#015``."""
_IP: Final = r"(?P<src_ip>[0-9A-Fa-f.:]{1,44}[0-9A-Fa-f])"
_MAC: Final = r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"
_CLIENT: Final = (
    rf"\[client:(?:(?P<client>.{{0,128}}?):)?(?P<src_host>{_MAC})\] {{0,2}}"
    r"(?:\((?:IP: ?(?P<src_ip>[0-9A-Fa-f.:]{2,45}))?(?:, )?(?:Username: ?(?P<user>.{0,128}?))?\) )?"
)
_DEVICE: Final = (
    r"\[(?P<device_type>osg|gateway|e?ap|oap|osw|switch|olt):"
    rf"(?:(?P<device>.{{0,128}}?):)?(?P<device_mac>{_MAC})\]:? ?"
)
_TO: Final = r".{0,200}?(?: with SSID \"?(?P<ssid>[^\"]{1,32})\"? on channel (?P<channel>\d{1,3}))"

_FAILED: Final = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN: Final = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final = {"category": "authentication", "action": "logout"}
_WIFI: Final = {"service": "wifi"}

_ADMINISTRATORS: Final = Patterns(
    Pattern(rf"{_HEAD}(?P<user>.*) failed to log in to the controller from {_IP}{_END}", **_FAILED),
    Pattern(
        rf"{_HEAD}Failed to log in to the controller from {_IP}"
        rf"(?: with username (?P<user>.*?))?{_END}",
        **_FAILED,
    ),
    Pattern(rf"{_HEAD}(?P<user>.*) logged in to the controller from {_IP}{_END}", **_LOGIN),
    Pattern(
        rf"{_HEAD}Logged in to the controller from {_IP}(?: with username (?P<user>.*?))?{_END}",
        **_LOGIN,
    ),
    service="admin",
)

_CLIENTS: Final = Patterns(
    Pattern(
        rf"{_HEAD}{_CLIENT}failed to connect(?:ed)? to {_TO} because the password was wrong",
        reason="bad_password",
        **_FAILED,
        **_WIFI,
    ),
    Pattern(
        rf"{_HEAD}{_CLIENT}failed to connect(?:ed)? to {_TO} because the user (?:is|was) blocked by ",
        action="block",
        reason="blocklist",
        **_WIFI,
    ),
    Pattern(
        rf"{_HEAD}{_CLIENT}(?:is connected to|went online on) {_TO}", action="connect", **_WIFI
    ),
    Pattern(rf"{_HEAD}{_CLIENT}(?:is connected to|went online on) ", action="connect"),
    Pattern(rf"{_HEAD}{_CLIENT}is roaming from ", **_WIFI),
    Pattern(
        rf"{_HEAD}{_CLIENT}(?:is disconnected|went offline) from SSID \"(?P<ssid>[^\"]{{1,32}})\"",
        action="close",
        **_WIFI,
    ),
    Pattern(
        rf"{_HEAD}{_CLIENT}(?:was disconnected|went offline) from network \"(?P<network>[^\"]{{1,128}})\"",
        action="close",
    ),
    Pattern(rf"{_HEAD}{_CLIENT}"),
    Pattern(
        rf"{_HEAD}DHCP Server allocated IP address (?P<address>[0-9.]{{7,15}}) for the "
        rf"\[?client(?:\[MAC: ?|:)(?P<src_host>{_MAC})\]"
    ),
    Pattern(rf"{_HEAD}DHCP Server (?:rejected the request of|received DHCP Decline from) "),
    category="network",
)

_GATEWAY: Final = Patterns(
    Pattern(
        rf"{_HEAD}(?:{_DEVICE}|[^\[\]]{{0,64}} )?[Dd]etected (?P<signature>[\w ()/-]{{1,80}}) attack"
        rf" and dropped (?P<packets>\d{{1,12}}) packets?{_END}",
        category="ids",
        action="block",
    ),
    Pattern(
        rf"{_HEAD}{_DEVICE}VPN user (?P<user>.*) failed to log in from {_IP}{_END}",
        service="vpn",
        **_FAILED,
    ),
    Pattern(
        rf"{_HEAD}{_DEVICE}VPN user (?P<user>.*) logged in from {_IP}{_END}",
        service="vpn",
        **_LOGIN,
    ),
    Pattern(
        rf"{_HEAD}{_DEVICE}VPN user (?P<user>.*) logged out from {_IP}{_END}",
        service="vpn",
        **_LOGOUT,
    ),
)

_SYSTEM: Final = Patterns(
    Pattern(
        rf'{_HEAD}\{{"details":.{{0,20000}},"operation":"(?P<operation>[^"]*)"\}}\s{{0,4}}$',
        category="configuration",
        action="change",
        service="admin",
    ),
    Pattern(
        rf"{_HEAD}(?:Auto Backup|Backup Schedule) executed with generating file (?P<file>[^\n]*?){_END}"
    ),
    Pattern(rf"{_HEAD}(?:Resolved: )?{_DEVICE}"),
    category="system",
)

SOURCE = Source(
    name="omada",
    title="TP-Link Omada",
    logsource=Logsource(product="omada"),
    marks=(
        "og in to the controller from ",
        "ogged in to the controller from ",
        "[client:",
        "- - - DHCP Server ",
        "[ap:",
        "[eap:",
        "[oap:",
        "[osg:",
        "[osw:",
        "[switch:",
        "[gateway:",
        " attack and dropped ",
        '- - - {"details":',
        " executed with generating file ",
    ),
    readers=(_ADMINISTRATORS, _CLIENTS, _GATEWAY, _SYSTEM),
)
