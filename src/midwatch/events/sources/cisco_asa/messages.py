"""What the numbered messages of the ASA say and mean: data, one entry per sentence.

Source: Cisco, "Secure Firewall ASA Series Syslog Messages".
"""

from typing import Any, Final

from midwatch.events.readers import Pattern

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_LOCKOUT: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "lockout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_VPN: Final[_Means] = {"service": "vpn"}
_BLOCK: Final[_Means] = {"category": "network", "action": "block"}
_ALLOW: Final[_Means] = {"category": "network", "action": "allow"}
_CONNECT: Final[_Means] = {"category": "network", "action": "connect"}
_CLOSE: Final[_Means] = {"category": "network", "action": "close"}
_ALERT: Final[_Means] = {"category": "ids", "action": "alert"}
_CHANGE: Final[_Means] = {"category": "configuration", "action": "change", **_ADMIN}

_SRC = r"(?P<src_ip>[^\s/(),]{1,255}+)(?:/(?P<src_port>[\w-]{1,40}+))?"
_DST = r"(?P<dst_ip>[^\s/(),]{1,255}+)(?:/(?P<dst_port>[\w-]{1,40}+))?"
_IF_SRC = rf"(?:(?P<in_interface>[^\s:/]+):)?{_SRC}"
_IF_DST = rf"(?:(?P<out_interface>[^\s:/]+):)?{_DST}"
_MAPPED = r"(?: ?\([^()]*\))*"
_ADDRESS = r"(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"
_USER = r"(?:\*+|(?P<user>{}))"
_GROUP = (
    r"Group ?=? ?<?(?P<vpn_group>[^>,]{0,128})>?,? User(?:name)? ?=? ?<?(?P<user>[^>,]{0,256})>?,? "
    r"IP ?=? ?<?(?P<src_ip>[0-9A-Fa-f:.]+)>?,? "
)


def _built(first: str, second: str) -> str:
    return rf"(?:stub )?(?P<protocol>\S+) (?:state-bypass )?connection (?P<session>\S+) (?:for|from) {first}{_MAPPED} to {second}"


_FIRST_IS_SOURCE = _built(_IF_SRC, _IF_DST)
_SECOND_IS_SOURCE = _built(
    rf"(?:(?P<out_interface>[^\s:/]+):)?{_DST}", rf"(?:(?P<in_interface>[^\s:/]+):)?{_SRC}"
)

SENTENCES = {
    # Connections
    "302013 302015 302017 302022 302024 302026 302303": (
        Pattern(rf"Built inbound {_FIRST_IS_SOURCE}", **_CONNECT),
        Pattern(rf"Built outbound {_SECOND_IS_SOURCE}", **_CONNECT),
        Pattern(rf"Built (?:director |backup |forwarder )?{_FIRST_IS_SOURCE}", **_CONNECT),
    ),
    "302014 302016 302018 302023 302025 302027 302304": (
        Pattern(
            rf"Teardown {_FIRST_IS_SOURCE}{_MAPPED}(?: duration (?P<duration>\S+))?(?: (?:forwarded )?bytes (?P<bytes>\d+))?(?: (?P<reason>[A-Z][^()]{{0,80}}[^()\s]))?",
            **_CLOSE,
        ),
    ),
    "302020": (
        Pattern(
            r"Built inbound (?P<protocol>ICMP\w*) connection for faddr (?P<src_ip>[^\s/(]{1,255}+)(?:/\d+)?(?:\([^)]*\))? gaddr \S+ laddr (?P<dst_ip>[^\s/(]{1,255}+)",
            **_CONNECT,
        ),
        Pattern(
            r"Built outbound (?P<protocol>ICMP\w*) connection for faddr (?P<dst_ip>[^\s/(]{1,255}+)(?:/\d+)?(?:\([^)]*\))? gaddr \S+ laddr (?P<src_ip>[^\s/(]{1,255}+)",
            **_CONNECT,
        ),
    ),
    "302021": (
        Pattern(
            r"Teardown (?P<protocol>ICMP\w*) connection for faddr (?P<src_ip>[^\s/(]{1,255}+)(?:/\d+)?(?:\([^)]*\))? gaddr \S+ laddr (?P<dst_ip>[^\s/(]{1,255}+)",
            **_CLOSE,
        ),
        Pattern(rf"Teardown {_FIRST_IS_SOURCE}", **_CLOSE),
    ),
    "305011 305009": (
        Pattern(
            rf"Built \S+ (?:(?P<protocol>\S+) )?translation from {_IF_SRC}{_MAPPED} to {_IF_DST}",
            category="network",
        ),
    ),
    "305012 305010": (
        Pattern(
            rf"Teardown \S+ (?:(?P<protocol>\S+) )?translation from {_IF_SRC}{_MAPPED} to {_IF_DST}",
            category="network",
        ),
    ),
    # Refused packets
    "106023": (
        Pattern(
            rf"Deny (?P<protocol>.{{1,20}}?) src {_IF_SRC}{_MAPPED} dst {_IF_DST}{_MAPPED} by access-group \"?(?P<policy>[^\" ]+)",
            **_BLOCK,
        ),
    ),
    "106100 106102 106103": (
        Pattern(
            r"access-list (?P<policy>\S+) denied (?P<protocol>\S+) (?:for user '?(?P<user>[^' ]*)'? )?(?P<in_interface>[^/\s]+)/(?P<src_ip>[^\s(]+)\((?P<src_port>\w+)\)(?:\([^()]*\))* -> (?P<out_interface>[^/\s]+)/(?P<dst_ip>[^\s(]+)\((?P<dst_port>\w+)\)",
            **_BLOCK,
        ),
        Pattern(
            r"access-list (?P<policy>\S+) (?:permitted|est-allowed) (?P<protocol>\S+) (?:for user '?(?P<user>[^' ]*)'? )?(?P<in_interface>[^/\s]+)/(?P<src_ip>[^\s(]+)\((?P<src_port>\w+)\)(?:\([^()]*\))* -> (?P<out_interface>[^/\s]+)/(?P<dst_ip>[^\s(]+)\((?P<dst_port>\w+)\)",
            **_ALLOW,
        ),
        Pattern(r"access-list (?P<policy>\S+) ", category="network"),
    ),
    "106001": (
        Pattern(
            rf"Inbound (?P<protocol>\S+) connection denied from {_SRC} to {_DST}(?: flags (?P<tcp_flags>.*?))? *(?:on interface (?P<in_interface>\S+))?$",
            **_BLOCK,
        ),
    ),
    "106002": (
        Pattern(
            rf"(?P<protocol>\S+) Connection denied by outbound list (?P<policy>\S+) src {_SRC} dest {_DST}",
            **_BLOCK,
        ),
    ),
    "106006 106007": (
        Pattern(
            rf"Deny inbound (?P<protocol>\S+) from {_SRC} to {_DST}(?: due to (?P<reason>.*?))?(?: on interface (?P<in_interface>\S+))?$",
            **_BLOCK,
        ),
    ),
    "106010 106011 106014": (
        Pattern(
            rf"Deny inbound (?:\(No xlate\) )?(?:protocol )?(?P<protocol>\S+) src {_IF_SRC}(?: dst {_IF_DST})?",
            **_BLOCK,
        ),
    ),
    "106012": (Pattern(rf"Deny (?P<protocol>\S+) from {_SRC} to {_DST}", **_BLOCK),),
    "106013": (
        Pattern(rf"Dropping (?P<reason>echo request) from {_SRC} to PAT address {_DST}", **_BLOCK),
    ),
    "106015": (
        Pattern(
            rf"Deny (?P<protocol>\S+) \((?P<reason>[^)]*)\) from {_SRC} to {_DST}(?: flags (?P<tcp_flags>.*?))? *(?:on interface (?P<in_interface>\S+))?$",
            **_BLOCK,
        ),
    ),
    "106016 106017 106020 106021 106022": (
        Pattern(
            rf"Deny (?P<protocol>\S+) (?P<reason>spoof|due to Land Attack|teardrop fragment(?: \([^)]*\))?|reverse path check|connection spoof) from \(?{_SRC}\)? to {_DST}(?: on interface (?P<in_interface>\S+))?",
            **_BLOCK,
        ),
    ),
    "106018": (
        Pattern(
            rf"(?P<protocol>ICMP) packet type \S+ denied by outbound list (?P<policy>\S+) src {_SRC} dest {_DST}",
            **_BLOCK,
        ),
    ),
    "710003": (
        Pattern(rf"(?P<protocol>\S+) access denied by ACL from {_SRC} to {_IF_DST}", **_BLOCK),
    ),
    "710001 710002": (
        Pattern(
            rf"(?P<protocol>\S+) access (?:requested|permitted) from {_SRC} to {_IF_DST}", **_ALLOW
        ),
    ),
    "710005 710006": (
        Pattern(rf"(?P<protocol>\S+) request discarded from {_SRC} to {_IF_DST}", **_BLOCK),
    ),
    "313001 313004 313008 313009": (
        Pattern(
            rf"Denied (?:invalid )?(?:IPv6-)?(?P<protocol>ICMP)\w*[ =].*? (?:from|for) (?:laddr )?{_IF_SRC}{_MAPPED}(?: on interface (?P<interface>\S+))?(?: to {_IF_DST})?",
            **_BLOCK,
        ),
    ),
    "313005": (
        Pattern(
            rf"No matching connection for ICMP error message: (?P<protocol>icmp) src {_IF_SRC}{_MAPPED} dst {_IF_DST}",
            **_BLOCK,
        ),
    ),
    "305005 305006 305013": (
        Pattern(
            rf".*? (?:for|for protocol) (?P<protocol>\S+) src {_IF_SRC}{_MAPPED} dst {_IF_DST}",
            **_BLOCK,
        ),
    ),
    "401004": (
        Pattern(
            rf"Shunned packet: {_SRC} =+>? {_DST} on interface (?P<in_interface>\S+)", **_BLOCK
        ),
    ),
    "401002": (Pattern(rf"Shun added: {_SRC} {_DST}", category="network"),),
    "733102": (Pattern(rf"Threat-detection adds host {_SRC} to shun list", **_BLOCK),),
    "410001 410002 410003": (
        Pattern(rf"Dropped (?P<protocol>\S+) .*? from {_IF_SRC} to {_IF_DST}", **_BLOCK),
    ),
    "418001": (
        Pattern(rf".*? is denied: (?P<protocol>\S+) src {_IF_SRC} dst {_IF_DST}", **_BLOCK),
    ),
    "419002 419001": (Pattern(rf"(?P<reason>.*?) from {_IF_SRC} to {_IF_DST}", **_BLOCK),),
    "421001 421007 202010 201010 201009 201011": (
        Pattern(rf".*? (?:flow|connection|packet) from {_IF_SRC} to {_IF_DST}", **_BLOCK),
    ),
    "500003 500004 209003 209004 209005": (
        Pattern(rf"(?P<reason>.*?):? +(?:from|src =) {_SRC}(?: to|, dest =) {_DST}", **_BLOCK),
    ),
    "338002 338004 338006 338202 338203 338204": (
        Pattern(
            rf"Dynamic Filter (?:monitored|permitted) (?P<signature>\S+ (?P<protocol>\S+) traffic) from {_IF_SRC}{_MAPPED} to {_IF_DST}(?:.*threat-level: (?P<threat_level>[^,]+), category: (?P<signature_class>.*))?",
            **_ALERT,
        ),
    ),
    "338001 338003 338005 338007 338008 338201": (
        Pattern(
            rf"Dynamic Filter \S+ (?P<signature>\S+ (?P<protocol>\S+) traffic) from {_IF_SRC}{_MAPPED} to {_IF_DST}(?:.*threat-level: (?P<threat_level>[^,]+), category: (?P<signature_class>.*))?",
            category="ids",
            action="block",
        ),
    ),
    "420001 420002 420003 434001 434002 434003 434004": (
        Pattern(
            rf"(?P<signature>\S+ requested to \S+) (?P<protocol>\S+) packet from {_IF_SRC} to {_IF_DST}",
            category="ids",
            action="block",
        ),
    ),
    "108003 108004": (
        Pattern(rf"(?P<signature>.*?) from {_IF_SRC} to {_IF_DST}", category="ids", action="block"),
    ),
    # Attacks
    "733100": (
        Pattern(
            r"(?:Object|\[\s*(?P<signature>[^\]]*?)\s*\]) drop rate",
            category="network",
            action="scan",
        ),
    ),
    "733101": (
        Pattern(
            r"(?P<signature>\[?.{0,40}?\]?) ?(?P<src_ip>[0-9A-Fa-f:.]+) is attacking",
            category="network",
            action="scan",
        ),
        Pattern(
            r"(?P<signature>\[?.{0,40}?\]?) ?(?P<dst_ip>[0-9A-Fa-f:.]+) is targeted",
            category="network",
            action="scan",
        ),
    ),
    # Web
    "304001": (
        Pattern(
            r"(?:(?P<user>\S+)@)?(?P<src_ip>[^\s@()]+)(?:\([^)]*\))? Accessed (?:JAVA )?URL (?P<dst_ip>[^\s:]+):(?P<url>\S*)",
            category="web",
            action="request",
        ),
    ),
    "304002": (
        Pattern(
            r"Access denied URL (?P<url>\S+) SRC (?P<src_ip>[^\s(]+)(?:\([^)]*\))? DEST (?P<dst_ip>[^\s:]+)",
            category="web",
            action="deny",
        ),
    ),
    # Administrators
    "605004": (
        Pattern(
            rf'Login denied from {_SRC} to (?:(?P<in_interface>[^\s:/]+):)?(?P<dst_ip>[^\s/]+)/(?P<login_service>\S+) for user "{_USER.format(".*")}"',
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    "605005": (
        Pattern(
            rf'Login permitted from {_SRC} to (?:(?P<in_interface>[^\s:/]+):)?(?P<dst_ip>[^\s/]+)/(?P<login_service>\S+) for user "{_USER.format(".*")}"',
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "611101": (
        Pattern(
            rf"User authentication succeeded:(?: IP address: (?P<src_ip>[^\s,]+),)? Uname: {_USER.format('.*')}$",
            **_SUCCESS,
            **_ADMIN,
        ),
    ),
    "611102": (
        Pattern(
            rf"User authentication failed:(?: IP address: (?P<src_ip>[^\s,]+),)? Uname: {_USER.format('.*')}$",
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    "611103": (Pattern(r"User logged out: Uname: (?P<user>\S+)", **_LOGOUT, **_ADMIN),),
    "308001 308002": (
        Pattern(
            r".*?password incorrect for \d+ tr(?:y|ies)(?: \(from (?P<src_ip>[^\s)]+)\))?",
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    "315001 307001": (
        Pattern(
            r"Denied \S+ (?:login )?session from (?P<src_ip>\S+) on interface (?P<in_interface>\S+)",
            **_BLOCK,
            **_ADMIN,
        ),
    ),
    "315002 307002": (
        Pattern(
            r"Permitted \S+ (?:login )?session from (?P<src_ip>\S+) on interface (?P<in_interface>\S+)",
            **_ALLOW,
            **_ADMIN,
        ),
    ),
    "307003": (Pattern(r"telnet login session failed from (?P<src_ip>\S+)", **_FAILURE, **_ADMIN),),
    "315011": (
        Pattern(
            r'SSH session from (?P<src_ip>\S+) on interface (?P<in_interface>\S+) for user "(?:\*+|(?P<user>.*?))" (?:disconnected by SSH server|terminated)',
            **_LOGOUT,
            **_ADMIN,
        ),
    ),
    "113021": (
        Pattern(
            r"Attempted console login failed\.? +[Uu]ser '?(?P<user>.*?)'? did NOT have appropriate",
            reason="not_allowed",
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    "606001": (
        Pattern(r"ASDM session number \S+ from (?P<src_ip>\S+) started", **_CONNECT, **_ADMIN),
    ),
    "606002": (Pattern(r"ASDM session number \S+ from (?P<src_ip>\S+) ended", **_CLOSE, **_ADMIN),),
    "502101": (
        Pattern(
            r"New user added to local dbase: Uname: (?P<user>\S+)",
            category="authentication",
            action="account_change",
            **_ADMIN,
        ),
    ),
    "502102": (
        Pattern(
            r"User deleted from local dbase: Uname: (?P<user>\S+)",
            category="authentication",
            action="account_change",
            **_ADMIN,
        ),
    ),
    "502103": (
        Pattern(
            r"User priv level changed: Uname: (?P<user>\S+) From: (?P<old_level>\d+) To: (?P<new_level>\d+)",
            category="authentication",
            outcome="success",
            action="privilege",
            **_ADMIN,
        ),
    ),
    "111008 111009": (
        Pattern(
            r"User '?(?P<user>.*?)'? executed (?:the )?(?:'(?P<command>.*)' command|cmd: ?(?P<show_command>.*)|the '(?P<other_command>.*))",
            **_CHANGE,
        ),
    ),
    "111010": (
        Pattern(
            r"User '(?P<user>.*?)', running '(?P<login_program>[^']*)' from IP (?P<src_ip>\S+), executed '(?P<command>.*)'",
            **_CHANGE,
        ),
    ),
    "111001 111002 111007": (
        Pattern(r"Begin configuration: (?P<src_ip>[0-9A-Fa-f:.]+)", **_CHANGE),
    ),
    "111003 111004 111005": (Pattern(r"(?P<src_ip>[0-9A-Fa-f:.]+) ", **_CHANGE),),
    # AAA: who asks is told only by the user IP of newer versions
    "113004 113012": (
        Pattern(
            rf"AAA user (?P<auth_method>\S+) Successful ?:.*?[Uu]ser = {_USER.format('.*')}$",
            **_SUCCESS,
            **_VPN,
        ),
    ),
    "113005 113015 113016 113017": (
        Pattern(
            rf"AAA (?:user authentication|credentials) [Rr]ejected ?: reason = (?P<reason>.*?) ?: (?:server = (?P<auth_server>[^\s:,]+)|local database) ?[:,] [Uu]ser = {_USER.format('.*?')}(?: ?: user IP = (?P<src_ip>\S+))?$",
            **_FAILURE,
            **_VPN,
        ),
        Pattern(r"AAA (?:user authentication|credentials) [Rr]ejected", **_FAILURE, **_VPN),
    ),
    "113006": (
        Pattern(
            rf"User {_USER.format('.*?')} locked out on exceeding (?:(?P<attempts>\d+) )?",
            reason="locked",
            **_LOCKOUT,
        ),
    ),
    "113008": (
        Pattern(
            rf"AAA transaction status ACCEPT ?: user = {_USER.format('.*')}$",
            category="authentication",
            **_VPN,
        ),
    ),
    "109005": (
        Pattern(
            rf"Authentication succeeded for user '?{_USER.format('.*?')}'? from {_SRC} to {_DST} on interface (?P<in_interface>\S+)$",
            **_SUCCESS,
            service="app",
        ),
    ),
    "109006 109034": (
        Pattern(
            rf"Authentication failed for (?:network )?user '?{_USER.format('.*?')}'? from {_SRC} to {_DST} on interface (?P<in_interface>\S+)$",
            **_FAILURE,
            service="app",
        ),
    ),
    "109008 109024 109025": (
        Pattern(
            rf"Authorization denied (?:\([^)]*\) |\[[^\]]*\] )?(?:for user '?{_USER.format('.*')}'? )?from {_SRC} to {_DST} on interface",
            **_BLOCK,
        ),
    ),
    "109033": (
        Pattern(
            rf"Authentication failed for admin user {_USER.format('.*')} from (?P<src_ip>[0-9A-Fa-f:.]+[0-9A-Fa-f])",
            **_FAILURE,
            **_ADMIN,
        ),
    ),
    # VPN
    "113019": (
        Pattern(rf"{_GROUP}Session disconnected\.(?:.*Reason: (?P<reason>.*))?", **_LOGOUT, **_VPN),
    ),
    "113039 716001": (Pattern(_GROUP, **_SUCCESS, **_VPN),),
    "722023 722037 716002": (Pattern(_GROUP, **_LOGOUT, **_VPN),),
    "716038": (Pattern(rf"{_GROUP}Authentication: successful", **_SUCCESS, **_VPN),),
    "716039": (
        Pattern(rf"{_GROUP}Authentication: rejected", **_FAILURE, **_VPN),
        Pattern(
            r"Group (?:name )?<?(?P<vpn_group>[^\s>]+)>? User <?(?P<user>.*?)>? Authentication: rejected",
            **_FAILURE,
            **_VPN,
        ),
    ),
    "713167 713198 713060 713172": (
        Pattern(
            rf"(?:{_GROUP})?.*(?:failed user authentication|Authorization failed|Tunnel Rejected)",
            **_FAILURE,
            **_VPN,
        ),
    ),
    "751011": (
        Pattern(
            r"Local:(?P<dst_ip>\S+):(?P<dst_port>\d+) Remote:(?P<src_ip>\S+):(?P<src_port>\d+) Username:(?P<user>.*?) .*?Failed user authentication(?:\. Error: (?P<reason>.*))?",
            **_FAILURE,
            **_VPN,
        ),
    ),
    "725006": (
        Pattern(
            rf"Device failed SSL handshake with \S+ {_IF_SRC} to {_IF_DST}", category="network"
        ),
    ),
    "603104 603108 603106": (
        Pattern(
            r"Built \S+ Tunnel at .*?remote-peer = (?P<src_ip>[^\s,]+)(?:.*?username = (?P<user>[^\s,]+))?",
            **_SUCCESS,
            **_VPN,
        ),
    ),
    "603105 603109 603107": (
        Pattern(r"Teardown \S+ Tunnel at .*?remote-peer = (?P<src_ip>[^\s,]+)", **_LOGOUT, **_VPN),
    ),
}
SENTENCES |= {
    # Signatures of the small built-in intrusion detection
    " ".join(f"4000{number:02}" for number in range(51)): (
        Pattern(
            rf"(?:IPS|IDS):(?P<signature_id>\d+) (?P<signature>.*?) from {_SRC} to {_DST} on interface (?P<in_interface>\S+)",
            **_ALERT,
        ),
    ),
}

# A sentence that is worded otherwise, or cut short, still means what its number says.
SENTENCES = {
    codes: (*patterns, Pattern(rf"(?:.{{0,400}}?{_ADDRESS})?", **patterns[0].means))
    for codes, patterns in SENTENCES.items()
}

OTHERWISE = (
    Pattern(rf"{_GROUP}", category="network", service="vpn"),
    Pattern(rf"(?:TCP|UDP|ICMP) access denied by ACL from {_SRC} to {_IF_DST}", **_BLOCK),
    Pattern(
        rf".{{0,400}}?[Ff]rom (?:\(?{_IF_SRC}\)?) to (?:\(?{_IF_DST}\)?)(?: |$|\.|,)",
        category="network",
    ),
    Pattern(rf".{{0,400}}?{_ADDRESS}"),
)
