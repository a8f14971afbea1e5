"""Who sent this: the feed that a token, a certificate, an address or a path tells.

A ``Directory`` is made from the feeds of all tenants and never changes; ``Roll`` keeps the
current one and reads again when the tenants' revision has grown. For an address the longest
network wins, then a mark that names the port, then one that names a host; lines that no mark
tells belong to nobody.

Host names are read from syslog headers only (RFC 3164, RFC 5424, and ISO stamps), and only
when several feeds share an address, as behind a relay.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from midwatch.tenants import Feed, MarkKind, hash_of_token

_LOG: Final = logging.getLogger(__name__)
_MOST_KNOWN: Final = 65_536
_HOST: Final = re.compile(
    rb"\s{0,3}(?:<\d{1,3}>\s?)?(?:1 (?=\d{4}-|- ))?"
    rb"(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?"
    rb"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?|-(?= ))"
    rb":? ([A-Za-z0-9_.:-]{1,255})(?=[ ,])"
)


class Owner(msgspec.Struct, frozen=True):
    """Whose lines they are. ``product``: the log source the feed names, or empty."""

    tenant: str
    office: str
    feed: str
    product: str = ""


class Origin:
    """What is known of where lines come from: one owner, or several told apart by host name."""

    def __init__(self, choices: Sequence[tuple[str, Owner]]) -> None:
        """``choices``: (host name in small letters or empty, owner), the best first."""
        self._choices = choices
        self._single = choices[0][1] if choices and not choices[0][0] else None
        self.by_line = bool(choices) and self._single is None

    def owner_of(self, line: bytes) -> Owner | None:
        """Whose this line is; None: nobody's."""
        if not self.by_line:
            return self._single
        host = host_of(line)
        for wanted, owner in self._choices:
            short = host if "." in wanted else host.partition(".")[0]
            if not wanted or wanted in (host, short):
                return owner
        return None

    def split(self, lines: Sequence[bytes]) -> list[tuple[Owner | None, Sequence[bytes]]]:
        """The lines of each owner, each in order."""
        if not self.by_line:
            return [(self._single, lines)] if lines else []
        parts: dict[Owner | None, list[bytes]] = {}
        for line in lines:
            parts.setdefault(self.owner_of(line), []).append(line)
        return list(parts.items())


NOBODY: Final = Origin(())
"""An origin that no mark tells."""


def origin_of(owner: Owner | None) -> Origin:
    """The origin that has this owner alone."""
    return NOBODY if owner is None else Origin((("", owner),))


def host_of(line: bytes) -> str:
    """The host name in a syslog header, in small letters; empty when there is none.

    >>> host_of(b"<13>Nov  1 02:03:04 Gate sshd[7]: x"), host_of(b"<13>1 - fw.x.org a - - - b")
    ('gate', 'fw.x.org')
    """
    found = _HOST.match(line)
    if found is None or found[1].endswith(b":"):
        return ""
    return found[1].decode("ascii").lower()


def plain_address(address: str) -> str:
    """An address without zone, and IPv4 written as IPv4.

    >>> plain_address("::ffff:192.0.2.1"), plain_address("fe80::1%eth0")
    ('192.0.2.1', 'fe80::1')
    """
    return address.partition("%")[0].removeprefix("::ffff:") if ":" in address else address


class Directory:
    """All marks of all feeds; see the module's documentation."""

    def __init__(self, feeds: Iterable[Feed]) -> None:
        """Marks that cannot be read are logged and left out."""
        self.paths: dict[str, Owner] = {}
        self._tokens: dict[str, Owner] = {}
        self._certificates: dict[str, Owner] = {}
        networks: dict[tuple[int, int], dict[int, list[tuple[int, str, Owner]]]] = {}
        for feed in feeds:
            owner = Owner(feed.tenant, feed.office, feed.id, feed.product)
            for mark in feed.marks:
                if mark.kind is MarkKind.TOKEN:
                    self._tokens[mark.value.lower()] = owner
                elif mark.kind is MarkKind.CERTIFICATE:
                    self._certificates[mark.value.replace(":", "").lower()] = owner
                elif mark.kind is MarkKind.PATH:
                    self.paths[mark.value] = owner
                else:
                    try:
                        network = ipaddress.ip_network(mark.value, strict=False)
                    except ValueError:
                        _LOG.warning("a mark is no network", extra={"feed": feed.id})
                        continue
                    level = networks.setdefault((network.version, network.prefixlen), {})
                    level.setdefault(int(network.network_address), []).append(
                        (mark.port, mark.host.lower(), owner)
                    )
        self._networks = sorted(networks.items(), key=lambda level: -level[0][1])
        self._known: dict[tuple[str, int], Origin] = {}

    def by_token(self, token: str) -> Owner | None:
        """Whose token this is. Only its SHA-256 is compared."""
        return self._tokens.get(hash_of_token(token))

    def by_certificate(self, certificate: bytes) -> Owner | None:
        """Whose client certificate (DER) this is."""
        return self._certificates.get(hashlib.sha256(certificate).hexdigest())

    def at(self, address: str, port: int) -> Origin:
        """What is known of an address that sends to a local port."""
        key = (address, port)
        origin = self._known.get(key)
        if origin is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            origin = self._known[key] = self._look_up(address, port)
        return origin

    def _look_up(self, address: str, port: int) -> Origin:
        try:
            told = ipaddress.ip_address(plain_address(address))
        except ValueError:
            return NOBODY
        bits, number = told.max_prefixlen, int(told)
        choices: list[tuple[str, Owner]] = []
        for (version, length), level in self._networks:
            if version != told.version:
                continue
            marks = level.get(number >> (bits - length) << (bits - length), ())
            fitting = [mark for mark in marks if mark[0] in (0, port)]
            fitting.sort(key=lambda mark: (mark[0] == 0, not mark[1]))
            choices.extend((host, owner) for _port, host, owner in fitting)
        return Origin(choices) if choices else NOBODY


class Roll:
    """The current directory. ``generation`` grows whenever it is replaced."""

    def __init__(self, revision: Callable[[], int], feeds: Callable[[], Sequence[Feed]]) -> None:
        """``revision`` and ``feeds``: those of the tenants' store."""
        self._revision, self._feeds = revision, feeds
        self._read: int | None = None
        self.generation = 0
        self.directory = Directory(())
        self.refresh()

    def refresh(self) -> bool:
        """Read again if the feeds have changed; whether they have."""
        revision = self._revision()
        if revision == self._read:
            return False
        self.directory = Directory(self._feeds())
        self._read = revision
        self.generation += 1
        return True
