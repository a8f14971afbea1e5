"""Advice for people: read from a rule's ``midwatch`` attribute, or derived for foreign rules.

In a rule file of ours::

    midwatch:
      category: credential_attack
      kind: VPN guessing
      meaning: Somebody tries passwords at the VPN.

Todo:
        - Switch on a second factor for the VPN.
      attempt: true

A rule that says nothing gets a category from its log source and ATT&CK tags, and its
title as meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from midwatch.events.schema import Logsource
from midwatch.kernel import Level
from midwatch.rules.ruleset import Advice, AttemptCategory

_KINDS: Final = {
    AttemptCategory.CREDENTIAL_ATTACK: "password attacks",
    AttemptCategory.PORT_SCAN: "port scans",
    AttemptCategory.WEB_SCAN: "web probing",
    AttemptCategory.EXPLOIT_ATTEMPT: "exploit attempts",
    AttemptCategory.MAIL_ABUSE: "mail abuse",
    AttemptCategory.MALWARE: "malware finds",
    AttemptCategory.IDS: "intrusion alarms",
    AttemptCategory.HOST_COMPROMISE: "signs of a compromised machine",
    AttemptCategory.OTHER: "other findings",
}
_SENSORS: Final = {
    "antivirus": AttemptCategory.MALWARE,
    "malware": AttemptCategory.MALWARE,
    "ids": AttemptCategory.IDS,
    "mail": AttemptCategory.MAIL_ABUSE,
    "webserver": AttemptCategory.EXPLOIT_ATTEMPT,
    "web": AttemptCategory.EXPLOIT_ATTEMPT,
    "application": AttemptCategory.EXPLOIT_ATTEMPT,
    "authentication": AttemptCategory.CREDENTIAL_ATTACK,
}
_WEB_SERVICES: Final = frozenset({"apache", "nginx", "modsecurity"})
_ENDPOINTS: Final = frozenset({"windows", "linux", "macos"})
_MOST_STEPS: Final = 3


def derive_advice(logsource: Logsource, tags: Sequence[str], title: str, level: Level) -> Advice:
    """Advice for a rule that brings none."""
    category = _category(logsource, {tag.lower().replace("_", "-") for tag in tags})
    return Advice(
        category=category.value,
        kind=_KINDS[category],
        meaning=title if title.endswith(".") else f"{title}.",
        attempt=level is not Level.INFORMATIONAL,
    )


def _category(logsource: Logsource, tags: set[str]) -> AttemptCategory:
    """What kind of attempt log source and tags (lower case, with dashes) speak of."""
    looks_around = "attack.reconnaissance" in tags or any(
        tag.startswith("attack.t1595") for tag in tags
    )
    sensor = _SENSORS.get((logsource.category or "").lower())
    if (logsource.service or "").lower() in _WEB_SERVICES:
        sensor = AttemptCategory.EXPLOIT_ATTEMPT
    if sensor is not None:
        scans = sensor is AttemptCategory.EXPLOIT_ATTEMPT and looks_around
        return AttemptCategory.WEB_SCAN if scans else sensor
    category = AttemptCategory.OTHER
    if any(tag.startswith("attack.t1110") for tag in tags):
        category = AttemptCategory.CREDENTIAL_ATTACK
    elif (logsource.product or "").lower() in _ENDPOINTS:
        category = AttemptCategory.HOST_COMPROMISE
    elif looks_around or "attack.discovery" in tags or "attack.t1046" in tags:
        category = AttemptCategory.PORT_SCAN
    elif "attack.credential-access" in tags:
        category = AttemptCategory.CREDENTIAL_ATTACK
    return category


def read_advice(given: object, derived: Advice) -> tuple[Advice, list[str]]:
    """The ``midwatch`` attribute laid over the derived advice, and what is wrong with it.

    Each fault is a sentence without its full stop; faulty entries are passed over.
    """
    if given is None:
        return derived, []
    if not isinstance(given, Mapping):
        return derived, ["the attribute midwatch is no mapping"]
    faults: list[str] = []
    known: dict[str, object] = {}
    for name, value in given.items():
        read = _READERS.get(str(name))
        if read is None:
            faults.append(f"the attribute midwatch has no entry {name!r}")
            continue
        try:
            known[str(name)] = read(value)
        except TypeError:
            faults.append(f"midwatch.{name} does not hold {_EXPECTED[read]}")
    fields = {name: getattr(derived, name) for name in Advice.__struct_fields__}
    return Advice(**(fields | known)), faults


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.strip()


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _steps(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value.strip(),)
    if not isinstance(value, list) or len(value) > _MOST_STEPS:
        raise TypeError
    return tuple(_text(step) for step in value)


_READERS: Final[dict[str, Callable[[object], object]]] = {
    "category": _text,
    "kind": _text,
    "meaning": _text,
    "todo": _steps,
    "attempt": _truth,
    "success": _truth,
    "service": _text,
}
_EXPECTED: Final[dict[Callable[[object], object], str]] = {
    _text: "a text",
    _truth: "true or false",
    _steps: f"a list of at most {_MOST_STEPS} texts",
}
