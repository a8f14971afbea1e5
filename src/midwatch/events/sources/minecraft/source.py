"""Minecraft servers (Java edition): players, refusals and the remote console."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?:\[(?:\d+[A-Za-z]{3}\d{4} )?[\d:.]+\] )?\[(?P<thread>[^\]]*)/(?P<severity>[A-Z]+)\](?: \[[^\]]*\])?: "
_AT = r"/\[?(?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f])\]?:(?P<src_port>\d+)"

SOURCE = Source(
    name="minecraft",
    title="Minecraft server",
    logsource=Logsource(product="minecraft"),
    programs=("minecraft", "paper", "spigot"),
    marks=(
        "[Server thread/INFO]",
        "[Server thread/WARN]",
        "[User Authenticator #",
        "com.mojang.authlib.GameProfile",
        "[RCON Listener #",
        "[Server thread/ERROR]",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<user>[^\[ ]+)\[{_AT}\] logged in with entity id",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Disconnecting (?:com\.mojang\.authlib\.GameProfile@[^\[]*\[[^\]]*name=(?P<user>[^,\]]*)[^\]]*\]|(?P<account>[^ ]+)) \({_AT}\): (?P<reason>You are not white-?listed.*|You are banned.*|Failed to verify username.*|.*not authenticated.*)",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?P<user>[^ ]+) \({_AT}\) lost connection: (?P<reason>.*)",
                category="network",
                action="close",
            ),
            Pattern(
                rf"{_HEAD}(?:Rcon connection from: |Thread RCON Client ){_AT}",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_HEAD}(?P<user>[^ ]+) left the game",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(rf"{_HEAD}(?P<text>.*)"),
        ),
    ),
)
