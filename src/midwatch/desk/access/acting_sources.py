"""What people do about sources and unknown senders, with its place in the record."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

import msgspec
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.acting_clients import check_zone
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.stores import stores
from midwatch.desk.access.watching import may_name_addresses
from midwatch.desk.audit.services import note
from midwatch.desk.setup import desk_setup
from midwatch.intake.quarantine import Quarantine, Sender, SenderKey
from midwatch.kernel import BadInputError
from midwatch.tenants import Feed, Mark, MarkKind, hash_of_token
from midwatch.watch.spools import open_spool
from midwatch.watch.strangers import Guess, Guesser, claim_lines, mark_for, with_marks

_MOST_SHOWN: Final = 20
_WIDEST: Final = {4: 16, 6: 48}
"""The widest network, as the length of its prefix, that one source may be told by."""
_LONGEST_STEM: Final = 40


@dataclass(frozen=True, slots=True)
class Stranger:
    """An unknown sender, and what its lines look like."""

    sender: Sender
    guess: Guess


class SourceActs:
    """One viewer's acts. All of them raise ``Http404`` where the viewer may not."""

    def __init__(self, scope: Scope, address: str = "") -> None:
        """``address``: where the request came from, for the record."""
        self._scope = scope
        self._address = address

    def add(
        self,
        tenant: str,
        office: str,
        title: str,
        addresses: Sequence[str],
        host: str,
    ) -> tuple[Feed, str]:
        """A new source, and its token: empty where addresses tell it.

        What its lines are is told by each line: a firewall sends those of many programs.

        Raises:
            BadInputError: An address is none, tells another source, or is not this viewer's to
                name; there is no such office.
        """
        owner = self._scope.tenant(tenant, Permission.SOURCES)
        token = "" if addresses else secrets.token_urlsafe(24)
        marks = self._marks(tenant, addresses, host)
        if token:
            marks = (Mark(MarkKind.TOKEN, hash_of_token(token)),)
        feed = Feed(
            self._free_name(tenant, title), owner.id, office, title, marks=marks,
            created=self._scope.now,
        )  # fmt: skip
        stores().tenants.save_feed(feed)
        self._note("source.add", feed, told_by="token" if token else "address")
        return feed, token

    def change(
        self, feed: str, *, title: str, product: str, office: str, zone: str, silence: int
    ) -> Feed:
        """Change what is known of a source. ``silence``: seconds; 0: learnt.

        Raises:
            BadInputError: There is no such office or zone.
        """
        known = self._own(feed)
        if zone:
            check_zone(zone)
        return self._save(
            "source.change",
            msgspec.structs.replace(
                known, title=title, product=product, office=office, zone=zone, silence=silence
            ),
        )

    def readdress(self, feed: str, addresses: Sequence[str], host: str) -> Feed:
        """Have a source told by these addresses; its tokens and certificates stay.

        Raises:
            BadInputError: As of ``add``; or nothing would tell it any more.
        """
        known = self._own(feed)
        kept = tuple(mark for mark in known.marks if mark.kind is not MarkKind.ADDRESS)
        marks = (*kept, *self._marks(known.tenant, addresses, host))
        if not marks:
            raise BadInputError(
                _("nothing would tell this source any more"),
                remedy=_("name an address, or give it a token first"),
            )
        return self._save("source.readdress", msgspec.structs.replace(known, marks=marks))

    def renew_token(self, feed: str) -> tuple[Feed, str]:
        """A new token; those before open nothing any more."""
        known = self._own(feed)
        token = secrets.token_urlsafe(24)
        kept = tuple(mark for mark in known.marks if mark.kind is not MarkKind.TOKEN)
        marks = (*kept, Mark(MarkKind.TOKEN, hash_of_token(token)))
        return self._save("source.token", msgspec.structs.replace(known, marks=marks)), token

    def pause(self, feed: str, *, paused: bool) -> Feed:
        """Alarm a source's silence no more, or again. Its lines are taken all the same."""
        verb = "source.pause" if paused else "source.resume"
        return self._save(verb, msgspec.structs.replace(self._own(feed), paused=paused))

    def remove(self, feed: str) -> Feed:
        """Forget a source; what it sent stays."""
        known = self._own(feed)
        stores().tenants.remove_feed(known.id)
        self._note("source.remove", known)
        return known

    # ------------------------------------------------------------ unknown senders

    def strangers(self) -> tuple[list[Stranger], int]:
        """(Unknown senders, those heard last first; how many there are in all).

        What they sent belongs to nobody yet, so only who may see every client sees them.
        """
        with self._quarantine() as quarantine:
            senders = quarantine.senders(samples=10)
        guesser = Guesser(self._scope.now)
        shown = [Stranger(each, guesser.guess(each.sample)) for each in senders[:_MOST_SHOWN]]
        return shown, len(senders)

    def count_strangers(self) -> int:
        """How many unknown senders there are; 0 for who may not know."""
        if not self._scope.viewer.may(Permission.SOURCES):
            return 0
        with self._quarantine() as quarantine:
            return len(quarantine.senders(samples=0))

    def claim(self, key: SenderKey, tenant: str, office: str, title: str) -> tuple[Feed, int]:
        """Make a source of an unknown sender; with how many lines that were kept of it.

        Raises:
            BadInputError: It is not unknown any more, or cannot be told apart from others.
            SpoolFullError, SpoolDownError: Its lines are not taken now; the source is made.
        """
        owner = self._scope.tenant(tenant, Permission.SOURCES)
        with self._quarantine() as quarantine:
            sender = _sender(quarantine, key)
            mark = mark_for(stores().tenants, [sender], key.host or None)
            feed = Feed(
                self._free_name(tenant, title), owner.id, office, title,
                created=self._scope.now,
            )  # fmt: skip
            feed = with_marks(feed, [mark])
            stores().tenants.save_feed(feed)
            self._note("source.claim", feed, address=key.address)
            with closing(open_spool(stores().folder, desk_setup().configuration)) as spool:
                moved = claim_lines(quarantine, spool, [sender], feed)
        return feed, moved

    def dismiss(self, key: SenderKey) -> int:
        """Forget an unknown sender; how many lines went with it.

        Raises:
            BadInputError: It is not unknown any more.
        """
        with self._quarantine() as quarantine:
            sender = _sender(quarantine, key)
            quarantine.dismiss(key)
        note(
            self._scope.viewer, "sender.dismiss", subject=key.address,
            detail={"lines": sender.kept}, address=self._address,
        )  # fmt: skip
        return sender.kept

    # ------------------------------------------------------------ inside

    @contextmanager
    def _quarantine(self) -> Iterator[Quarantine]:
        if not self._scope.viewer.may(Permission.SOURCES):
            raise Http404
        with closing(Quarantine(stores().folder.quarantine)) as quarantine:
            yield quarantine

    def _own(self, feed: str) -> Feed:
        return self._scope.feed(feed, Permission.SOURCES)

    def _save(self, verb: str, feed: Feed) -> Feed:
        stores().tenants.save_feed(feed)
        self._note(verb, feed)
        return feed

    def _note(self, verb: str, feed: Feed, **detail: object) -> None:
        note(
            self._scope.viewer, verb, tenant=feed.tenant, subject=feed.id, detail=detail,
            address=self._address,
        )  # fmt: skip

    def _marks(self, tenant: str, addresses: Sequence[str], host: str) -> tuple[Mark, ...]:
        if addresses and not may_name_addresses(self._scope, tenant):
            raise BadInputError(
                _("an address proves nothing, so that only your provider may name one"),
                remedy=_("give the source a token, or ask your provider"),
            )
        return tuple(Mark(MarkKind.ADDRESS, _network(each), host=host) for each in addresses)

    def _free_name(self, tenant: str, title: str) -> str:
        """A name nobody has: people see the title."""
        plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_STEM].strip("-") or "source"
        taken = {each.id for each in stores().tenants.feeds()}
        name = f"{tenant[:20].strip('-.')}-{stem}"
        number = 1
        while (found := name if number == 1 else f"{name}-{number}") in taken:
            number += 1
        return found


def _sender(quarantine: Quarantine, key: SenderKey) -> Sender:
    found = next((each for each in quarantine.senders(samples=1) if each.key == key), None)
    if found is None:
        raise BadInputError(
            _("nobody unknown sends from there any more"),
            remedy=_("somebody may have claimed it; look at the list again"),
        )
    return found


def _network(text: str) -> str:
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise BadInputError(
            _("“%(text)s” is neither an address nor a network") % {"text": text[:60]},
            remedy=_("write 192.0.2.1 or 192.0.2.0/24"),
        ) from error
    if network.prefixlen < _WIDEST[network.version]:
        raise BadInputError(
            _("the network %(network)s is too wide for one source") % {"network": network},
            remedy=_("name the device's own address"),
        )
    return str(network)
