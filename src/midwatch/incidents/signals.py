"""An alert as incidents keep it: its facts, without the rule's machinery.

Times are UTC microseconds since 1970 and may be None where the log states none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from midwatch.detection import Alert, AlertState, Evidence
from midwatch.events.source import Value
from midwatch.kernel import Level

OWN_CATEGORY: Final = "watch"
"""Category of the alerts about the watch itself; their meaning tells all there is to say."""
TOLD: Final = "told."
"""Under which such an alert's values hold the figures of its meaning."""
MOST_VALUES: Final = 20
"""Values kept of each field; an alert samples no more."""
_ADDRESSES: Final = ("src_ip", "SourceIp", "IpAddress")
_TARGETS: Final = ("dst_ip", "DestinationIp")
_USERS: Final = ("user", "User", "TargetUserName")
_HOSTS: Final = ("host", "Computer")


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One alert of one tenant.

    ``id`` is the alert's, unique within the tenant. ``addresses`` (where it came from),
    ``targets`` (addresses it went to), ``users``, ``hosts``, ``ports``, ``paths`` and
    ``services`` are samples; ``whole`` is true when they are all there was. ``rule`` is the
    rule's id, ``name`` its short name for people. ``told``: of an alert about the watch itself,
    the figures of its meaning and which sentence that is, for who says it in another language.
    """

    id: str
    tenant: str
    rule: str
    title: str
    level: Level
    name: str = ""
    category: str = "other"
    kind: str = ""
    attempt: bool = True
    success: bool = False
    closed: bool = False
    first: int | None = None
    last: int | None = None
    count: int = 1
    addresses: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    src_host: str | None = None
    whole: bool = True
    techniques: tuple[str, ...] = ()
    meaning: str = ""
    todo: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    told: Mapping[str, str | int] = {}

    @property
    def attacker(self) -> str | None:
        """The one origin of the whole burst; None when there are several, or none is known."""
        if len(self.addresses) == 1:
            return self.addresses[0]
        return None if self.addresses else self.src_host


def signal_of(tenant: str, alert: Alert) -> Signal:
    """The alert's facts as a signal of that tenant."""
    rule, advice = alert.rule, alert.rule.advice
    addresses = _texts(alert, _ADDRESSES)
    users = _texts(alert, _USERS)
    hosts = _texts(alert, _HOSTS)
    return Signal(
        id=alert.id,
        tenant=tenant,
        rule=rule.id,
        title=rule.title,
        name=rule.name or rule.id,
        level=rule.level,
        category=advice.category,
        kind=advice.kind or rule.title,
        attempt=advice.attempt,
        success=advice.success,
        closed=alert.state is AlertState.CLOSED,
        first=alert.first,
        last=alert.last,
        count=alert.count,
        addresses=addresses,
        targets=_texts(alert, _TARGETS),
        users=users,
        hosts=hosts,
        ports=tuple(port for port in _values(alert, ("dst_port",)) if isinstance(port, int)),
        paths=_texts(alert, ("url_path",)),
        services=(advice.service,) if advice.service else _texts(alert, ("service",)),
        src_host=next(iter(_texts(alert, ("src_host",))), None),
        whole=max(len(addresses), len(users), len(hosts)) < MOST_VALUES,
        techniques=rule.techniques,
        meaning=advice.meaning or rule.description.strip().partition("\n")[0],
        todo=advice.todo,
        evidence=tuple(alert.evidence),
        told=_told(alert) if advice.category == OWN_CATEGORY else {},
    )


def _told(alert: Alert) -> dict[str, str | int]:
    return {
        name.removeprefix(TOLD): value
        for name, values in alert.values.items()
        if name.startswith(TOLD)
        for value in values
        if isinstance(value, str | int)
    }


def _values(alert: Alert, names: Iterable[str]) -> list[Value]:
    found: dict[Value, None] = {}
    for name in names:
        if (value := alert.group.get(name)) is not None:
            found.setdefault(value)
        for sample in alert.values.get(name, ()):
            if sample is not None:
                found.setdefault(sample)
    return list(found)[:MOST_VALUES]


def _texts(alert: Alert, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in _values(alert, names)))
