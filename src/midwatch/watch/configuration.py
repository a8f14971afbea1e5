"""The configuration file: one TOML file, every key with default, unit and meaning.

What people manage while the watch runs (clients, offices, sources, who is told) is state,
not configuration. A missing file means all defaults; a wrong one is refused with the line.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from midwatch.kernel import ConfigurationError

VARIABLE: Final = "MIDWATCH_CONFIG"
"""Environment variable that names the file."""
SYSTEM_FILE: Final = Path("/etc/midwatch/midwatch.toml")

Port = Annotated[int, Meta(ge=0, le=65535)]
MEGABYTE: Final = 1_000_000


def _says(meaning: str) -> Meta:
    return Meta(description=meaning)


class SyslogSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[syslog]``: how firewalls and servers send."""

    address: Annotated[
        str, _says("Address to listen on; `::` is every address of both families.")
    ] = "::"
    udp: Annotated[Port, _says("UDP port; 0 turns it off.")] = 5514
    tcp: Annotated[Port, _says("TCP port; 0 turns it off.")] = 5514
    tls: Annotated[
        Port, _says("TLS port (RFC 5425); used when a certificate is named, 0 turns it off.")
    ] = 6514
    certificate: Annotated[str, _says("PEM file with the server's certificate chain.")] = ""
    key: Annotated[str, _says("PEM file with its private key.")] = ""
    client_authority: Annotated[
        str, _says("PEM file of the authority that signs senders' certificates; empty: none asked.")
    ] = ""


class HttpSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[http]``: how shippers (Beats, Fluent Bit, Vector, OpenTelemetry) send."""

    address: Annotated[
        str, _says("Address to listen on. Tokens travel here: beyond this machine, use TLS.")
    ] = "127.0.0.1"
    port: Annotated[Port, _says("Port; 0 turns it off.")] = 8514
    certificate: Annotated[str, _says("PEM file; with `key`, HTTPS is spoken.")] = ""
    key: Annotated[str, _says("PEM file with the private key.")] = ""


class SenderSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[senders]``: how much one sender may send, and how many there may be."""

    lines: Annotated[
        int,
        Meta(ge=0),
        _says("Lines of one sender, on average in each second; 0: no limit."),
    ] = 20_000
    burst: Annotated[int, Meta(ge=1), _says("Lines of one sender at once.")] = 100_000
    connections: Annotated[int, Meta(ge=1), _says("Open connections in all.")] = 10_000
    connections_each: Annotated[int, Meta(ge=1), _says("Open connections from one address.")] = 500
    idle: Annotated[
        int, Meta(ge=10), _says("A connection is closed after so long a silence, seconds.")
    ] = 3_600


class SpoolSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[spool]``: where lines wait until they are in the lake."""

    kind: Annotated[
        str, Meta(pattern="^(sqlite|jetstream)$"), _says("`sqlite` or `jetstream`.")
    ] = "sqlite"
    budget: Annotated[
        int, Meta(ge=16), _says("Room on disk, megabytes. At 90 % it warns, at 100 % intake stops.")
    ] = 4096
    servers: Annotated[tuple[str, ...], _says("NATS servers, for `jetstream`.")] = (
        "nats://127.0.0.1:4222",
    )


class LakeSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[lake]``: where events are kept."""

    flush: Annotated[
        int, Meta(ge=1, le=3600), _says("Longest time until events are in the lake, seconds.")
    ] = 60
    rows: Annotated[int, Meta(ge=1000), _says("Events after which they are written sooner.")] = (
        50_000
    )


class KnowledgeSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[knowledge]``: what is known of addresses besides what is kept for each client."""

    geoip: Annotated[
        tuple[str, ...],
        _says("Databases of countries and networks: MaxMind files, or tables of ranges."),
    ] = ()


class MailSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[mail]``: the server that mail to people leaves by."""

    host: Annotated[str, _says("Server; empty: no mail is sent.")] = ""
    port: Annotated[Port, _says("Port.")] = 587
    security: Annotated[
        str,
        Meta(pattern="^(starttls|tls|plain)$"),
        _says("`starttls`, `tls` or `plain` (this machine only)."),
    ] = "starttls"
    user: Annotated[str, _says("User name; empty: none is given.")] = ""
    password: Annotated[
        str, _says("Where the password is: `env:NAME` or `file:PATH`. Never the password itself.")
    ] = ""
    sender: Annotated[str, _says("Address that mail comes from.")] = ""
    authority: Annotated[
        str, _says("PEM file of the authority to trust instead of the system's.")
    ] = ""


class WebhookSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[webhook]``: signed calls of other systems."""

    secret: Annotated[
        str, _says("Where the secret is that calls are signed with: `env:NAME` or `file:PATH`.")
    ] = ""
    inside: Annotated[
        bool, _says("Whether addresses of your own network may be called, not the internet alone.")
    ] = True


class ChatSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[chat]``: chat, SMS, push and voice through apprise."""

    on: Annotated[bool, _says("Whether the channel `chat` may be used in policies.")] = False


class SelfWatchSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[self]``: how the watch watches itself."""

    canary: Annotated[
        int,
        Meta(ge=0, le=3600),
        _says("A line goes through the whole chain every so many seconds."),
    ] = 60
    switch_url: Annotated[
        str, _says("Outside URL called every minute while all is well (a dead man's switch).")
    ] = ""
    metrics_port: Annotated[Port, _says("Port of `/metrics` and `/healthz` on 127.0.0.1.")] = 9514


class DeskSettings(Struct, forbid_unknown_fields=True, frozen=True):
    """``[desk]``: where people look, decide and answer, in a browser."""

    address: Annotated[str, _says("Address to listen on.")] = "127.0.0.1"
    port: Annotated[Port, _says("Port; 0 turns the desk off.")] = 8080
    url: Annotated[
        str,
        Meta(pattern=r"^(https?://[^/\s]+/?)?$"),
        _says("What people type to reach it; empty: `http://localhost:PORT`."),
    ] = ""
    certificate: Annotated[str, _says("PEM file; with `key`, HTTPS is spoken.")] = ""
    key: Annotated[str, _says("PEM file with the private key.")] = ""
    workers: Annotated[
        int,
        Meta(ge=1, le=16),
        _says("Processes that answer, each for one processor; one suffices for fifty people."),
    ] = 1
    proxies: Annotated[
        int,
        Meta(ge=0, le=9),
        _says("How many trusted reverse proxies stand before it; they name a visitor's address."),
    ] = 0
    database: Annotated[
        str,
        _says(
            "Where the URL of a PostgreSQL database is: `env:NAME` or `file:PATH`; "
            "empty: a SQLite file in the state folder."
        ),
    ] = ""
    language: Annotated[
        str, Meta(pattern="^(en|de)$"), _says("Language where a browser asks for none: `en`, `de`.")
    ] = "en"
    provider: Annotated[
        str, _says("The firm that keeps the watch, as clients read it; empty: Midwatch.")
    ] = ""
    antivirus: Annotated[
        str,
        Meta(pattern=r"^((unix:/|tcp:[^\s:]+:|tcp:\[[0-9a-fA-F:]+\]:)\S+)?$"),
        _says(
            "Where clamd listens, for files that vendors give: `unix:PATH` or `tcp:HOST:PORT`; "
            "empty: its usual sockets are tried."
        ),
    ] = ""
    sso_issuer: Annotated[str, _says("OpenID Connect issuer for single sign-on; empty: none.")] = ""
    sso_name: Annotated[str, _says("What the button for it says.")] = "Single sign-on"
    sso_client: Annotated[str, _says("Client id at that issuer.")] = ""
    sso_secret: Annotated[
        str, _says("Where the client's secret is: `env:NAME` or `file:PATH`.")
    ] = ""

    @property
    def reached_at(self) -> str:
        """Where people reach the desk, without a slash at the end; empty where it is off."""
        if not self.port:
            return ""
        return self.url.rstrip("/") or f"http://localhost:{self.port}"


class Configuration(Struct, forbid_unknown_fields=True, frozen=True):
    """The whole file. Top-level keys come first in it."""

    syslog: SyslogSettings = SyslogSettings()
    http: HttpSettings = HttpSettings()
    senders: SenderSettings = SenderSettings()
    spool: SpoolSettings = SpoolSettings()
    lake: LakeSettings = LakeSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    mail: MailSettings = MailSettings()
    webhook: WebhookSettings = WebhookSettings()
    chat: ChatSettings = ChatSettings()
    self: SelfWatchSettings = SelfWatchSettings()
    desk: DeskSettings = DeskSettings()


def load_configuration(path: Path | None = None) -> Configuration:
    """The configuration of a file, of the usual places, or all defaults.

    Args:
        path: The file; None: what ``MIDWATCH_CONFIG`` names, else ``SYSTEM_FILE`` if there.

    Raises:
        ConfigurationError: A named file is missing, or what it holds is wrong; with its line.
    """
    named = path or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is None and not SYSTEM_FILE.exists():
        return Configuration()
    chosen = named or SYSTEM_FILE
    try:
        text = chosen.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the configuration cannot be read: {error}",
            remedy="check the path and the file's owner and mode",
            path=str(chosen),
        ) from error
    return parse_configuration(text, str(chosen))


def parse_configuration(text: str, path: str) -> Configuration:
    """The configuration of a text; ``path`` is told in errors.

    Raises:
        ConfigurationError: It is no TOML, a key is unknown, or a value is out of bounds.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        raise ConfigurationError(
            f"this is not TOML: {error}",
            remedy="write keys as name = value, and texts in quotes",
            path=path,
            line=int(place[1]) if place else None,
        ) from error
    try:
        return msgspec.convert(found, Configuration)
    except msgspec.ValidationError as error:
        cause, _, where = str(error).partition(" - at ")
        unknown = re.search(r"unknown field `([^`]*)`", cause)
        keys = re.findall(r"[A-Za-z_]\w*", where)
        if unknown:
            keys.append(unknown[1])
            cause = f"there is no setting {'.'.join(keys)}"
        elif keys:
            cause = f"{'.'.join(keys)}: {cause[:1].lower()}{cause[1:]}"
        raise ConfigurationError(
            cause,
            remedy="every setting is listed in the reference of the configuration file",
            path=path,
            line=_line_of(text, keys),
        ) from error


def _line_of(text: str, keys: list[str]) -> int | None:
    """The line on which a key stands, as far as a plain look at the text can tell."""
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\s*([\w.]+)\s*\]", line)
        if head:
            table = head[1]
            if keys == [table]:
                return number
            continue
        name = re.match(r"\s*([\w.-]+)\s*=", line)
        if name and [part for part in (*table.split("."), *name[1].split(".")) if part] == keys:
            return number
    return None


def settings() -> Iterator[tuple[str, str, Any, str]]:
    """(table, key, default, meaning) of every setting, for the reference."""
    for table in msgspec.structs.fields(Configuration):
        kind = type(table.default)
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            yield table.name, field.name, field.default, _meaning(hints[field.name])


def _meaning(hint: object) -> str:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if isinstance(extra, Meta) and extra.description:
                return extra.description
        return _meaning(get_args(hint)[0])
    return ""
