"""What a viewer without need sees instead of a client's people, machines and files.

A name becomes a short code that is the same wherever the same name stands, so that a masked
view can still be followed ("user·7f3a was tried first, then user·c01b"). The code is keyed with
the installation's secret and the client, so that nobody can try names against it, and codes of
two clients do not meet. Attackers' own addresses are no secret of the client and stay.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from hashlib import sha256
from ipaddress import ip_address
from typing import Final

import msgspec

from midwatch.incidents import Incident, Signal

HIDDEN_LINE: Final = "(masked: the line is shown after a reveal)"
_MAIL: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_ADDRESS: Final = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w:])"
)
_SHORTEST: Final = 3
"""Shorter names are not looked for inside sentences: they would spoil other words."""


class Masker:
    """Masks what belongs to one client."""

    def __init__(self, key: bytes, tenant: str) -> None:
        """``key``: the installation's secret."""
        self._key = hmac.digest(key, b"mask\0" + tenant.encode(), "sha256")

    def code(self, kind: str, value: str) -> str:
        """``user·7f3a9c``: the same for the same value, whatever its case."""
        digest = hmac.new(self._key, f"{kind}\0{value.casefold()}".encode(), sha256)
        return f"{kind}·{digest.hexdigest()[:6]}"

    def address(self, value: str) -> str:
        """An internal address as a code; any other as it is."""
        return self.code("host", value) if internal(value) else value

    def text(self, text: str, known: Iterable[tuple[str, str]] = ()) -> str:
        """A sentence without mail addresses, internal addresses and the names that are known.

        ``known``: (kind, name) pairs, such as ``("user", "j.ortiz")``.
        """
        names = {name.casefold(): kind for kind, name in known if len(name) >= _SHORTEST}
        if names:
            longest_first = sorted(names, key=len, reverse=True)
            either = "|".join(re.escape(name) for name in longest_first)
            text = re.sub(
                rf"(?<!\w)(?:{either})(?!\w)",
                lambda found: self.code(names[found[0].casefold()], found[0]),
                text,
                flags=re.IGNORECASE,
            )
        text = _MAIL.sub(lambda found: self.code("mail", found[0]), text)
        return _ADDRESS.sub(lambda found: self.address(found[0]), text)

    def signal(self, signal: Signal, known: Iterable[tuple[str, str]] = ()) -> Signal:
        """An alert's facts without whom they are about."""
        told = [*known, *names_of(signal)]
        return msgspec.structs.replace(
            signal,
            users=tuple(self.code("user", user) for user in signal.users),
            hosts=tuple(self.code("host", host) for host in signal.hosts),
            addresses=tuple(self.address(address) for address in signal.addresses),
            src_host=None if signal.src_host is None else self.code("host", signal.src_host),
            paths=tuple(self.code("file", path) for path in signal.paths),
            meaning=self.text(signal.meaning, told),
            told={
                name: self.text(value, told) if isinstance(value, str) else value
                for name, value in signal.told.items()
            },
        )

    def incident(self, incident: Incident) -> Incident:
        """An incident without whom it is about."""
        known = [pair for signal in incident.signals for pair in names_of(signal)]

        def say(text: str) -> str:
            return self.text(text, known)

        return msgspec.structs.replace(
            incident,
            title=say(incident.title),
            chain=say(incident.chain),
            notes=tuple(say(note) for note in incident.notes),
            signals=tuple(self.signal(signal, known) for signal in incident.signals),
            keys=(),
            history=tuple(
                msgspec.structs.replace(change, why=say(change.why)) for change in incident.history
            ),
        )


def names_of(signal: Signal) -> list[tuple[str, str]]:
    """The client's own names in an alert, as (kind, name)."""
    return [
        *(("user", user) for user in signal.users),
        *(("host", host) for host in signal.hosts),
        *(("host", each) for each in ([signal.src_host] if signal.src_host else [])),
        *(("file", path) for path in signal.paths),
    ]


def internal(address: str) -> bool:
    """Whether it is an address of a private network or of the machine itself."""
    try:
        return not ip_address(address).is_global and not _documented(address)
    except ValueError:
        return False


def _documented(address: str) -> bool:
    """Addresses of the examples in documents, which stand for the internet there."""
    return address.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))
