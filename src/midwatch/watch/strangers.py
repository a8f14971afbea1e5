"""Senders that nobody knows: what they might be, and claiming them for a source.

What a claim keeps is the source first, by whose mark new lines are told from then on, and
then the lines that wait in quarantine. A running intake hears of the source within a second
or two; what it had taken for unknown until then is claimed in a second round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.timestamps import ClockContext
from midwatch.intake.identification import plain_address
from midwatch.intake.parcels import Spool
from midwatch.intake.quarantine import Quarantine, Sender
from midwatch.kernel import BadInputError
from midwatch.tenants import Feed, Mark, MarkKind, TenantStore


@dataclass(frozen=True, slots=True)
class Guess:
    """What a sender's lines look like: a product's name and title; empty where nothing does."""

    product: str = ""
    title: str = ""


class Guesser:
    """Guesses products by the same recognition that reads all lines."""

    def __init__(self, now: int) -> None:
        """``now``: UTC microseconds."""
        self._titles = {each.name: each.title for each in all_sources() if not each.fallback}
        self._recogniser = Recogniser(all_sources())
        self._context = ClockContext(reference=now)

    def guess(self, lines: Sequence[bytes]) -> Guess:
        """What most of the lines that are recognised come from."""
        reader = LineReader(all_sources(), self._context, recogniser=self._recogniser)
        result = reader.read([line.decode("utf-8", "replace") for line in lines], 1)
        found: Counter[str] = Counter()
        for batch in result.batches:
            if batch.source in self._titles:
                found[batch.source] += len(batch)
        name = max(found, key=found.__getitem__, default="")
        return Guess(name, self._titles.get(name, ""))


def senders_at(quarantine: Quarantine, address: str, host: str | None) -> list[Sender]:
    """The unknown senders at an address, all or those of one claimed host.

    Raises:
        BadInputError: There is none.
    """
    plain = plain_address(address)
    found = [
        sender
        for sender in quarantine.senders(samples=20)
        if plain_address(sender.key.address) == plain
        and (host is None or sender.key.host == host.lower())
    ]
    if not found:
        named = f" that calls itself {host!r}" if host else ""
        raise BadInputError(
            f"there is no unknown sender at {address}{named}",
            remedy="midwatch source unknown names them",
        )
    return found


def mark_for(store: TenantStore, senders: Sequence[Sender], host: str | None) -> Mark:
    """The mark that tells these senders, all of one address.

    Raises:
        BadInputError: Several hosts send from there, and none was named.
    """
    address = plain_address(senders[0].key.address)
    value = f"{address}/{128 if ':' in address else 32}"
    if host is not None:
        return Mark(MarkKind.ADDRESS, value, host=host.lower())
    hosts = sorted({sender.key.host for sender in senders} - {""})
    beside = [
        mark
        for feed in store.feeds()
        for mark in feed.marks
        if mark.kind is MarkKind.ADDRESS and mark.value == value
    ]
    if len(hosts) == 1 and beside:
        return Mark(MarkKind.ADDRESS, value, host=hosts[0])
    if len(hosts) > 1:
        raise BadInputError(
            f"{len(hosts)} hosts send from {address}: {', '.join(hosts[:6])}",
            remedy="claim each by itself with --host, or all as one with --every-host",
        )
    return Mark(MarkKind.ADDRESS, value)


def with_marks(feed: Feed, marks: Sequence[Mark]) -> Feed:
    """The feed, told by these marks too."""
    new = dict.fromkeys((*feed.marks, *marks))
    return msgspec.structs.replace(feed, marks=tuple(new))


def claim_lines(quarantine: Quarantine, spool: Spool, senders: Sequence[Sender], feed: Feed) -> int:
    """Move what was kept of senders into the spool, as lines of a feed; how many lines.

    Raises:
        SpoolFullError, SpoolDownError: The spool does not take them; they stay where they are.
    """
    moved = 0
    for sender in senders:
        with quarantine.claim(sender.key, feed) as parcels:
            if parcels:
                spool.append(parcels)
            moved += sum(len(parcel.lines) for parcel in parcels)
    return moved
