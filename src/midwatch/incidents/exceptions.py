"""Exceptions: alerts a tenant does not want to hear of, with who said so, why, until when.

An exception narrows down what it means by rule, address, account and time of day; what it
does not name does not matter, but it must name something. It stops by itself when it
expires. What is suppressed is counted and kept; nothing disappears. A finding that
somebody got in is suppressed only where the exception says so in so many words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

import msgspec

from midwatch.incidents.calendars import Span, covers
from midwatch.incidents.signals import Signal
from midwatch.kernel import BadInputError, Level

DAY: Final = 86_400_000_000
LONGEST: Final = 366 * DAY
"""How long an exception may stand before somebody must look at it again."""


class ExceptionState(StrEnum):
    """Whether an exception works."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class AlertException(msgspec.Struct, frozen=True, kw_only=True):
    """See the module's documentation. Instants are UTC microseconds.

    ``rule``: a rule's id or short name; ``network``: an address or a network in CIDR form;
    ``user``: an account, ``host``: a machine, both whatever their case; ``times``: when the
    alert's last event happened, in the tenant's zone. Empty means any. ``break_ins``: also
    suppress findings that somebody got in. ``revoked``: since when it no longer stands.
    """

    id: str
    tenant: str
    author: str
    reason: str
    created: int
    expires: int
    rule: str = ""
    network: str = ""
    user: str = ""
    host: str = ""
    times: tuple[Span, ...] = ()
    break_ins: bool = False
    revoked: int | None = None
    revoked_by: str = ""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an exception would have suppressed of past alerts.

    ``spared`` are findings of a break-in that it leaves standing.
    """

    alerts: int
    suppressed: int
    by_rule: Mapping[str, int]
    gravest: Level | None
    break_ins: int
    spared: int
    examples: tuple[Signal, ...]


def check_exception(exception: AlertException) -> None:
    """Refuse an exception that nobody could answer for.

    Raises:
        BadInputError: It names nothing, has no author or reason, expires too late or never,
            or its network is none.
    """
    named = (exception.rule, exception.network, exception.user, exception.host)
    if not any(named):
        raise BadInputError(
            "an exception must name a rule, a network, an account or a machine",
            remedy="name what the harmless alerts have in common",
        )
    if not exception.author.strip() or not exception.reason.strip():
        raise BadInputError(
            "an exception needs an author and a reason",
            remedy="say who knows it to be harmless, and why",
        )
    if not exception.created < exception.expires <= exception.created + LONGEST:
        raise BadInputError(
            "an exception must end within a year",
            remedy="choose an end; it can be renewed when somebody has looked again",
        )
    if exception.network:
        _network(exception.network)


def state_of(exception: AlertException, now: int) -> ExceptionState:
    """Whether it works at that time."""
    if exception.revoked is not None and exception.revoked <= now:
        return ExceptionState.REVOKED
    return ExceptionState.ACTIVE if now < exception.expires else ExceptionState.EXPIRED


def applies(exception: AlertException, signal: Signal, zone: tzinfo) -> bool:
    """Whether the exception means this signal, whatever its state.

    An alert that samples several addresses or accounts is meant only if all of them are.
    """
    if signal.tenant != exception.tenant or (signal.success and not exception.break_ins):
        return False
    return (
        exception.rule in ("", signal.rule, signal.name)
        and (not exception.network or _all_inside(exception.network, signal))
        and (not exception.user or _all_are(exception.user, signal.users, whole=signal.whole))
        and (not exception.host or _all_are(exception.host, signal.hosts, whole=signal.whole))
        and (not exception.times or _falls_into(exception.times, signal, zone))
    )


def suppressing(
    exceptions: Iterable[AlertException], signal: Signal, now: int, zone: tzinfo
) -> AlertException | None:
    """The first working exception that means the signal."""
    for exception in exceptions:
        if state_of(exception, now) is ExceptionState.ACTIVE and applies(exception, signal, zone):
            return exception
    return None


def preview(exception: AlertException, signals: Sequence[Signal], zone: tzinfo) -> Preview:
    """What it would have suppressed of these.

    Raises:
        BadInputError: As ``check_exception``.
    """
    check_exception(exception)
    hit = [signal for signal in signals if applies(exception, signal, zone)]
    bolder = msgspec.structs.replace(exception, break_ins=True)
    return Preview(
        alerts=len(signals),
        suppressed=len(hit),
        by_rule=dict(Counter(signal.name or signal.rule for signal in hit).most_common()),
        gravest=max((signal.level for signal in hit), key=lambda level: level.rank, default=None),
        break_ins=sum(signal.success for signal in hit),
        spared=sum(applies(bolder, signal, zone) for signal in signals) - len(hit),
        examples=tuple(hit[:5]),
    )


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise BadInputError(
            f"{text!r} is no address and no network",
            remedy="write it like 192.0.2.7 or 192.0.2.0/24",
        ) from error


def _falls_into(times: Sequence[Span], signal: Signal, zone: tzinfo) -> bool:
    return signal.last is not None and covers(times, frozenset(), signal.last, zone)


def _all_inside(network: str, signal: Signal) -> bool:
    if not signal.addresses or not signal.whole:
        return False
    wide = _network(network)
    try:
        return all(ip_address(each) in wide for each in signal.addresses)
    except ValueError:
        return False


def _all_are(name: str, found: Sequence[str], *, whole: bool) -> bool:
    return whole and bool(found) and all(each.lower() == name.lower() for each in found)
