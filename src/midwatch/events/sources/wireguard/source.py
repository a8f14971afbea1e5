"""WireGuard in the Linux kernel (with dynamic debugging on) and wireguard-go."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_START = r"(?:\[ *[0-9.]{5,20}\] ?)?wireguard: (?P<in_interface>[^ :]{1,32}): "
_PEER = r"peer (?P<peer>[0-9]{1,20}) \((?P<src>[^ )]{1,80})\)"
_TO_PEER = r"peer (?P<peer>[0-9]{1,20}) \((?P<dst>[^ )]{1,80})\)"
_GO = r"(?:(?:DEBUG|ERROR|INFO): \((?P<in_interface>[^) ]{1,32})\) (?:[0-9/]{8,10} [0-9:]{8} )?)?"

SOURCE = Source(
    name="wireguard",
    title="WireGuard",
    logsource=Logsource(product="linux", service="wireguard"),
    programs=("kernel", "wireguard", "wireguard-go", "wg"),
    marks=(
        "wireguard: ",
        "Received invalid initiation message from ",
        "Received invalid response message from ",
        "Received packet with invalid mac1",
        "packet with disallowed source address from peer(",
    ),
    claims=False,
    plain_login=False,
    constants={"service": "vpn"},
    readers=(
        Patterns(
            Pattern(
                rf"{_START}Invalid handshake initiation from (?P<src>[^ ]+)",
                reason="invalid_handshake",
                **_FAILED,
            ),
            Pattern(
                rf"{_START}Packet has unallowed src IP \((?P<inner_src_ip>[^ )]+)\) from {_PEER}",
                reason="not_allowed",
                **_FAILED,
            ),
            Pattern(
                rf"{_START}Invalid handshake response from (?P<src>[^ ]+)",
                reason="invalid_handshake",
                **_FAILED,
            ),
            Pattern(
                rf"{_START}Invalid MAC of handshake, dropping packet from (?P<src>[^ ]+)",
                reason="invalid_mac",
                **_FAILED,
            ),
            Pattern(
                rf"{_START}Receiving handshake initiation from {_PEER}",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_START}(?:Handshake for|Retrying handshake with) {_TO_PEER}",
                category="network",
                reason="handshake_timeout",
            ),
            Pattern(rf"{_START}Receiving [a-z ]{{1,40}} from {_PEER}", category="network"),
            Pattern(rf"{_START}Sending [a-z ]{{1,40}} to {_TO_PEER}", category="network"),
            Pattern(
                rf"{_START}(?:Receiving cookie response|Could not decrypt invalid cookie response) from (?P<src>[^ ]+)",
                category="network",
            ),
            Pattern(r"(?:\[ *[0-9.]{5,20}\] ?)?wireguard: ", category="network"),
        ),
        Patterns(
            Pattern(
                rf"{_GO}Received invalid (?:initiation|response) message from (?P<src>[^ ]+)",
                reason="invalid_handshake",
                **_FAILED,
            ),
            Pattern(rf"{_GO}Received packet with invalid mac1", reason="invalid_mac", **_FAILED),
            Pattern(
                rf"{_GO}IPv[46] packet with disallowed source address from peer\((?P<peer>[^)]{{1,60}})\)",
                reason="not_allowed",
                **_FAILED,
            ),
        ),
    ),
)
