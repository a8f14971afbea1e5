"""How people answer: by the link in a message, or by a reply to it.

Whatever a mail scanner, a virus scanner or an absence note does, nothing is acknowledged by
it: a link is only looked at (``look``) until somebody confirms (``acknowledge``), and a
reply must begin with a word that says so. Any other reply is kept as a remark.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.incidents import Disposition, Incident, Incidents
from midwatch.kernel import BadInputError
from midwatch.paging.store import SqliteIncidents
from midwatch.paging.tokens import Signer, find_mark

_LONGEST_REMARK: Final = 2_000
_QUOTES: Final = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:original message|ursprüngliche nachricht)|_{10,}|"
    r"on .{4,200} wrote:|am .{4,200} schrieb\b|from: |von: )",
    re.IGNORECASE,
)


class Verb(StrEnum):
    """What a reply asks for."""

    ACKNOWLEDGE = "acknowledge"
    WORK = "work"
    RESOLVE = "resolve"
    REMARK = "remark"


_ACKNOWLEDGING: Final = frozenset(
    {"ack", "acknowledge", "acknowledged", "taken", "bestätigt", "übernehme", "übernommen"}
)
_WORKING: Final = frozenset({"working", "work", "dran"})
_RESOLVING: Final = frozenset({"resolved", "resolve", "erledigt"})
_DISPOSITIONS: Final = {
    "false positive": Disposition.FALSE_POSITIVE,
    "fehlalarm": Disposition.FALSE_POSITIVE,
    "benign": Disposition.BENIGN,
    "harmlos": Disposition.BENIGN,
    "true positive": Disposition.TRUE_POSITIVE,
    "angriff": Disposition.TRUE_POSITIVE,
}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply says, without the mail it quotes."""

    verb: Verb
    text: str
    disposition: Disposition | None = None


def parse_reply(text: str) -> Reply:
    """The first line decides; without a word that is known it is a remark.

    >>> parse_reply("Ack, I am on it").verb, parse_reply("I am away until Monday").verb
    (<Verb.ACKNOWLEDGE: 'acknowledge'>, <Verb.REMARK: 'remark'>)
    """
    own = _own_words(text)
    first = own.partition("\n")[0].strip().lower()
    word = re.split(r"[\s,.:;!-]", first, maxsplit=1)[0]
    if word in _ACKNOWLEDGING:
        return Reply(verb=Verb.ACKNOWLEDGE, text=own)
    if word in _WORKING:
        return Reply(verb=Verb.WORK, text=own)
    if word in _RESOLVING:
        rest = first[len(word) :].strip(" ,.:;!-")
        for words, disposition in _DISPOSITIONS.items():
            if rest.startswith(words):
                return Reply(verb=Verb.RESOLVE, text=own, disposition=disposition)
    return Reply(verb=Verb.REMARK, text=own)


class Answering:
    """The services behind links and replies."""

    def __init__(self, store: SqliteIncidents, incidents: Incidents, signer: Signer) -> None:
        """Keep what is given."""
        self._store = store
        self._incidents = incidents
        self._signer = signer

    def look(self, token: str, now: int) -> Incident:
        """The incident a link is about; nothing changes.

        Raises:
            BadInputError: The link is not ours or has expired.
        """
        return self._incidents.get(self._signer.claim(token, now).incident)

    def acknowledge(self, token: str, now: int, *, by: str = "") -> Incident:
        """Acknowledge by a link, after a person confirmed. Once more changes nothing.

        ``by``: who confirmed, where that is known; else the person the link was sent to.

        Raises:
            BadInputError: The link is not ours, has expired, or is about an earlier alarm.
        """
        claim = self._signer.claim(token, now)
        with self._store.changing():
            incident = self._incidents.get(claim.incident)
            if incident.alarm != claim.alarm:
                raise BadInputError(
                    "the incident has been raised or reopened since this message",
                    remedy="read the newest message about it and acknowledge that one",
                )
            return self._incidents.acknowledge(
                claim.incident, by=by or claim.person, now=now, why="by the link in the message"
            )

    def reply(self, subject: str, text: str, now: int, *, automatic: bool = False) -> Incident:
        """Do what a reply says, in the name of the person whose mark its subject bears.

        ``automatic``: the mail calls itself an automatic answer (RFC 3834); it is kept as a
        remark whatever it says.

        Raises:
            BadInputError: The subject bears no mark of ours, or what is asked cannot be done.
        """
        found = find_mark(subject)
        if found is None:
            raise BadInputError(
                "the subject bears no mark of an incident", remedy="reply to the mail itself"
            )
        reference, mark = found
        with self._store.changing():
            incident = self._incidents.get(reference)
            person = self._person(incident, mark)
            said = parse_reply(text)
            if automatic or said.verb is Verb.REMARK:
                return self._incidents.remark(incident.id, by=person, now=now, why=said.text)
            if said.verb is Verb.ACKNOWLEDGE:
                return self._incidents.acknowledge(
                    incident.id, by=person, now=now, why="by a reply"
                )
            if said.disposition is not None:
                return self._incidents.resolve(
                    incident.id, said.disposition, by=person, now=now, why=said.text
                )
            return self._incidents.work(incident.id, by=person, now=now, why="by a reply")

    def _person(self, incident: Incident, mark: str) -> str:
        told = {each.person for each in self._store.deliveries(incident.id)}
        for person in sorted(told):
            if self._signer.marks(incident, person, mark):
                return person
        raise BadInputError(
            "the mark in the subject is not one of ours", remedy="reply to the mail itself"
        )


def _own_words(text: str) -> str:
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if _QUOTES.match(line) or line.rstrip() == "--":
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()[:_LONGEST_REMARK]
