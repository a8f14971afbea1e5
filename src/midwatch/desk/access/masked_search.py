"""Questions of a viewer without need: they must not learn by asking what they may not read.

Whoever may search a masked field freely finds out by guessing: ``user:j.ortiz`` either finds
something or does not, ``user:j*`` goes through the alphabet. So for a masked client

- fields that are shown as they are may be asked in every way;
- fields that are shown as codes only by code (``user:user·7f3a9c``), or whether they are empty;
- addresses as they are shown: outside addresses and networks, internal ones by their code;
- lines, texts and a product's own fields not at all.

A code is turned into the values it stands for by looking at what the client's events hold, so that
it finds what the viewer saw and nothing else: a code cannot be made for a guessed name without the
installation's secret. Refusals depend on the question alone, never on what the lake holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)
from typing import Final

from django.utils.translation import gettext as _

from midwatch.desk.access.masked_rows import ADDRESSES, CODED, OPEN
from midwatch.desk.access.masking import internal
from midwatch.events.schema import ALIASES
from midwatch.lake.search import All, Any, Not, Query, SearchError, Term, Word, all_of, any_of

Lookup = Callable[[str, str, str], Sequence[str]]
"""(client, column, code) to the values that have that code."""
_CODE: Final = re.compile(r"[a-z]+·[0-9a-f]{6}")
_SIDES: Final = ("src_ip", "dst_ip")
_TIMES: Final = frozenset({"since", "until", "port"})
"""Names that mean fields which are shown as they are."""
_INNER: Final = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
            "::/3", "2001::/23", "2002::/16", "3fff::/20", "4000::/2", "8000::/1",
        ),
    )
)  # fmt: skip
"""Networks with addresses that are masked, or may be."""


def masked_query(query: Query, tenants: Sequence[str], lookup: Lookup) -> Query:
    """The question over masked clients, its codes replaced by what they stand for.

    Raises:
        SearchError: It asks for what is masked.
    """
    if isinstance(query, All):
        return all_of(*(masked_query(part, tenants, lookup) for part in query.parts))
    if isinstance(query, Any):
        return any_of(*(masked_query(part, tenants, lookup) for part in query.parts))
    if isinstance(query, Not):
        return Not(masked_query(query.part, tenants, lookup))
    if isinstance(query, Word):
        raise SearchError(
            _("lines are masked for you, so no word can be looked for in them"), query.position,
            remedy=_("ask by what you can see: source:, outcome:, src_ip:, or a code such as "
                     "user:user·7f3a9c"),
        )  # fmt: skip
    return _term(query, tenants, lookup)


def column_of(name: str) -> str:
    """The lake's column that a name in a search means."""
    plain = name.lower()
    known = plain in OPEN or plain in CODED or plain in ADDRESSES
    return plain if known else ALIASES.get(plain, plain)


def _term(term: Term, tenants: Sequence[str], lookup: Lookup) -> Query:
    name = term.name.lower()
    if name == "ip":
        sides = (_address(replace(term, name=side), tenants, lookup) for side in _SIDES)
        return any_of(*sides)
    column = column_of(term.value if name == "has" else name)
    shown = column in OPEN or name in _TIMES
    if shown or (name == "has" and (column in CODED or column in ADDRESSES)):
        return term
    if column in ADDRESSES and name != "has":
        return _address(replace(term, name=column), tenants, lookup)
    if column in CODED and term.operator == "=":
        if not term.value:
            return term
        if _CODE.fullmatch(term.value):
            return _meant(replace(term, name=column), tenants, lookup)
    raise _refused(term, term.value if name == "has" else term.name)


def _refused(term: Term, name: str) -> SearchError:
    coded = column_of(name) in CODED
    return SearchError(
        _("%(field)s is masked for you") % {"field": name}, term.position,
        remedy=_("ask by the code that you see, such as %(field)s:%(kind)s·7f3a9c")
        % {"field": name, "kind": CODED[column_of(name)]}
        if coded
        else _("ask by what you can see: source:, outcome:, src_ip:, or a code"),
    )  # fmt: skip


def _address(term: Term, tenants: Sequence[str], lookup: Lookup) -> Query:
    if term.operator == "=" and _CODE.fullmatch(term.value):
        return _meant(term, tenants, lookup)
    if term.operator == "=" and not term.value:
        return term
    try:
        networks = _networks(term)
    except (ValueError, TypeError):
        networks = None
    if networks is None:
        if "*" in term.value:
            raise SearchError(
                _("addresses are asked whole here, as internal ones are masked for you"),
                term.position, remedy=_("write an address or a network: 203.0.113.0/24"),
            )  # fmt: skip
        return term  # no address at all: the compiler says so
    for network in networks:
        single = network.num_addresses == 1
        inner = internal(str(network[0])) if single else _holds_inner(network)
        if inner:
            raise SearchError(
                _("internal addresses are masked for you"), term.position,
                remedy=_("ask by the code that you see, such as %(field)s:host·7f3a9c")
                % {"field": term.name},
            )  # fmt: skip
    return term


def _networks(term: Term) -> list[IPv4Network | IPv6Network]:
    if term.operator == "..":
        first, last = ip_address(term.value), ip_address(term.end)
        if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
            return list(summarize_address_range(first, last))
        if isinstance(first, IPv6Address) and isinstance(last, IPv6Address):
            return list(summarize_address_range(first, last))
        # IPv4 and IPv6 in one range: it holds all that lies between.
        return [ip_network("0.0.0.0/0")]
    return [ip_network(term.value, strict=False)]


def _holds_inner(network: IPv4Network | IPv6Network) -> bool:
    return any(each.version == network.version and each.overlaps(network) for each in _INNER)


def _meant(term: Term, tenants: Sequence[str], lookup: Lookup) -> Query:
    """What a code stands for, in each client apart: codes of two clients never meet."""
    meant: list[Query] = []
    for tenant in tenants:
        values = lookup(tenant, term.name, term.value)
        if values:
            one = any_of(*(Term(term.name, "=", value, quoted=True) for value in values))
            meant.append(all_of(Term("tenant", "=", tenant, quoted=True), one))
    return any_of(*meant) if meant else Term("tenant", "=", "", quoted=True)
