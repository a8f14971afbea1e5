"""Addresses, accounts, requests and levels in running text.

Job: the parts of a sentence that say who and where. ``Failed login for mia from
192.0.2.7 port 50412`` gives a source address with its port and a user, whoever wrote it.

Rules:

* An address's role is told by the word before it (``from``, ``rhost=``, ``dst:`` …), the
  word being looked up where field names are (`field_names`), so both agree.
* Who chooses his own name cannot forge an address: of several ``from`` the last one
  counts, and what stands inside an HTTP request or behind a browser's name never does.
* A version (``Chrome/120.0.0.1``), a clock time, a MAC address and a netmask are no
  address of anybody.

It decides nothing about what happened: `plain_words` does.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from midwatch.events.addresses import canonical_address
from midwatch.events.field_names import DESTINATION, ENDPOINT_WORDS, SOURCE, normal
from midwatch.events.timestamps import ClockContext, StampReader

_MOST_ADDRESSES: Final = 12
_BEFORE: Final = 48
_GLUE: Final = " =\"'`:[(<{/\\,>*#-"
_NEUTRAL: Final = (SOURCE, 60)

_IPV4: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")
_IPV6: Final = re.compile(
    r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{0,36}(?:%[A-Za-z0-9]{1,12})?"
)
_HARDWARE: Final = re.compile(r"(?:[0-9A-Fa-f]{2}:){3,}[0-9A-Fa-f]{2}")
_PORT: Final = re.compile(r"\]?(?::|#| ?,? port[ =:]{1,2}|, port: )(\d{1,5})(?![\d.:])")
_DOTTED_PORT: Final = re.compile(r"\.(\d{4,5})(?![\w.])")
_NETWORK: Final = re.compile(r"/(?:[1-9]|[12]\d|3[01])(?![\d.:])")
_LAST_WORD: Final = re.compile(r"[^\W\d_][\w.-]*$")
_VERSION: Final = re.compile(r"(?i:\bv(?:er(?:sion)?)?\.?)$")
_AGENT: Final = re.compile(r"Mozilla/\d|[A-Za-z]+/[0-9.]+ \(")

_REQUEST: Final = re.compile(
    r"(?<![\w/])([A-Z]{3,12}) \"?((?:/|https?://|\*)[^\s\"]{0,4096})(?: HTTP/([0-9.]{1,4}))?"
)
_METHODS: Final = (
    "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "PROPFIND ",
)  # fmt: skip
_STATUS: Final = re.compile(
    r"(?:\"? (?:- )?|(?:status|code|returned|response|HTTP|with)[ :=\"]{1,3}|\| {0,3})"
    r"([1-5]\d\d)(?=[\s,;\"|)\]]|$)"
)
_STATUS_BEFORE: Final = re.compile(r"(?:^|[\s|\]])([1-5]\d\d)(?: [A-Z][A-Za-z ]{1,24})? [|\"]{0,3} {0,12}\"?$")

_LEVEL: Final = re.compile(
    r"(?:^|[\s|:\[(<\"])(EMERG(?:ENCY)?|ALERT|CRIT(?:ICAL)?|ERR(?:OR)?|WARN(?:ING)?|NOTICE|INFO"
    r"|DEBUG|TRACE|FATAL|SEVERE|PANIC)(?=[\]\s:|>),\"-]|$)"
    r"|[\[<(|] ?((?i:emerg|alert|crit(?:ical)?|err(?:or)?|warn(?:ing)?|wrn|notice|inf(?:o)?"
    r"|information|debug|dbg|trace|fatal|ftl|severe))\b ?[^\w\s]"
    r"|(?<![\w-])(?:lvl|level|severity|loglevel|prio(?:rity)?)[\"']?[=:] ?[\"']?([A-Za-z]{3,13})"
    r"|^[\W\d]{0,12}((?i:error|warn(?:ing)?|info|debug|notice|fatal|critical|alert))[ :,]"
)
_LEVEL_WITHIN: Final = 160


class Place(NamedTuple):
    """An address found in a text: canonical, with its port, and where it stood."""

    address: str
    port: str | None
    start: int
    end: int


class Request(NamedTuple):
    """An HTTP request found in a text, and where it stood."""

    method: str
    target: str
    version: str | None
    status: str | None
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
    neutral: list[Place] = []
    for spot, place in enumerate(places):
        side, rank = _role(text, place, places[spot - 1] if spot else None)
        if side is SOURCE and rank >= _NEUTRAL[1]:
            neutral.append(place)
        elif side is SOURCE:
            # Of several "from" the last; of several keys the first.
            sources.append((rank, -spot if rank in _LAST_WINS else spot, place))
        elif side is DESTINATION:
            targets.append((rank, spot, place))
    source = min(sources)[2] if sources else None
    target = min(targets)[2] if targets else None
    if source is None and neutral:
        source = neutral.pop(0)
        if target is None and neutral and neutral[0].address != source.address:
            between = text[source.end : neutral[0].start]
            if between not in (", ", " ,", ", ::"):
                target = neutral[0]
    return source, target


_LAST_WINS: Final = frozenset({10})


def _places(text: str, skip: tuple[int, int] | None) -> list[Place]:
    places: list[Place] = []
    agent = -1
    for found in _IPV4.finditer(text):
        start, end = found.span()
        if skip is not None and skip[0] <= start < skip[1]:
            continue
        place = _place(text, start, end)
        if place is None:
            continue
        if agent < 0:
            known = _AGENT.search(text)
            agent = known.start() if known else len(text)
        if start > agent and text[start - 1] == "/":
            continue
        places.append(place)
        if len(places) >= _MOST_ADDRESSES:
            return places
    if text.count(":") > 1:
        for found in _IPV6.finditer(text):
            start, end = found.span()
            if skip is not None and skip[0] <= start < skip[1]:
                continue
            place = _place(text, start, end)
            if place is not None:
                places.append(place)
                if len(places) >= _MOST_ADDRESSES:
                    break
        places.sort(key=lambda place: place.start)
    return places


def _place(text: str, start: int, end: int) -> Place | None:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    written = text[start:end]
    if "." in written and ":" not in written:
        if before.isalnum() or before in "._" or after.isalnum() or after == "_":
            return None
        if after in ".-" and text[end + 1 : end + 2].isalnum():
            port = _DOTTED_PORT.match(text, end)
            if port is None:
                return None  # the name of a dial-up line, a number of five parts, a range
            end = port.start()
        if after == "/" and _NETWORK.match(text, end):
            return None
        if before == "-" and text[start - 2 : start - 1].isalnum():
            return None
        address = canonical_address(written)
        if address is None or address.startswith(("0.", "255.")):
            return None
        if _VERSION.search(text[max(0, start - 9) : start].rstrip(" :=")):
            return None
    else:
        if before.isalnum() or before in "_.:-" or after.isalnum() or after == "_":
            return None
        trimmed = written.rstrip(".")
        if trimmed.endswith(":") and not trimmed.endswith("::"):
            trimmed = trimmed[:-1]
        end -= len(written) - len(trimmed)
        if not any(character.isdigit() for character in trimmed):
            return None
        if _HARDWARE.fullmatch(trimmed):
            return None
        address = canonical_address(trimmed)
        if address is None:
            return None
    port = _PORT.match(text, end) or _DOTTED_PORT.match(text, end)
    number = port[1] if port is not None and 0 < int(port[1]) < 65536 else None
    return Place(address, number, start, port.end() if port is not None else end)


def _role(text: str, place: Place, previous: Place | None) -> tuple[object, int]:
    """Side and rank of an address, told by the word before it."""
    start = place.start
    if previous is not None:
        between = text[previous.end : start]
        if len(between) < 12 and ("->" in between or "→" in between or "=>" in between):
            return DESTINATION, 5
        if between in (", ", ","):
            return None, 0  # the rest of a list of proxies, or of separated values
    before = text[max(0, start - _BEFORE) : start].rstrip(_GLUE)
    for _ in range(2):
        word = _LAST_WORD.search(before)
        if word is None:
            break
        role = ENDPOINT_WORDS.get(normal(word[0]))
        if role is not None:
            return role
        if "." in word[0]:
            role = ENDPOINT_WORDS.get(normal(word[0].rpartition(".")[2]))
            if role is not None:
                return role
        if text[start - 1 : start] not in ("(", "["):
            break
        # "from gate.example (192.0.2.7)": the name and the address are one.
        before = before[: word.start()].rstrip(_GLUE)
    return _NEUTRAL


def request(text: str) -> Request | None:
    """The HTTP request in a text, with the status that stands near it."""
    found = None
    for method in _METHODS:
        start = text.find(method)
        if start >= 0:
            found = _REQUEST.search(text, start)
            break
    else:
        version = text.find(" HTTP/")
        if version >= 0:
            found = _REQUEST.search(text, max(0, version - 4200))
    if found is None:
        return None
    status = _STATUS.search(text, found.end(), min(len(text), found.end() + 64))
    if status is None:
        status = _STATUS_BEFORE.search(text[max(0, found.start() - 64) : found.start()])
    method, target, version = found.groups()
    return Request(
        method, target, version, status[1] if status else None, found.start(), found.end()
    )


def level(text: str) -> str | None:
    """The word near the beginning of a text that says how grave it is, lower case."""
    found = _LEVEL.search(text, 0, _LEVEL_WITHIN)
    if found is None or found.lastindex is None:
        return None
    return found[found.lastindex].lower()


# ------------------------------------------------------------------------------- accounts

_ACCOUNT: Final = (
    r"(?:user(?:[ _-]?(?:name|id))?|login(?:[ _-]?name)?|account(?:[ _-]?(?:name|id))?|acct|uname"
    r"|e-?mail(?: address)?|identity|principal|logname|benutzer(?:name)?|utilisateur|usuario|utente"
    r"|gebruiker)"
)
_KEYED: Final = re.compile(
    rf"(?<![\w.-])(?i:{_ACCOUNT})[\"']?\s{{0,2}}[:=]\s{{0,2}}"
    r"(?:\"([^\"]{1,128})\"|'((?:[^']|'(?=\w)){1,128})'|\[([^\]]{1,128})\]|\(([^)]{1,128})\)|<([^>]{1,128})>"
    r"|([^\s,;\"'()\[\]<>|{}]{1,128}))"
)
_AFTER_WORD: Final = re.compile(
    rf"(?<![\w.-])(?i:(?:for|by|of|as|to|from|using|with) (?:the )?(?:invalid |unknown |illegal |local |ldap )?{_ACCOUNT}|{_ACCOUNT}|for|by|als|von|für|pour|para)"
    r" {1,2}(?:\"([^\"]{1,128})\"|'((?:[^']|'(?=\w)){0,128})'|“([^”]{1,128})”|`([^`]{1,128})[`']|\[([^\]]{1,128})\]"
    r"|<([^>]{1,128})>|\(([^)\s]{1,128})\)|([^\s,;\"'()\[\]<>|{}=]{1,128}))"
)
_QUOTED_ALONE: Final = re.compile(r"(?:^|[\s(])(?:\"([^\"\s]{1,128})\"|'([^'\s]{1,128})')")
_FOR_FIRST: Final = re.compile(r"(?i:\b(?:of|by|for|from)\b)")
_NO_ACCOUNT: Final = frozenset(
    """a account accounts address admin's agent all an and any are as at attempt attempts
    authenticated authentication authorization bad be because been but by client could credentials
    database denied details does due entered error expired failed failure for from group had has have
    host id in incorrect input interactive invalid ip is it its itself key local locked logged login
    logon mode name names no none not null of on or over password port reason remote request session
    sign ssh success successful successfully that the their this to tried unknown user username users
    using via was web when which while who with without wrong your logging during after before more
    than exists exist found new since until wurde ist nicht mit von des du la le est a été ha sido
    access existing does do did can cannot database db authenticator into""".split()
)


def account(text: str, *, sentence: bool) -> str | None:
    """The account a text names; bare names only in a ``sentence`` about a login."""
    for found in _KEYED.finditer(text):
        name = _name(found)
        if name is not None:
            return name
    start = 0
    for _ in range(_MOST_TRIES):
        found = _AFTER_WORD.search(text, start)
        if found is None:
            break
        # "login for mia": the word after one may be the word before the next.
        start = found.start(found.lastindex or 0)
        if sentence or found.lastindex != _BARE:
            name = _name(found)
            if name is not None:
                return name
    return None


_BARE: Final = 8
_MOST_TRIES: Final = 24
_BARE_KEYED: Final = 6
_HOST_BEFORE_ADDRESS: Final = re.compile(r" \(?\[?(?:\d{1,3}\.){3}\d|\[(?:\d{1,3}\.){3}\d")


def _name(found: re.Match[str]) -> str | None:
    if found.lastindex is None:
        return None
    name = found[found.lastindex].strip()
    if found.lastindex >= _BARE_KEYED and _HOST_BEFORE_ADDRESS.match(found.string, found.end()):
        return None
    bare = name.rstrip(".,:;!?")
    if found.group(0).endswith(name):
        name = bare
    if not name or name.lower() in _NO_ACCOUNT or canonical_address(name) is not None:
        return None
    if not any(character.isalnum() for character in name) or name.startswith(("http:", "https:", "/")):
        return None
    if bare.count(".") == 3 and bare.replace(".", "").isdigit():
        return None
    return name


# --------------------------------------------------------------------------------- stamps

_STAMPS: Final = StampReader(ClockContext(reference=4_070_908_800_000_000))
"""Only asked whether a text is a stamp; what it says is read with the stream's own clock."""
_EARLIEST: Final = 631_152_000_000_000
_LATEST: Final = 4_102_444_800_000_000
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_RARE: Final = re.compile(
    # 081109 203518 143 INFO dfs.DataNode …
    r"(?:^|[\s\[])(?:(?P<y>\d\d)(?P<mo>\d\d)(?P<d>\d\d) (?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)(?= )"
    # 03-17 16:13:38.811 and [10.30 16:49:06]
    r"|(?P<month>0[1-9]|1[0-2])[-.](?P<day>\d\d) (?P<clock>\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?![\d:])"
    # 2005-06-03-15.42.50.675872
    r"|(?P<date>\d{4}-\d\d-\d\d)-(?P<h2>\d\d)\.(?P<m2>\d\d)\.(?P<s2>\d\d(?:\.\d{1,6})?)(?![\d.])"
    # October 06, 2014 11:56 and 2014-10-06 11:56 and 10/06/2014 11:56 AM
    r"|(?P<short>(?:[A-Z][a-z]{2,8} \d{1,2},? \d{4}|\d{4}[-/]\d\d[-/]\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{4})"
    r"(?:,? |T)\d{1,2}:\d\d)(?P<half> ?[AaPp][Mm])?(?![:\d])"
    # - 1131566461 2005.11.09 dn228 …
    r"|(?P<epoch>1\d{9})(?:\.\d{1,9})?(?=[ |]))"
)
_RARE_WITHIN: Final = 96
_LEADING: Final = 2
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def is_stamp(text: str) -> bool:
    """Whether a text is a time between 1990 and 2100."""
    instant = _STAMPS.read(text)
    return instant is not None and _EARLIEST <= instant < _LATEST


def stamp_in(text: str) -> tuple[str | None, bool]:
    """The first believable time stamp in a text, in a form that ``StampReader`` reads.

    And whether the text begins with it and it states a year, so that it is more exact
    than a syslog header before it.
    """
    found = _STAMPS.find(text)
    if found is not None:
        stamp = text[found[1] : found[2]]
        return stamp, found[1] <= _LEADING and _YEAR.search(stamp) is not None
    return _rare_stamp(text), False


def _rare_stamp(text: str) -> str | None:
    rare = _RARE.search(text, 0, _RARE_WITHIN)
    if rare is None:
        return None
    part = rare.groupdict()
    if part["y"] is not None:
        stamp = "20{y}-{mo}-{d} {h}:{mi}:{s}".format_map(part)
    elif part["month"] is not None:
        stamp = f"{_MONTHS[int(part['month']) - 1]} {int(part['day'])} {part['clock']}"
    elif part["date"] is not None:
        stamp = "{date} {h2}:{m2}:{s2}".format_map(part)
    elif part["short"] is not None:
        stamp = f"{part['short']}:00{part['half'] or ''}"
    else:
        stamp = part["epoch"] or ""
    return stamp if is_stamp(stamp) else None
