"""Nobody meets a dead link: every link inside the desk is followed, as everybody in turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client

from midwatch.desk.access.roles import Role
from midwatch.desk.access.stores import stores
from midwatch.desk.rehearsal import Furnished
from midwatch.desk.rehearsal_night import a_busy_night

pytestmark = pytest.mark.any_database

FEWEST: Final = 12
"""A walk that finds fewer pages than this has not walked."""
MOST_ALIKE: Final = 2
"""How many addresses that differ only in their question or in a name are followed."""
NAMED: Final = re.compile(r"\bMW-[0-9a-f]+|(?<=/)\d+(?=/)|\d{4}-\d\d-\d\d|(?<=event/)[^/]+")


class _Links(HTMLParser):
    """What a page links to, and the names of its places (for ``#``)."""

    def __init__(self) -> None:
        super().__init__()
        self.to: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in ("a", "link", "script", "img", "use") and (
            link := told.get("href") or told.get("src")
        ):
            self.to.append(link)
        if place := told.get("id"):
            self.places.add(place)


def _alike(address: str) -> str:
    """The address without what only names one of many."""
    return NAMED.sub("*", urlsplit(address).path)


def walk(client: Client, start: str) -> tuple[list[str], list[str]]:
    """The addresses that were followed from ``start``, and what is wrong, as sentences."""
    waiting = [(start, "")]
    known = {start}
    seen: dict[str, int] = {}
    wrong: list[str] = []
    while waiting:
        address, came_from = waiting.pop(0)
        kind = _alike(address)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > MOST_ALIKE:
            continue
        answer = client.get(address)
        if answer.status_code not in (200, 302):
            wrong.append(f"{address} (linked from {came_from}): {answer.status_code}")
            continue
        if answer.status_code == 302:
            targets, places = [answer["Location"]], None
        elif answer["Content-Type"].startswith("text/html"):
            page = _Links()
            page.feed(answer.content.decode())
            targets, places = page.to, page.places
        else:
            continue
        for target in targets:
            bare, place = urldefrag(urljoin(address, target))
            parts = urlsplit(bare)
            if parts.netloc not in ("", "testserver") or parts.scheme not in ("", "http"):
                continue
            if target.startswith("#") and place and places is not None and place not in places:
                wrong.append(f"{address}: there is no #{place}")
            inside = parts._replace(scheme="", netloc="").geturl()
            if inside not in known and not inside.startswith("/static/"):
                known.add(inside)
                waiting.append((inside, address))
    return sorted(known), wrong


@pytest.mark.parametrize("role", [None, *Role])
def test_no_link_is_dead(
    world: Furnished, visitor: Callable[..., Client], role: Role | None
) -> None:
    a_busy_night(stores())

    known, wrong = walk(visitor(role), "/account/login/" if role is None else "/")

    assert wrong == []
    assert len(known) >= (FEWEST if role is not None else 2), known
