"""Alerts that a running watch recorded, counted as the morning report counts attempts.

What several rules saw of the same behaviour counts once, a scan counts once whatever the
number of its packets, and alerts about the watch itself count never.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from midwatch.incidents import OWN_CATEGORY, Signal
from midwatch.reports.assembling import SCANS, kinds_of, with_tries
from midwatch.reports.incident_telling import attempt_of
from midwatch.reports.values import Attempt, KindRow

_MOST_SAMPLES: Final = 8


@dataclass(frozen=True, slots=True)
class AttemptCount:
    """How many attempts, from how many origins, by kind."""

    attempts: int = 0
    origins: int = 0
    kinds: tuple[KindRow, ...] = ()


def count_attempts(signals: Iterable[Signal]) -> AttemptCount:
    """The attempts that these alerts tell of."""
    found = attempts_of(signals)
    kinds = kinds_of(found)
    origins = {attempt.origin for attempt in found if attempt.attempt}
    return AttemptCount(sum(row.count for row in kinds), len(origins), kinds)


def attempts_of(signals: Iterable[Signal]) -> tuple[Attempt, ...]:
    """One attempt per rule and origin, the gravest and most numerous first."""
    found: dict[tuple[str, str], list[Attempt]] = {}
    for signal in signals:
        if signal.category == OWN_CATEGORY:
            continue
        attempt = attempt_of(signal)
        if attempt.category == SCANS:
            attempt = replace(attempt, count=1)
        found.setdefault((signal.rule, attempt.origin), []).append(attempt)
    attempts = with_tries([_joined(bursts) for bursts in found.values()])
    return tuple(
        sorted(
            attempts,
            key=lambda attempt: (
                not attempt.success, -attempt.level.rank, -attempt.count, attempt.first or 0,
                attempt.rule_title, attempt.origin,
            ),
        )
    )  # fmt: skip


def _joined(bursts: Sequence[Attempt]) -> Attempt:
    if len(bursts) == 1:
        return bursts[0]
    return replace(
        max(bursts, key=lambda each: each.level.rank),
        count=sum(each.count for each in bursts),
        first=min((each.first for each in bursts if each.first is not None), default=None),
        last=max((each.last for each in bursts if each.last is not None), default=None),
        users=_first_few(user for each in bursts for user in each.users),
        paths=_first_few(path for each in bursts for path in each.paths),
        hosts=_first_few(host for each in bursts for host in each.hosts),
        ports=tuple(dict.fromkeys(port for each in bursts for port in each.ports))[:_MOST_SAMPLES],
        success=any(each.success for each in bursts),
    )


def _first_few(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[:_MOST_SAMPLES]
