"""What goes into the lake and what comes of it, as values. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.kernel import BadInputError

NUMBERS: Final = tuple(f"n{spot}" for spot in range(10))
"""Columns for numbers of a line that no common column holds."""
SET_ASIDE: Final = "set-aside"
"""The folder of the lake for what is damaged."""


class SlowError(BadInputError):
    """A question took longer than it may."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Events, unread lines or both, and where they came from.

    ``received``: when they came. ``delivery``: the offset of their parcel in the spool; None
    means the offset of the commit. ``batch.lines`` and the failures' lines count within the
    delivery from 1. ``originals``: the delivery's lines as bytes, so that a line that is not
    UTF-8 can be kept as it came; needed for nothing else.

    Rows of many deliveries may come together, as one batch or as failures: then ``deliveries``
    and ``receipts`` hold the offset and the receipt of each row and stand in for ``delivery``
    and ``received``.
    """

    tenant: str
    office: str
    feed: str
    received: int
    batch: EventBatch | None = None
    failures: Sequence[ParseFailure] = ()
    delivery: int | None = None
    originals: Sequence[bytes] | None = field(default=None, repr=False)
    deliveries: Sequence[int] | None = field(default=None, repr=False)
    receipts: Sequence[int] | None = field(default=None, repr=False)

    def behind(self, done: int, offset: int) -> Placed | None:
        """What of it was not committed up to ``done``; ``offset`` is that of its commit."""
        if self.deliveries is None:
            return self if (offset if self.delivery is None else self.delivery) > done else None
        rows = [row for row, delivery in enumerate(self.deliveries) if delivery > done]
        if len(rows) == len(self.deliveries):
            return self
        if not rows or self.receipts is None:
            return None
        return replace(
            self,
            batch=None if self.batch is None else self.batch.take(rows),
            failures=[self.failures[row] for row in rows] if self.failures else (),
            deliveries=[self.deliveries[row] for row in rows],
            receipts=[self.receipts[row] for row in rows],
        )


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit did. ``replayed``: all of it had been committed before; nothing was written."""

    version: int
    rows: int
    files: int
    size: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """One file that is gone. ``digest``: SHA-256 of it in hexadecimal; empty if unreadable."""

    path: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing a tenant did. ``remaining``: paths that still name it; empty is proof."""

    tenant: str
    version: int
    files: tuple[Erased, ...]
    remaining: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows are gone."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True, slots=True)
class Maintained:
    """What one call of ``maintain`` did. ``more``: the work was bounded, call again.

    ``problems``: damaged files and the like, in sentences.
    """

    expired_rows: int = 0
    expired_files: int = 0
    compacted_files: int = 0
    written_files: int = 0
    vacuumed_files: int = 0
    checkpointed: bool = False
    more: bool = False
    problems: tuple[str, ...] = ()
