"""VNC servers: x11vnc, TigerVNC, RealVNC, TightVNC and UltraVNC."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_PEER: Final = r"\[?(?P<src_ip>\d+(?:\.\d+){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,45}(?=\]|\s|$))\]?(?:::(?P<src_port>\d+))?"

SOURCE = Source(
    name="vnc",
    title="VNC servers",
    logsource=Logsource(product="vnc"),
    programs=(
        "x11vnc",
        "vncserver",
        "xvnc",
        "xtigervnc",
        "tigervnc",
        "vncserver-x11",
        "vncserver-x11-serviced",
        "vncserver-virtuald",
        "winvnc",
        "tvnserver",
        "vino-server",
        "x0vncserver",
    ),
    marks=(
        "authProcessClientMessage: ",
        "Connections: accepted: ",
        "Connections: closed: ",
        "Connections: disconnected: ",
        "Connections: authenticated: ",
        "Got connection from client ",
        "Invalid attempt from client ",
        "Blacklisted: ",
    ),
    plain_login=False,
    constants={"service": "rdp"},
    readers=(
        Patterns(
            Pattern(
                r"(?:rfb)?[Aa]uthProcessClientMessage: (?:authentication failed|password check failed)(?: from (?P<src_ip>[^ ]+))?",
                reason="bad_password",
            ),
            Pattern(
                rf" *Connections: (?:closed|disconnected): {_PEER}(?: \([A-Z]+\))? \(?\(?(?P<why>\[AuthFailure\][^\n]*|Authentication fail[^\n]*|[^)\n]*password[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf" *(?:Connections: )?(?:[Bb]lacklisted|rejected blacklisted connection): {_PEER}",
                reason="blocklist",
            ),
            Pattern(
                rf"Invalid attempt (?:\([^)]*\) )?from (?:client )?{_PEER}(?: using (?P<user>[^ ]+) account)?",
                reason="bad_password",
            ),
            Pattern(
                rf"(?:[A-Za-z ]+: )?(?:[Aa]uthentication failed|Failed authentication|Wrong password|Bad password)[^\n]*? (?:from|by|for) (?:client )?{_PEER}",
                reason="bad_password",
            ),
            Pattern(
                r" *SConnection: +AuthFailureException: (?P<why>[^\n]*)", reason="bad_password"
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(rf" *Connections: authenticated: {_PEER}(?: \([A-Z]+\))?, as (?P<user>[^ ]*)"),
            Pattern(rf"Connection received from (?:client )?{_PEER} using (?P<user>[^ ]+) account"),
            Pattern(
                rf"(?:[A-Za-z]+: )?[Aa]uthentication succeeded[^\n]*? (?:from|for) (?:client )?{_PEER}"
            ),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(rf" *Connections: (?:accepted|connected): {_PEER}", action="connect"),
            Pattern(
                rf" *Connections: (?:closed|disconnected): {_PEER}(?P<why>[^\n]*)", action="close"
            ),
            Pattern(rf"Got connection from client {_PEER}", action="connect"),
            Pattern(rf"Client {_PEER} gone", action="close"),
            Pattern(rf"Connection received from (?:client )?{_PEER}", action="connect"),
            category="network",
        ),
    ),
)
