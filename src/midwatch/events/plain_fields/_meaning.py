"""What the fields of a message say happened, taken together."""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.late_expressions import compiled_late
from midwatch.events.plain_fields._findings import Findings
from midwatch.events.plain_sentence import account
from midwatch.events.plain_words import Meaning, meaning_of, service_of

_MOST_TEXTS: Final = 8
_MOST_PAIRS: Final = 3
_BAD: Final = frozenset(
    ("failure", "failed", "fail", "false", "error", "rejected", "unsuccessful", "invalid",
     "unauthorized", "unauthorised", "no", "ko", "fraud", "refused", "not_allowed", "forbidden",
     "wrong")
)  # fmt: skip
_FINE: Final = frozenset(
    ("success", "successful", "succeeded", "true", "ok", "okay", "accepted", "accept", "allowed",
     "allow", "granted", "grant", "pass", "passed", "approved", "yes", "permitted", "permit",
     "valid", "completed", "authenticated")
)  # fmt: skip
_STOPPED: Final = frozenset(
    ("deny", "denied", "drop", "dropped", "block", "blocked", "reject", "rejected", "reset",
     "reset-both", "reset-client", "reset-server", "refuse", "refused", "discard", "discarded",
     "prevent", "prevented", "blacklisted", "drop_ip", "block_ip", "connection-block")
)  # fmt: skip
_LET_THROUGH: Final = frozenset(
    ("allow", "allowed", "accept", "accepted", "permit", "permitted", "pass", "passed", "forward",
     "forwarded")
)  # fmt: skip
_REFUSED: Final = frozenset(("401", "403"))
_FINE_CODES: Final = frozenset(("0", "0x0", "ok", "OK", "200"))
_REVERSED: Final = frozenset(("blocked", "isblocked"))
"""Names of outcomes of which true is the bad one."""

_LOGIN: Final = compiled_late(
    r"(?<![a-z])(?:log[ _.:-]?[io]n|logged[ _.-]?[io]n|sign(?:ed)?[ _.:-]?[io]n"
    r"|auth(?:enti(?:cat|f)[a-z]{0,6})?(?![a-z])|authn|session[._ :]start|sso|mfa|2fa|userlogin)"
)
_NO_LOGIN: Final = compiled_late(
    r"log[ _.-]?out|sign[ _.-]?out|logoff|password[ _.-]?(?:change|reset)|polic|config|creat|delet"
    r"|remov|updat|regist|grant|revok|enroll|setting|token|activate|enabl|disabl|lifecycle|authz"
)
_WENT_WRONG: Final = compiled_late(
    r"fail|invalid|denied|unauthor|incorrect|wrong|bad_?pass|locked|(?<![a-z])error|reject"
)
_LOGIN_OUTCOMES: Final = compiled_late(r"^(?:auth|login|logon|signin)")
_LOGIN_PATH: Final = compiled_late(
    r"/[\w.-]{0,64}(?:log[-_]?in|log[-_]?on|sign[-_]?in|authenticat)|/auth(?:/|$)|/sessions?/?$"
    r"|/token/?$|/(?:[\w-]{1,32}/)?authinfo/?$",
    re.IGNORECASE,
)
_CAMEL: Final = compiled_late(r"(?<=[a-z0-9])(?=[A-Z])")


def meaning(found: Findings) -> Meaning | None:
    """The constants of the message; its user is filled in from its texts where it lacks."""
    texts = [text for _, text in found.texts[:_MOST_TEXTS]]
    names = [
        _CAMEL.sub(" ", event) if event.isalnum() else event for event in found.events[:_MOST_TEXTS]
    ]
    told = meaning_of(" | ".join([*names, *texts]))
    events = " | ".join(names).lower()
    if told is not None and told.category == "authentication":
        if (told.outcome, told.action) == ("success", "login") and _verdict(found) is False:
            told = Meaning("authentication", "failure", "login", None, told.service)
    else:
        told = _login(found, events) or _traffic(found, told) or told
    if told is not None and told.category == "authentication" and found.get("user") is None:
        for text in texts:
            if text.count("=") > _MOST_PAIRS:
                continue  # the pairs themselves, which name no user
            name = account(text, sentence=True)
            if name is not None:
                found.put("user", 0, name)
                break
    return told


def is_refused_login(method: object, target: object, status: object) -> bool:
    """Whether a request was a login that was turned away: its target and status say so."""
    return (
        status == "401"
        and isinstance(target, str)
        and method in ("POST", "PUT", None)
        and _LOGIN_PATH.search(target.partition("?")[0]) is not None
    )


def _login(found: Findings, events: str) -> Meaning | None:
    about_login = _LOGIN.search(events) is not None and _NO_LOGIN.search(events) is None
    if about_login or any(_LOGIN_OUTCOMES.match(name) for name, _ in found.outcomes):
        verdict = _verdict(found)
        if verdict is not None:
            outcome = "success" if verdict else "failure"
            return Meaning("authentication", outcome, "login", None, service_of(events))
    method, target, status = (
        found.get(column) for column in ("http_method", "url_path", "http_status")
    )
    if is_refused_login(method, target, status):
        return Meaning("authentication", "failure", "login", None, "web")
    return None


def _verdict(found: Findings) -> bool | None:
    """Whether the outcome fields say success or failure; None when they say neither."""
    for name, value in found.outcomes:
        if isinstance(value, bool):
            return value is not (name in _REVERSED)
        word = str(value).strip().lower()
        if word in _FINE or word.startswith("success") or "no_error" in word:
            return True
        if word in _BAD or word in _STOPPED or _WENT_WRONG.search(word) is not None:
            return False
    if found.get("http_status") in _REFUSED:
        return False
    return found.codes[0] in _FINE_CODES if found.codes else None


def _traffic(found: Findings, told: Meaning | None) -> Meaning | None:
    """What was done with traffic, a file or a request, told by the fields that stand there."""
    if told is not None and told.category != "network":
        return None
    if found.malware is not None and found.attack is None:
        return Meaning("malware", None, "detect")
    words = {event.lower() for event in found.events}
    words.update(str(value).lower() for _, value in found.outcomes)
    stopped = not words.isdisjoint(_STOPPED)
    kind: Meaning | None = None
    if found.attack is not None:
        kind = Meaning("ids", None, "block" if stopped else "alert")
    elif found.get("http_method") is not None and found.get("url_path") is not None:
        kind = Meaning("web", None, "deny" if stopped else "request")
    elif found.get("src_ip") is not None and found.get("dst_ip") is not None:
        if stopped:
            kind = Meaning("network", None, "block")
        elif not words.isdisjoint(_LET_THROUGH):
            kind = Meaning("network", None, "allow")
    return kind
