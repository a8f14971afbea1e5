"""Addresses in a text: where they stand and which side they are."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from midwatch.events.addresses import canonical_address
from midwatch.events.field_names import DESTINATION, ENDPOINT_WORDS, SOURCE, normal

_MOST: Final = 12
_BEFORE: Final = 48
_ARROW: Final = 12
_HIGHEST_PORT: Final = 65535
_GLUE: Final = " =\"'`:[(<{/\\,>*#-"
_UNNAMED: Final = 60
_NEUTRAL: Final = (SOURCE, _UNNAMED)
_SENTENCE: Final = 10
"""The rank of "from": a sentence ends with its true one, whatever name stands before."""
_LISTS: Final = (", ", " ,", ", ::")

_IPV4: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")
_IPV6: Final = re.compile(
    r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{0,36}(?:%[A-Za-z0-9]{1,12})?"
)
_IPV6_HINT: Final = re.compile(r":[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:")
_HARDWARE: Final = re.compile(r"(?:[0-9A-Fa-f]{2}:){3,}[0-9A-Fa-f]{2}")
_PORT: Final = re.compile(r"\]?(?::|#| ?,? port[ =:]{1,2}|, port: )(\d{1,5})(?![\d.:])")
_DOTTED_PORT: Final = re.compile(r"\.(\d{4,5})(?![\w.])")
_NETWORK: Final = re.compile(r"/(?:[1-9]|[12]\d|3[01])(?![\d.:])")
_LAST_WORD: Final = re.compile(r"[^\W\d_][\w.-]*$")
_VERSION: Final = re.compile(r"(?i:\bv(?:er(?:sion)?)?\.?)$")
_AGENT: Final = re.compile(r"Mozilla/\d|[A-Za-z]{1,24}/[0-9.]{1,24} \(")


class Place(NamedTuple):
    """An address found in a text: canonical, with its port, and where it stood."""

    address: str
    port: str | None
    start: int
    end: int


def endpoints(text: str, skip: tuple[int, int] | None = None) -> tuple[Place | None, Place | None]:
    """Source and destination in a text, as far as it names them.

    ``skip`` is a stretch of the text in which no address counts (an HTTP request).
    """
    places = _places(text, skip)
    if not places:
        return None, None
    sources: list[tuple[int, int, Place]] = []
    targets: list[tuple[int, int, Place]] = []
    unnamed: list[Place] = []
    for spot, place in enumerate(places):
        side, rank = _role(text, place, places[spot - 1] if spot else None)
        if side == SOURCE and rank >= _UNNAMED:
            unnamed.append(place)
        elif side == SOURCE:
            sources.append((rank, -spot if rank == _SENTENCE else spot, place))
        elif side == DESTINATION:
            targets.append((rank, spot, place))
    source = min(sources)[2] if sources else None
    target = min(targets)[2] if targets else None
    if source is None and unnamed:
        source = unnamed.pop(0)
        if target is None and unnamed and unnamed[0].address != source.address:
            between = text[source.end : unnamed[0].start]
            target = None if between in _LISTS else unnamed[0]
    return source, target


def _places(text: str, skip: tuple[int, int] | None) -> list[Place]:
    before, after = skip if skip is not None else (len(text), len(text))
    places: list[Place] = []
    for found in _IPV4.finditer(text):
        if before <= found.start() < after:
            continue
        place = _place_of_ipv4(text, *found.span())
        if place is not None:
            places.append(place)
            if len(places) >= _MOST:
                return places
    if "::" in text or _IPV6_HINT.search(text) is not None:
        for found in _IPV6.finditer(text):
            if before <= found.start() < after:
                continue
            place = _place_of_ipv6(text, *found.span())
            if place is not None:
                places.append(place)
                if len(places) >= _MOST:
                    break
        places.sort(key=_start)
    return places


def _start(place: Place) -> int:
    return place.start


def _place_of_ipv4(text: str, start: int, end: int) -> Place | None:
    if _is_part_of_more(text, start, end):
        return None
    address = canonical_address(text[start:end])
    if address is None or address.startswith(("0.", "255.")):
        return None
    if text[start - 1 : start] == "/" and _AGENT.search(text, 0, start) is not None:
        return None  # the version of a browser
    if _VERSION.search(text[max(0, start - 9) : start].rstrip(" :=")):
        return None
    return _placed(address, _PORT.match(text, end) or _DOTTED_PORT.match(text, end), start, end)


def _is_part_of_more(text: str, start: int, end: int) -> bool:
    """Whether four numbers are part of a word, a longer number, a range or a network."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before.isalnum() or before in "._" or after.isalnum() or after == "_":
        return True
    if before == "-" and text[start - 2 : start - 1].isalnum():
        return True
    if after in ".-" and text[end + 1 : end + 2].isalnum():
        return _DOTTED_PORT.match(text, end) is None
    return after == "/" and _NETWORK.match(text, end) is not None


def _place_of_ipv6(text: str, start: int, end: int) -> Place | None:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before.isalnum() or before in "_.:-" or after.isalnum() or after == "_":
        return None
    written = text[start:end].rstrip(".")
    if written.endswith(":") and not written.endswith("::"):
        written = written[:-1]
    if not any(character.isdigit() for character in written) or _HARDWARE.fullmatch(written):
        return None
    address = canonical_address(written)
    if address is None:
        return None
    end = start + len(written)
    return _placed(address, _PORT.match(text, end), start, end)


def _placed(address: str, port: re.Match[str] | None, start: int, end: int) -> Place:
    if port is None:
        return Place(address, None, start, end)
    number = port[1] if 0 < int(port[1]) <= _HIGHEST_PORT else None
    return Place(address, number, start, port.end())


def _role(text: str, place: Place, previous: Place | None) -> tuple[str | None, int]:
    """Side and rank of an address, told by the word before it."""
    start = place.start
    if previous is not None:
        between = text[previous.end : start]
        if len(between) < _ARROW and ("->" in between or "→" in between or "=>" in between):
            return DESTINATION, 5
        if between == ", ":
            return None, 0  # the rest of a list of proxies
    before = text[max(0, start - _BEFORE) : start].rstrip(_GLUE)
    for _ in range(2):
        word = _LAST_WORD.search(before)
        if word is None:
            break
        role = ENDPOINT_WORDS.get(normal(word[0]))
        if role is None and "." in word[0]:
            role = ENDPOINT_WORDS.get(normal(word[0].rpartition(".")[2]))
        if role is not None:
            return role
        if text[start - 1 : start] not in ("(", "["):
            break
        # "from gate.example (192.0.2.7)": the name and the address are one.
        before = before[: word.start()].rstrip(_GLUE)
    return _NEUTRAL
