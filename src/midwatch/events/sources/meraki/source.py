"""Cisco Meraki: MX security appliances, MR access points, MS switches."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.meraki.envelope import Envelope

_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_BLOCK = {"category": "network", "action": "block"}
_ALLOW = {"category": "network", "action": "allow"}
_VPN = {"service": "vpn"}
_WIFI = {"service": "wifi"}

_ENDS = r"src=(?P<src>[^ ]*) dst=(?P<dst>[^ ]*)"
_FLOW = rf"{_ENDS}(?: mac=(?P<mac>[^ ]+))?(?: user=(?P<user>[^ ]+))?(?: protocol=(?P<protocol>[^ ]+))?(?: sport=(?P<src_port>[0-9]+))?(?: dport=(?P<dst_port>[0-9]+))?(?: type=[0-9]+)?"
_FLOW_KINDS = (
    "flows",
    "firewall",
    "vpn_firewall",
    "cellular_firewall",
    "bridge_anyconnect_client_vpn_firewall",
    "l7_firewall",
    "inbound_firewall",
)
# For inbound rules the pattern begins with 1 (deny) or 0 (allow), else it says so.
_DENY = r"pattern: (?P<policy>(?:Group Policy )?[1dD].*)"
_PERMIT = r"pattern: (?P<policy>(?:Group Policy )?[0aA].*)"
_ALERT = r"signature=(?P<signature_id>[^ ]+) priority=(?P<signature_severity>[0-9]+) .*?protocol=(?P<protocol>[^ /]{1,20})(?:/[^ ]{1,20})? src=(?P<src>[^ ]+)(?: dst=(?P<dst>[^ ]+))?"
_MESSAGE = r"(?:.*? message: (?P<signature>.*))?"
_URL = r"(?P<url_path>[^ ]+)"
_FILE = rf"security_event security_filtering_file_scanned url={_URL} {_ENDS}(?: mac=(?P<mac>[^ ]+))?(?: name='(?P<signature>[^']*)')?(?: sha256=(?P<sha256>[0-9a-f]*))? disposition="
_PEER = r".{0,200}?[Ii][Pp]=(?P<src_ip>[0-9a-fA-F.:]{3,45})(?:.{0,200}?[Uu]ser(?:=|\[| id )'?(?P<user>[^\]' ]{1,128}))?"
_TYPE = r"events (?:type=)?"
_CLIENT = r"user id '(?P<user>.*)' local ip (?P<given_ip>[0-9a-fA-F.:]{3,45}) connected from (?P<src_ip>[0-9a-fA-F.:]{3,45})"
_IDENTITY = r"(?:.*? identity='(?P<user>[^']*)')?"

_FLOWS = [
    pattern
    for kind in _FLOW_KINDS
    for pattern in (
        Pattern(rf"{kind} {_FLOW} {_PERMIT}", **_ALLOW),
        Pattern(rf"{kind} {_FLOW} {_DENY}", **_BLOCK),
        Pattern(rf"{kind} deny {_FLOW}", **_BLOCK),
        Pattern(rf"{kind} (?:allow )?{_FLOW} decision=block", **_BLOCK),
        Pattern(rf"{kind} allow {_FLOW}", **_ALLOW),
        Pattern(rf"{kind} src=(?P<src>[^ ]*)(?: dst=(?P<dst>[^ ]*))?", category="network"),
    )
]

_SENTENCES = Patterns(
    *_FLOWS,
    Pattern(rf"ip_flow_start {_FLOW}", **_ALLOW),
    Pattern(rf"ip_flow_end {_FLOW}", category="network", action="close"),
    Pattern(
        rf"urls {_ENDS}(?: mac=(?P<mac>[^ ]+))?(?: user=(?P<user>[^ ]+))?(?: agent='(?P<user_agent>[^']*)')? request: (?P<http_method>[^ ]+) {_URL}",
        category="web",
        action="request",
    ),
    Pattern(
        rf"security_event ids_alerted {_ALERT}.*? decision=blocked{_MESSAGE}",
        category="ids",
        action="block",
    ),
    Pattern(rf"security_event ids_alerted {_ALERT}{_MESSAGE}", category="ids", action="alert"),
    Pattern(rf"ids-alerts {_ALERT}.*? decision=blocked{_MESSAGE}", category="ids", action="block"),
    Pattern(rf"ids-alerts {_ALERT}{_MESSAGE}", category="ids", action="alert"),
    Pattern(rf"{_FILE}malicious", category="malware", action="detect"),
    Pattern(rf"{_FILE}", category="file"),
    Pattern(
        r"security_event security_filtering_disposition_change name='?(?P<signature>[^ ']*)'? sha256=(?P<sha256>[0-9a-f]*) disposition=malicious",
        category="malware",
        action="detect",
    ),
    Pattern(
        r"airmarshal_events type= ?rogue_ssid_detected",
        category="ids",
        action="alert",
        signature="rogue_ssid_detected",
        **_WIFI,
    ),
    Pattern(
        r"airmarshal_events type= ?(?P<signature>\w{1,64})", category="ids", action="alert", **_WIFI
    ),
    # Client VPN
    Pattern(rf"{_TYPE}(?:anyconnect|client)_vpn_auth_fail(?:ure|ed)?{_PEER}", **_FAILED, **_VPN),
    Pattern(rf"{_TYPE}(?:anyconnect|client)_vpn_auth_fail", **_FAILED, **_VPN),
    Pattern(rf"{_TYPE}(?:anyconnect|client)_vpn_auth_success{_PEER}", **_LOGIN, **_VPN),
    Pattern(rf"{_TYPE}(?:anyconnect|client)_vpn_connect {_CLIENT}", **_LOGIN, **_VPN),
    Pattern(rf"{_TYPE}(?:anyconnect|client)_vpn_disconnect {_CLIENT}", **_LOGOUT, **_VPN),
    Pattern(rf"{_TYPE}(?:anyconnect|client)_vpn_\w{{1,40}}{_PEER}", category="network", **_VPN),
    Pattern(
        rf"{_TYPE}vpn_connectivity_change.*? peer_contact='(?P<src>[^']*)'(?:.*? connectivity='(?P<connectivity>[^']*)')?",
        category="network",
        **_VPN,
    ),
    Pattern(
        rf"{_TYPE}content_filtering_block url='(?P<url_path>[^']*)'(?: category0='(?P<policy>[^']*)')?(?:.*? server='(?P<dst>[^']*)')?(?:.*? client_mac='(?P<mac>[^']*)')?",
        category="web",
        action="deny",
    ),
    # Who may use the network: 802.1X, WPA, splash pages
    Pattern(rf"{_TYPE}8021x_eap_failure{_IDENTITY}", **_FAILED, **_WIFI),
    Pattern(rf"{_TYPE}8021x_(?:client_)?deauth{_IDENTITY}", **_LOGOUT, **_WIFI),
    Pattern(rf"{_TYPE}8021x_(?:eap_success|auth|guest_auth){_IDENTITY}", **_LOGIN, **_WIFI),
    Pattern(rf"{_TYPE}splash_auth(?:.*? ip='(?P<src_ip>[^']*)')?{_IDENTITY}", **_LOGIN, **_WIFI),
    Pattern(
        rf"{_TYPE}(?:association|wpa_auth)(?: |$)", category="network", action="connect", **_WIFI
    ),
    Pattern(
        rf"{_TYPE}(?:disassociation|wpa_deauth|wpa_client_deauth)(?: |$)",
        category="network",
        action="close",
        **_WIFI,
    ),
    Pattern(
        rf"{_TYPE}(?P<signature>device_packet_flood|packet_flood|rogue_ssid_detected|ssid_spoofing_detected|mac_spoofing_attack|multiple_dhcp_servers_detected|bcast_disassoc|bcast_deauth)",
        category="ids",
        action="alert",
        **_WIFI,
    ),
    Pattern(
        r"events dhcp lease of ip (?P<src_ip>[0-9a-fA-F.:]{3,45}) from (?:server mac|mx mac) [^ ]+ for client mac (?P<mac>[0-9A-Fa-f:]{17})",
        category="system",
    ),
    Pattern(r"events Blocked DHCP server response from (?P<mac>[^ ]+)", **_BLOCK),
    Pattern(r"events type=(?P<event_type>\w{1,64})", category="system"),
    Pattern(r"events ", category="system"),
)

SOURCE = Source(
    name="meraki",
    title="Cisco Meraki",
    logsource=Logsource(category="firewall", product="cisco", service="meraki"),
    marks=(
        *(f"{kind} src=" for kind in _FLOW_KINDS),
        "flows allow ",
        "flows deny ",
        "ip_flow_start ",
        "ip_flow_end ",
        "urls src=",
        "security_event ids_alerted",
        "security_event security_filtering",
        "ids-alerts signature=",
        "airmarshal_events type=",
        "events type=",
        "events dhcp ",
        "events client_vpn_",
        "events anyconnect_vpn_",
        "events content_filtering_block",
        "events failover to",
        "events Cellular ",
        "events port ",
        "events Port ",
        "events Blocked DHCP",
    ),
    plain_login=False,
    readers=(Envelope(_SENTENCES),),
)
