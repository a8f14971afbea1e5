"""What a vendor promised to do how often, beside what was observed.

The watch observes signature updates, coverage and answers where the vendor is the provider;
other figures come from the vendor's own papers. A promise of an interval is kept when no
gap was longer; the gap that still runs counts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.evidence import Assurance
from midwatch.vendors.sentences import Number, Sentence, Word

_HOUR: Final = 3_600_000_000


class CadenceKind(StrEnum):
    """What is done again and again."""

    SIGNATURE_UPDATE = "signature_update"
    PATCH = "patch"
    PRODUCT_RELEASE = "product_release"
    BACKUP_TEST = "backup_test"
    AUDIT = "audit"
    DRILL = "drill"
    REPORT = "report"


class CadenceClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A promise: at least once every so many hours. ``source``: the answer or clause."""

    kind: CadenceKind
    every_hours: Decimal
    source: str


class CadenceObservation(msgspec.Struct, frozen=True, kw_only=True):
    """It happened at ``at`` (UTC microseconds), by whose word."""

    kind: CadenceKind
    at: int
    assurance: Assurance
    source: str = ""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A promise held against what was seen, hours with one digit behind the point.

    ``kept`` is None where nothing was observed: that is not a kept promise, and no broken one.
    """

    claim: CadenceClaim
    observed: int
    kept: bool | None
    longest_gap: Decimal | None
    median_gap: Decimal | None
    running_gap: Decimal | None
    weakest: Assurance | None

    @property
    def sentence(self) -> Sentence:
        """What a person reads."""
        what, promised = Word(self.claim.kind), Number(self.claim.every_hours, "f")
        if self.kept is None or self.longest_gap is None or self.running_gap is None:
            return Sentence(
                "%(what)s: promised every %(promised)s h, nothing observed",
                what=what, promised=promised,
            )  # fmt: skip
        longest, running = Number(self.longest_gap, ""), Number(self.running_gap, "")
        if self.kept:
            return Sentence(
                "%(what)s: promised every %(promised)s h, kept: %(seen)s seen, longest gap "
                "%(longest)s h, last one %(running)s h ago",
                what=what, promised=promised, seen=self.observed, longest=longest, running=running,
            )  # fmt: skip
        return Sentence(
            "%(what)s: promised every %(promised)s h, not kept: %(seen)s seen, longest gap "
            "%(longest)s h, last one %(running)s h ago",
            what=what, promised=promised, seen=self.observed, longest=longest, running=running,
        )  # fmt: skip


def compare_cadence(
    claim: CadenceClaim, observations: Sequence[CadenceObservation], *, start: int, now: int
) -> Kept:
    """Hold a promise against the observations between two instants (UTC microseconds).

    The time from ``start`` to the first observation is a gap too.

    Raises:
        BadInputError: The promise is no positive interval, or the time runs backwards.
    """
    if claim.every_hours <= 0 or now < start:
        raise BadInputError(
            "a cadence needs an interval above zero and a time that runs forward",
            remedy="check the promise and the dates",
        )
    seen = [each for each in observations if each.kind is claim.kind and start <= each.at <= now]
    times = sorted({each.at for each in seen})
    if not times:
        return Kept(claim=claim, observed=0, kept=None, longest_gap=None, median_gap=None,
                    running_gap=None, weakest=None)  # fmt: skip
    marks = [start, *times]
    gaps = sorted(later - earlier for earlier, later in zip(marks, times, strict=False))
    running = now - times[-1]
    longest = max(gaps[-1], running)
    return Kept(
        claim=claim,
        observed=len(times),
        kept=longest <= claim.every_hours * _HOUR,
        longest_gap=_hours(longest),
        median_gap=_hours(gaps[len(gaps) // 2]),
        running_gap=_hours(running),
        weakest=min((each.assurance for each in seen), key=lambda each: each.rank),
    )


def _hours(microseconds: int) -> Decimal:
    return (Decimal(microseconds) / _HOUR).quantize(Decimal("0.1"))
