"""OpenVPN, its authentication plug-ins, pfSense's login helper and OpenVPN Access Server.

A line of a client begins with its address, after authentication with its name before:
``eve/192.0.2.1:1194 ...``. Only a refused name, password or certificate is a failed login;
a TLS handshake that went wrong is a matter of the network.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_ENDPOINT: Final = r"(?:(?:udp|tcp)[46]?(?:-server)?:)?(?:\[AF_INET6?\])?\[?(?P<src_ip>[0-9A-Fa-f:.]{2,45})\]?:(?P<src_port>\d+)"
_PEER: Final = rf"(?:(?P<user>[^ /]+)/)?{_ENDPOINT} "
_CLIENT: Final = _ENDPOINT + " "
_MAYBE: Final = rf"(?:(?:[^ /]+/)?{_ENDPOINT} )?"

SOURCE = Source(
    name="openvpn",
    title="OpenVPN",
    logsource=Logsource(product="openvpn"),
    programs=("openvpn", "openvpn*", "ovpn-*", "openvpnas", "ovpn*"),
    marks=(
        "TLS Auth Error: ",
        "Peer Connection Initiated with [AF_INET",
        "TLS Error: ",
        "TLS: Initial packet from [AF_INET",
        "PLUGIN_AUTH_USER_PASS_VERIFY",
        "AUTH-PAM: BACKGROUND: ",
        "AUTH_FAILED",
        "supplied for LDAP DN ",
        "VERIFY ERROR: depth=",
        "packet HMAC authentication failed",
        "Bad encapsulated packet length from peer",
        "TCP connection established with [AF_INET",
    ),
    plain_login=False,
    constants={"service": "vpn"},
    readers=(
        Patterns(
            Pattern(
                rf"{_MAYBE}TLS Auth Error: Auth Username/Password verification failed for peer",
                reason="bad_password",
            ),
            Pattern(
                rf"{_MAYBE}TLS Auth Error: (?:--client-config-dir|username|TLS object CN|user)[^\n]*",
                reason="not_allowed",
            ),
            Pattern(rf"{_MAYBE}TLS Auth Error: (?P<why>[^\n]*)", reason="bad_password"),
            Pattern(
                rf"{_MAYBE}SENT CONTROL \[(?P<user>[^\]]*)\]: 'AUTH_FAILED(?:,[^']*)?'",
                reason="bad_password",
            ),
            Pattern(
                rf"{_MAYBE}VERIFY (?:ERROR|KU ERROR|EKU ERROR|X509NAME ERROR|SCRIPT ERROR): (?:depth=\d+, )?(?P<why>error=[^:]*|[^:\n]*)(?:: (?P<subject>[^\n]*))?",
                auth_method="certificate",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_MAYBE}(?:PLUGIN )?AUTH-PAM: BACKGROUND: user '(?P<user>.*)' failed to authenticate(?:: (?P<why>[^\n]*))?",
                reason="bad_password",
            ),
            Pattern(
                rf"{_MAYBE}Incorrect password supplied for LDAP DN \"(?P<dn>(?:[A-Za-z]+=)?(?P<user>[^,\"]*)[^\"]*)\"",
                reason="bad_password",
            ),
            Pattern(rf"{_MAYBE}LDAP user \"(?P<user>.*)\" was not found", reason="invalid_user"),
            Pattern(
                rf"{_MAYBE}LDAP bind failed: Invalid credentials(?P<why>[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_MAYBE}(?:RADIUS-PLUGIN: )?(?:BACKGROUND AUTH: )?Auth(?:entication)? failed!?\.?(?P<why>[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_MAYBE}RADIUS-PLUGIN: [^\n]*?(?:Auth failed|Authentication failed)[^\n]*",
                reason="bad_password",
            ),
            Pattern(
                rf"{_MAYBE}[Uu]ser '(?P<user>.*)' could not authenticate", reason="bad_password"
            ),
            Pattern(
                rf"{_MAYBE}PLUGIN_CALL: POST (?P<plugin>[^ ]+)/PLUGIN_AUTH_USER_PASS_VERIFY status=[1-9]",
                reason="bad_password",
            ),
            Pattern(
                r"(?:\[[^\]]*\] )?(?:VPN Auth Failed|AUTH (?:FAILED|FAIL)|[A-Z]+ login authentication failed|[^{\n]{0,80}[Aa]uthentication failed): ?(?P<why>[^{\n]*)(?:\{(?:.*?'user(?:name)?': u?'(?P<user>[^']*)')?(?:.*?'(?:client_ip_addr|client_addr|remote_addr|real_address)': u?'(?P<src_ip>[^']*)')?)?",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"(?:(?P<common_name>[^ /]+)/)?(?:{_CLIENT})?\[(?P<user>[^\]]*)\] Peer Connection Initiated with (?:\[AF_INET6?\])?(?P<peer>[^ ]+)"
            ),
            Pattern(
                rf"{_MAYBE}\[(?P<user>[^\]]*)\] Peer Connection Initiated with (?:\[AF_INET6?\])?(?P<src>[^ ]+)"
            ),
            Pattern(rf"{_MAYBE}Peer Connection Initiated with (?:\[AF_INET6?\])?(?P<peer>[^ ]+)"),
            Pattern(
                rf"{_MAYBE}TLS: Username/Password authentication succeeded for username '(?P<user>.*)'"
            ),
            Pattern(rf"{_MAYBE}[Uu]ser '(?P<user>.*)' authenticated"),
            Pattern(
                r"(?:\[[^\]]*\] )?(?:AUTH SUCCESS|[A-Z]+ login authentication success[a-z]*:?) ?\{(?:.*?'user(?:name)?': u?'(?P<user>[^']*)')?(?:.*?'(?:client_ip_addr|client_addr|remote_addr|real_address)': u?'(?P<src_ip>[^']*)')?"
            ),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(
                r"TCP connection established with (?:\[AF_INET6?\])?(?P<src_ip>[0-9A-Fa-f:.]{2,45}):(?P<src_port>\d+)",
                action="connect",
            ),
            Pattern(rf"{_PEER}TLS Error: (?P<why>[^\n]*)", action="close", reason="malformed"),
            Pattern(
                r"TLS Error: (?P<why>.*?) from (?:\[AF_INET6?\])?(?P<src_ip>[0-9A-Fa-f:.]{2,45}):(?P<src_port>\d+)",
                action="block",
                reason="malformed",
            ),
            Pattern(
                rf"{_PEER}WARNING: (?P<why>Bad encapsulated packet length[^\n]*)",
                action="close",
                reason="malformed",
            ),
            Pattern(
                rf"{_PEER}SIG[A-Z0-9]+\[(?P<why>[^\]]*)\] received, client-instance [a-z]+",
                action="close",
            ),
            Pattern(
                rf"{_PEER}(?P<why>Connection reset[^\n]*|Inactivity timeout[^\n]*)", action="close"
            ),
            Pattern(rf"{_PEER}TLS: Initial packet from [^\n]*", action="connect"),
            Pattern(
                r"TLS: Initial packet from (?:\[AF_INET6?\])?(?P<src_ip>[0-9A-Fa-f:.]{2,45}):(?P<src_port>\d+)",
                action="connect",
            ),
            Pattern(rf"{_PEER}(?P<why>[^\n]*)"),
            Pattern(r"(?P<why>Authenticate/Decrypt packet error: [^\n]*)", reason="malformed"),
            category="network",
        ),
    ),
)
