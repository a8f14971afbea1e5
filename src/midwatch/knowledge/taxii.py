"""Reads a collection of a TAXII server: version 2.1, OASIS Standard, sections 1.6, 3 to 5.

The address may be that of a server's discovery, of an API root or of a collection. Indicators
are asked for, page by page, until the server has no more; their age is the server's affair,
ours is when we asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec

from midwatch.kernel import ConfigurationError, RemoteFailureError
from midwatch.knowledge.asking import LARGEST, Credentials, ask, too_large

MEDIA: Final = "application/taxii+json;version=2.1"
_PAGE: Final = 5_000
_MOST_PAGES: Final = 2_000
_PLAIN: Final = "application/taxii+json"


def read_collection(url: str, collection: str, credentials: Credentials) -> list[Any]:
    """The STIX objects of a collection that may be indicators.

    Args:
        url: Of discovery, an API root or a collection.
        collection: Its id, alias or title; empty: the only one that may be read.
        credentials: What the server asks for.

    Raises:
        ConfigurationError: There is no such collection, or several and none is named.
        RemoteFailureError: The server did not answer as TAXII 2.1 has it, or sent too much.
    """
    server = _Server(credentials)
    home = url if url.endswith("/") else f"{url}/"
    if "/collections/" in urlsplit(home).path:
        return list(server.objects(home))
    return list(server.objects(server.find(home, collection)))


class _Server:
    def __init__(self, credentials: Credentials) -> None:
        self._headers = {"Accept": MEDIA, **credentials.header}
        self._room = LARGEST

    def find(self, home: str, wanted: str) -> str:
        """The address of a collection of a server or API root."""
        told = self._get(home)
        roots = [home]
        if "api_roots" in told or "default" in told:
            named = [told.get("default"), *_texts(told.get("api_roots"))]
            roots = list(dict.fromkeys(urljoin(home, each) for each in named if each))
        found: list[tuple[str, dict[str, Any]]] = []
        for root in roots:
            base = root if root.endswith("/") else f"{root}/"
            if _host(base) != _host(home) and "Authorization" in self._headers:
                raise RemoteFailureError(
                    f"the server names {base}, which is another host than our password is for",
                    remedy="name that address yourself",
                    path=home,
                )
            listed = self._get(urljoin(base, "collections/")).get("collections") or []
            found += [(base, each) for each in listed if isinstance(each, dict)]
        readable = [(base, each) for base, each in found if each.get("can_read") is not False]
        fitting = [
            (base, each)
            for base, each in readable
            if not wanted or wanted in (each.get("id"), each.get("alias"), each.get("title"))
        ]
        if len(fitting) != 1:
            names = ", ".join(f"{each.get('title')} ({each.get('id')})" for _, each in readable)
            raise ConfigurationError(
                f"there is no collection {wanted!r}" if wanted else "no collection is named",
                remedy=f"give --collection one of: {names}" if names else "the server offers none",
                path=home,
            )
        base, chosen = fitting[0]
        return urljoin(base, f"collections/{quote(str(chosen.get('id')), safe='')}/")

    def objects(self, collection: str) -> Iterator[Any]:
        """All objects of a collection, page by page."""
        given = {"match[type]": "indicator", "limit": str(_PAGE)}
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            page = self._get(urljoin(collection, f"objects/?{urlencode(given)}"))
            found = page.get("objects") or []
            if not isinstance(found, list):
                raise _no_taxii(collection, "its objects are no list")
            yield from found
            following = page.get("next")
            if page.get("more") is not True:
                return
            if not isinstance(following, str) or following in seen:
                raise _no_taxii(collection, "it has more, and does not say how to go on")
            seen.add(following)
            given["next"] = following
        raise _no_taxii(collection, "it never ends")

    def _get(self, url: str) -> dict[str, Any]:
        answer = ask(url, self._headers, self._room)
        self._room -= len(answer.body)
        if self._room <= 0:
            raise too_large(url, LARGEST)
        kind = answer.headers.get("content-type", "").replace(" ", "").lower()
        if kind.partition(";")[0] != _PLAIN:
            raise _no_taxii(url, f"it answers with {kind or 'no media type'}")
        try:
            found = msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _no_taxii(url, f"its answer is no JSON: {error}") from error
        if not isinstance(found, dict):
            raise _no_taxii(url, "its answer is no object")
        return found


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _no_taxii(url: str, why: str) -> RemoteFailureError:
    return RemoteFailureError(
        f"the server does not speak TAXII 2.1: {why}",
        remedy="check the address; TAXII 1.x and 2.0 are not supported",
        path=url,
    )
