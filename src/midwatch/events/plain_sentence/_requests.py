"""HTTP requests and words of severity in a text."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_METHODS: Final = (
    "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "PROPFIND ",
)  # fmt: skip
_REQUEST: Final = re.compile(
    r"(?<![\w/])([A-Z]{3,12}) \"?((?:/|https?://|\*)[^\s\"]{0,4096})(?: HTTP/([0-9.]{1,4}))?"
)
_LONGEST_REQUEST: Final = 4200
_NEAR: Final = 64
_STATUS: Final = re.compile(
    r"(?:\"? (?:- )?|(?:status|code|returned|response|HTTP|with)[ :=\"]{1,3}|\| {0,3})"
    r"([1-5]\d\d)(?=[\s,;\"|)\]]|$)"
)
_STATUS_BEFORE: Final = re.compile(
    r"(?:^|[\s|\]])([1-5]\d\d)(?: [A-Z][A-Za-z ]{1,24})? [|\"]{0,3} {0,12}\"?$"
)

_WITHIN: Final = 160
_STEMS: Final = (
    "err", "warn", "inf", "debug", "crit", "notice", "fatal", "alert", "level", "emerg", "trace",
    "sever", "panic", "wrn", "dbg", "ftl", "lvl", "prio",
)  # fmt: skip
_LEVEL: Final = re.compile(
    r"(?:^|[\s|:\[(<\"])(EMERG(?:ENCY)?|ALERT|CRIT(?:ICAL)?|ERR(?:OR)?|WARN(?:ING)?|NOTICE|INFO"
    r"|DEBUG|TRACE|FATAL|SEVERE|PANIC)(?=[\]\s:|>),\"-]|$)"
    r"|[\[<(|] ?((?i:emerg|alert|crit(?:ical)?|err(?:or)?|warn(?:ing)?|wrn|notice|inf(?:o)?"
    r"|information|debug|dbg|trace|fatal|ftl|severe))\b ?[^\w\s]"
    r"|(?<![\w-])(?:lvl|level|severity|loglevel|prio(?:rity)?)[\"']?[=:] ?[\"']?([A-Za-z]{3,13})"
    r"|^[\W\d]{0,12}((?i:error|warn(?:ing)?|info|debug|notice|fatal|critical|alert))[ :,]"
)


class Request(NamedTuple):
    """An HTTP request found in a text, and where it stood."""

    method: str
    target: str
    version: str | None
    status: str | None
    start: int
    end: int


def request(text: str) -> Request | None:
    """The HTTP request in a text, with the status that stands near it."""
    found: re.Match[str] | None = None
    for word in _METHODS:
        start = text.find(word)
        if start >= 0:
            found = _REQUEST.search(text, start)
            break
    else:
        start = text.find(" HTTP/")
        if start >= 0:
            found = _REQUEST.search(text, max(0, start - _LONGEST_REQUEST))
    if found is None:
        return None
    method, target, version = found.groups()
    start, end = found.span()
    status = _STATUS.search(text, end, min(len(text), end + _NEAR)) or _STATUS_BEFORE.search(
        text[max(0, start - _NEAR) : start]
    )
    return Request(method, target, version, status[1] if status else None, start, end)


def level(text: str) -> str | None:
    """The word near the beginning of a text that says how grave it is, in lower case."""
    low = text[:_WITHIN].lower()
    for stem in _STEMS:
        if stem in low:
            break
    else:
        return None
    found = _LEVEL.search(text, 0, _WITHIN)
    if found is None or found.lastindex is None:
        return None
    return str(found[found.lastindex]).lower()
