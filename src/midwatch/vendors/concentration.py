"""Who stands behind the vendors: their own vendors, and which of these several have in common.

Where one firm stands behind several vendors, its bad day is a bad day with all of them. Firms are
taken for the same by their name, without case, punctuation and legal form; two spellings of other
kinds stay two firms, which the page says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from midwatch.vendors.vendor import FourthParty, Vendor, VendorState

_OVER: Final = frozenset({VendorState.REJECTED, VendorState.ENDED})
_LEGAL: Final = re.compile(
    r"(?: (?:ab|ag|as|bv|co|corp|corporation|eg|ev|gmbh|inc|incorporated|kft|kg|kgaa|limited|llc"
    r"|llp|lp|ltd|mbh|nv|oy|oyj|plc|pte|pty|sa|sarl|sas|se|sl|spa|srl|ug))+$"
)
_BREAKS: Final = re.compile(r"[\W_]+")


class Beyond(msgspec.Struct, frozen=True, kw_only=True):
    """A firm that stands behind vendors. ``vendors``: their ids, in the order given.

    ``own``: the id of the client's own vendor that it is at the same time, if it is one.
    ``audited``: when somebody last examined it; None: not every vendor says so.
    """

    name: str
    countries: tuple[str, ...]
    does: tuple[str, ...]
    vendors: tuple[str, ...]
    sees_our_data: bool
    critical: bool
    audited: date | None
    own: str = ""

    @property
    def shared(self) -> bool:
        """Whether its failure reaches the client by more than one way."""
        return len(self.vendors) + bool(self.own) > 1


def beyond(vendors: Sequence[Vendor]) -> tuple[Beyond, ...]:
    """Who stands behind these vendors, the widest reach first. Ended vendors count no more."""
    current = [each for each in vendors if each.state not in _OVER]
    own = {same_firm(each.name): each.id for each in reversed(current)}
    found: dict[str, list[tuple[Vendor, FourthParty]]] = {}
    for vendor in current:
        for party in vendor.fourth_parties:
            name = same_firm(party.name)
            if name and name != same_firm(vendor.name):
                found.setdefault(name, []).append((vendor, party))
    made = [_beyond(parties, own.get(name, "")) for name, parties in found.items()]
    return tuple(sorted(made, key=_reach))


def silent(vendors: Iterable[Vendor]) -> tuple[Vendor, ...]:
    """The vendors of whom nobody wrote down who stands behind them."""
    return tuple(e for e in vendors if e.state not in _OVER and not e.fourth_parties)


def same_firm(name: str) -> str:
    """A name by which two spellings of one firm are the same.

    >>> same_firm("Cloud Tickets, Inc.") == same_firm("CLOUD TICKETS")
    True
    """
    plain = _BREAKS.sub(" ", unicodedata.normalize("NFKC", name).casefold()).strip()
    return _LEGAL.sub("", plain)


def _beyond(parties: Sequence[tuple[Vendor, FourthParty]], own: str) -> Beyond:
    every = [party for _vendor, party in parties]
    audits = [each.audited for each in every]
    return Beyond(
        name=every[0].name,
        countries=tuple(dict.fromkeys(each.country for each in every if each.country)),
        does=tuple(dict.fromkeys(each.does for each in every if each.does)),
        vendors=tuple(dict.fromkeys(vendor.id for vendor, _party in parties)),
        sees_our_data=any(each.sees_our_data for each in every),
        critical=any(each.critical for each in every),
        audited=min((e for e in audits if e is not None), default=None)
        if None not in audits
        else None,
        own=own,
    )


def _reach(each: Beyond) -> tuple[int, bool, bool, str]:
    ways = len(each.vendors) + bool(each.own)
    return (-ways, not each.critical, not each.sees_our_data, each.name.casefold())
