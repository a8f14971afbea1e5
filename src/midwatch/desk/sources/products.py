"""The products that can be added, those that offices have most often first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext as _

from midwatch.events.catalogue import all_sources
from midwatch.watch.setup_guides import guide_of

_FIRST: Final = (
    "pfsense", "opnsense", "fortigate", "sophos", "sonicwall", "mikrotik", "unifi", "watchguard",
    "paloalto", "cisco_asa", "meraki", "windows", "openssh", "postfix", "nginx",
)  # fmt: skip
_CALLED: Final = {"pfsense": "pfSense firewall", "opnsense": "OPNsense firewall"}
"""What people call the whole device, where a log source is named after one part of it."""


@dataclass(frozen=True, slots=True)
class Product:
    """``own_guide``: whether there are words for this very product."""

    name: str
    title: str
    own_guide: bool
    by_token: bool


@cache
def products() -> tuple[Product, ...]:
    """All that can be recognised, those with words of their own before the others."""
    general = guide_of("")
    found = [
        Product(
            each.name, _CALLED.get(each.name, each.title), guide_of(each.name) != general,
            "{token}" in guide_of(each.name),
        )
        for each in all_sources()
        if not each.fallback
    ]  # fmt: skip
    return tuple(
        sorted(
            found,
            key=lambda each: (
                _FIRST.index(each.name) if each.name in _FIRST else len(_FIRST),
                not each.own_guide,
                each.title.casefold(),
            ),
        )
    )


def product_named(name: str) -> Product | None:
    """The product of that name."""
    return _by_name().get(name)


@cache
def _by_name() -> dict[str, Product]:
    return {each.name: each for each in products()}


def choices() -> list[tuple[str, str]]:
    """For a form; empty means told by each line."""
    told = _("told by each line, as it comes")
    return [("", told), *((each.name, each.title) for each in by_title())]


@cache
def by_title() -> tuple[Product, ...]:
    """All by their names."""
    return tuple(sorted(products(), key=lambda each: each.title.casefold()))


def title_of(name: str) -> str:
    """What a product is called; of none, that each line tells."""
    found = product_named(name)
    return found.title if found is not None else _("told by each line")
