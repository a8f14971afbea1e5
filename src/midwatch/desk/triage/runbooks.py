"""What to do about an incident, step by step: what its rules advise, then what we always do.

Steps have names that stay, so that a tick is found again whatever becomes of the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.desk.theme.own_alarms import step
from midwatch.incidents import Incident, Signal
from midwatch.reports.defusing import defuse

MOST_ADVICE: Final = 6
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``name``: by which its tick is kept."""

    name: str
    text: str | Promise


_ALWAYS: Final[tuple[tuple[str, Promise], ...]] = (
    ("read", _("Read the raw lines behind it: does the sentence above tell what they say?")),
    ("spread", _("Look for the same attacker and the same accounts elsewhere.")),
)
_GOT_IN: Final[tuple[tuple[str, Promise], ...]] = (
    ("call", _("Call the client now, by telephone; do not write to the account concerned.")),
    ("cut", _("Cut the way in: lock the account, end its sessions, take the machine off the "
              "network but leave it running.")),
    ("keep", _("Keep what proves it: note times, copy the lines, touch nothing on the machine.")),
    ("after", _("Find what was done after the way in was open: new accounts, new services, "
                "forwarding rules, data sent out.")),
    ("duty", _("Ask the owner whether somebody must be informed: authority, insurer, customers.")),
)  # fmt: skip
_BY_CATEGORY: Final[Mapping[str, tuple[tuple[str, Promise], ...]]] = {
    "credential_attack": (
        ("inside", _("Make sure no login of this origin succeeded before, during or after it.")),
        ("real", _("See whether the names tried are real accounts; real ones mean a list is out.")),
        ("factor", _("See whether a second factor guards this service; if not, propose it.")),
        ("block", _("Block the origin at the firewall if it goes on; prefer a ban that expires.")),
    ),
    "anomalous_login": (
        ("ask", _("Ask the person, by telephone: was it you, from there, at that time?")),
        ("session", _("If not: end all sessions, reset the password, look at the second factors.")),
        ("did", _("See what the login did: mail rules, files opened, settings changed.")),
    ),
    "port_scan": (
        ("open", _("See which of the doors that were tried are open at all, and must be.")),
        ("inner", _("If the origin is an inner address, treat the machine as taken over.")),
    ),
    "web_scan": (
        ("found", _("See whether any request was answered with 200 rather than refused.")),
        ("there", _("Make sure the files that were asked for are not on the server.")),
    ),
    "exploit_attempt": (
        ("version", _("See whether the software that was aimed at is there, and its version.")),
        ("answered", _("Read the answers: a refusal (4xx) is quiet, a 200 or 500 needs a look.")),
        ("traces", _("Look on the server for new files, programs and connections since then.")),
    ),
    "host_compromise": (
        ("who", _("Ask whether somebody administered the machine at that time.")),
        ("alone", _("If nobody did: take it off the network, leave it running, keep its memory.")),
        ("way", _("Find how it began: what came in, who logged in, what was installed before.")),
    ),
    "malware": (
        ("gone", _("Make sure the file was removed or locked away, and on every machine.")),
        ("ran", _("Find whether it ran: processes, connections, files changed since.")),
        ("came", _("Find how it came: mail, download, share, stick; warn others who have it too.")),
    ),
    "mail_abuse": (
        ("relay", _("Make sure the server relays for nobody but the client's own people.")),
        ("sent", _("If a mailbox sends in bulk: lock it, end its sessions, empty the queue.")),
        ("rules", _("Look for forwarding rules that nobody of the client's has made.")),
    ),
    "ids_alert": (
        ("aimed", _("See whether the machine that was aimed at is open to what the rule names.")),
        ("back", _("Look for an answer: a connection from the inside to the same address.")),
    ),
    "dos": (
        ("up", _("See whether the service still answers, from outside.")),
        ("limit", _("Limit the origin at the firewall; from many origins, call the provider.")),
        ("cover", _("Look for what happened elsewhere meanwhile: noise may be a cover.")),
    ),
    "watch": (
        ("line", _("See when the last line came, and whether the sender can reach the watch.")),
        ("blind", _("Tell the client since when we are blind there, and that nothing is lost that "
                    "the sender kept.")),
    ),
}  # fmt: skip
CATEGORIES: Final = frozenset(_BY_CATEGORY)


def runbook(incident: Incident) -> list[Step]:
    """The steps of an incident, what cannot wait first."""
    found: dict[str, Step] = {}
    signals = sorted(incident.signals, key=_weight, reverse=True)
    if incident.success:
        found |= _named("got_in", _GOT_IN)
    for advice in dict.fromkeys(each for signal in signals for each in signal.todo):
        if len(found) < MOST_ADVICE + len(_GOT_IN):
            name = f"rule.{sha256(advice.encode()).hexdigest()[:16]}"
            found.setdefault(name, Step(name, _told(advice)))
    found |= _named("always", _ALWAYS)
    for category in dict.fromkeys(signal.category for signal in signals):
        found |= _named(category, _BY_CATEGORY.get(category, ()))
    return list(found.values())


def _named(prefix: str, steps: tuple[tuple[str, Promise], ...]) -> dict[str, Step]:
    return {f"{prefix}.{name}": Step(f"{prefix}.{name}", text) for name, text in steps}


def _told(advice: str) -> str | Promise:
    own = step(advice)
    return defuse(own, _LONGEST) if isinstance(own, str) else own


def _weight(signal: Signal) -> tuple[bool, int, int]:
    return signal.success, signal.level.rank, signal.count
