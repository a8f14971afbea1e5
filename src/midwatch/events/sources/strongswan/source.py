"""IPsec key exchange: strongSwan's charon, Libreswan's pluto and racoon.

charon writes ``06[IKE] <connection|12> ...``: a thread, a subsystem, and the number of the
exchange. ``src_ip`` is the peer, whichever side sends the packet; it is carried from the
``[NET]`` lines to the other lines of the exchange, as is the name of the user. Several lines
tell of one refusal; those that state the verdict count as the failed login.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_LEAD: Final = (
    r"(?:\d{1,3}\[(?P<subsystem>[A-Z]{3})\] )?"
    r"(?:<(?:(?P<connection>[^|>]{0,128})\|)?(?P<session>\d+)> )?"
)
_PEER: Final = r"(?P<src_ip>[0-9A-Fa-f:.]{2,45})\[(?P<src_port>\d+)\]"
_LOCAL: Final = r"(?P<dst_ip>[0-9A-Fa-f:.]{2,45})\[(?P<dst_port>\d+)\]"
_PLUTO: Final = (
    r"(?:\"(?P<connection>[^\"]*)\"(?:\[\d+\])?(?: (?P<src_ip>[0-9A-Fa-f:.]{2,45}))?"
    r"(?: #(?P<session>\d+))?: )"
)

_FAILED: Final = Patterns(
    Pattern(rf"{_LEAD}EAP-MS-CHAPv2 verification failed", reason="bad_password"),
    Pattern(
        rf"{_LEAD}XAuth authentication of '(?P<user>.*)' (?:\(myself\) )?failed",
        reason="bad_password",
    ),
    Pattern(rf"{_LEAD}EAP method (?P<auth_method>[^ ]+) failed for peer '?(?P<user>[^'\n]*)"),
    Pattern(rf"{_LEAD}RADIUS authentication of '(?P<user>.*)' failed", reason="bad_password"),
    Pattern(
        rf"{_LEAD}generating (?P<exchange>[A-Z_0-9]+) response \d+ \[ (?:[^\]]* )?N\(AUTH_FAILED\)",
        reason="not_allowed",
    ),
    Pattern(
        rf"{_LEAD}tried \d+ shared keys? for '(?P<dst_id>[^']*)' - '(?P<user>.*)', but MAC mismatched",
        auth_method="pre-shared key",
        reason="bad_password",
    ),
    Pattern(
        rf"{_LEAD}no shared key found for '?(?P<dst_id>[^' \[]*)'?(?:\[[^\]]*\])? - '?(?P<user>[^' \[]*)'?(?:\[(?P<src_ip>[0-9A-Fa-f:.]{{2,45}})\])?",
        auth_method="pre-shared key",
        reason="invalid_user",
    ),
    Pattern(
        rf"{_LEAD}(?:no (?:matching )?peer config found|(?:found )?\d+ matching configs?, but none allows [^\n]*)",
        reason="not_allowed",
    ),
    Pattern(
        rf"{_LEAD}no trusted [A-Z]+ public key found for '(?P<user>.*)'",
        auth_method="certificate",
        reason="not_allowed",
    ),
    Pattern(rf"{_LEAD}authentication of '(?P<user>.*)' with (?P<auth_method>[^\n]{{1,80}}) failed"),
    Pattern(
        rf"{_LEAD}(?:invalid HASH_V1 payload length, decryption failed\?|calculated HASH does not match HASH payload)",
        reason="bad_password",
    ),
    Pattern(
        rf"{_LEAD}(?P<why>selected peer config '[^']*' unacceptable: non-matching authentication done|constraint check failed: [^\n]*|signature validation failed[^\n]*)",
        reason="not_allowed",
    ),
    Pattern(
        rf"{_LEAD}received AUTHENTICATION_FAILED (?:notify error|error notify)",
        reason="refused_by_peer",
    ),
    Pattern(
        rf"{_PLUTO}XAUTH: User (?P<user>.*): (?:A|a)uthentication (?:F|f)ailed",
        reason="bad_password",
    ),
    Pattern(
        rf"{_PLUTO}(?:probable authentication failure \(mismatch of preshared secrets\?\)|(?:IKEv2 )?(?:peer )?[Aa]uthentication (?:of [^\n]* )?failed|.{{0,120}}encrypted notification AUTHENTICATION_FAILED|.{{0,80}}sending (?:encrypted )?notification (?:AUTHENTICATION_FAILED|INVALID_ID_INFORMATION))",
        reason="bad_password",
    ),
    Pattern(
        r"(?:ERROR|WARNING|INFO): login failed for user \"(?P<user>.*)\"", reason="bad_password"
    ),
    Pattern(
        r"ERROR: (?P<why>mismatched (?:ID|hash)[^\n]*|HASH mismatched[^\n]*)", reason="bad_password"
    ),
    category="authentication",
    outcome="failure",
    action="login",
)

_SUCCEEDED: Final = Patterns(
    Pattern(
        rf"{_LEAD}authentication of '(?P<user>[^'\n]*)' with (?P<auth_method>[^\n]{{1,80}}) successful"
    ),
    Pattern(rf"{_LEAD}XAuth authentication of '(?P<user>[^'\n]*)' successful"),
    Pattern(rf"{_LEAD}EAP method (?P<auth_method>[^ ]+) succeeded, MSK established"),
    Pattern(rf"{_LEAD}RADIUS authentication of '(?P<user>[^'\n]*)' successful"),
    Pattern(rf"{_PLUTO}XAUTH: User (?P<user>.*): Authentication Successful"),
    Pattern(r"INFO: login succeeded for user \"(?P<user>.*)\""),
    category="authentication",
    outcome="success",
    action="login",
)

_TRAFFIC: Final = Patterns(
    Pattern(rf"{_LEAD}received packet: from {_PEER} to {_LOCAL}"),
    Pattern(rf"{_LEAD}sending packet: from {_LOCAL} to {_PEER}"),
    category="network",
)

_NETWORK: Final = Patterns(
    Pattern(
        rf"{_LEAD}(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}) is initiating (?P<why>an? [^\n]*)",
        action="connect",
    ),
    Pattern(
        rf"{_LEAD}looking for (?:an? )?(?:[A-Za-z-]+ )*peer configs matching (?P<dst_ip>[^\[ ]+)\[(?P<dst_id>[^\]]*)\]\.\.\.(?P<src_ip>[^\[ ]+)\[(?P<peer_id>[^\]]*)\]"
    ),
    Pattern(
        rf"{_LEAD}no IKE config found for (?P<dst_ip>[0-9A-Fa-f:]+|[0-9]+(?:\.[0-9]+){{3}})\.\.\.(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}?), sending (?P<reason>[A-Z_]+)",
        action="block",
    ),
    Pattern(
        rf"{_LEAD}IKE_SA (?P<sa>[^ ]+) established between (?P<dst_ip>[^\[ ]+)\[(?P<dst_id>[^\]]*)\]\.\.\.(?P<src_ip>[^\[ ]+)\[(?P<user>[^\]]*)\]",
        action="connect",
    ),
    Pattern(
        rf"{_LEAD}deleting (?:half open )?IKE_SA (?:(?P<sa>[^ ]+) between (?P<dst_ip>[^\[ ]+)\[[^\]]*\]\.\.\.(?P<peer>[^\[ ]+)\[(?P<user>[^\]]*)\]|with (?P<src_ip>[0-9A-Fa-f:.]{{2,45}}) after timeout)",
        action="close",
    ),
    Pattern(rf"{_LEAD}EAP-MS-CHAPv2 username: '(?P<user>.*)'"),
    Pattern(
        rf"{_LEAD}no EAP key found for hosts '(?P<dst_id>[^']*)' - '(?P<user>.*)'",
        reason="invalid_user",
    ),
    Pattern(rf"{_LEAD}received EAP identity '(?P<user>.*)'"),
    Pattern(rf"{_LEAD}XAuth [a-z_]+ for '(?P<user>.*)' failed: (?P<why>[^\n]*)"),
    Pattern(rf"{_LEAD}assigning virtual IP (?P<virtual_ip>[^ ]+) to peer '(?P<user>[^'\n]*)'"),
    Pattern(
        r"packet from (?P<src_ip>[0-9A-Fa-f:.]{2,45}?):(?P<src_port>\d+): (?P<why>[^\n]*but no connection has been authorized[^\n]*|[^\n]*(?:NO_PROPOSAL_CHOSEN|rejected|dropping)[^\n]*)",
        action="block",
        reason="not_allowed",
    ),
    Pattern(r"packet from (?P<src_ip>[0-9A-Fa-f:.]{2,45}?):(?P<src_port>\d+): (?P<why>[^\n]*)"),
    Pattern(rf"{_PLUTO}(?P<why>[^\n]*)"),
    Pattern(
        r"(?P<level>INFO|ERROR|NOTIFY|WARNING): (?P<why>[^\n]*?)(?:: | )(?P<dst_ip>[0-9A-Fa-f:.]{2,45})\[(?P<dst_port>\d+)\](?:<=>|-)(?P<src_ip>[0-9A-Fa-f:.]{2,45})\[(?P<src_port>\d+)\]"
    ),
    Pattern(
        r"\d{1,3}\[(?P<subsystem>[A-Z]{3})\] (?:<(?:(?P<connection>[^|>]{0,128})\|)?(?P<session>\d+)> )?(?P<why>[^\n]*)"
    ),
    Pattern(r"<(?:(?P<connection>[^|>]{0,128})\|)?(?P<session>\d+)> (?P<why>[^\n]*)"),
    category="network",
)

SOURCE = Source(
    name="strongswan",
    title="IPsec: strongSwan, Libreswan, racoon",
    logsource=Logsource(product="linux", service="ipsec"),
    programs=(
        "charon",
        "charon-systemd",
        "charon-nm",
        "swanctl",
        "ipsec",
        "ipsec_starter",
        "pluto",
        "racoon",
        "strongswan",
    ),
    marks=(
        "[IKE] ",
        "[NET] <",
        "[NET] received packet: from ",
        "[NET] sending packet: from ",
        "[ENC] ",
        "[CFG] <",
        "[JOB] ",
        "[KNL] ",
        "[MGR] ",
    ),
    priority=60,
    plain_login=False,
    constants={"service": "vpn"},
    carry=Carry("session", ("src_ip", "src_port", "user")),
    readers=(_TRAFFIC, _FAILED, _SUCCEEDED, _NETWORK),
)
