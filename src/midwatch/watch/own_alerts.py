"""Alerts about the watch itself, in the form of all others, so that they take the same ways."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from midwatch.detection import Alert, AlertState
from midwatch.events.schema import Logsource
from midwatch.incidents.signals import OWN_CATEGORY, TOLD
from midwatch.kernel import Level, derived_id
from midwatch.rules.plan import NEVER
from midwatch.rules.ruleset import Advice, Rule
from midwatch.watch.health import Concern


def _rule(kind: str, level: Level, title: str, meaning: str, *todo: str) -> Rule:
    return Rule(
        id=f"midwatch-{kind}",
        title=title,
        level=level,
        author="Midwatch",
        logsource=Logsource(product="midwatch"),
        condition=NEVER,
        advice=Advice(
            category=OWN_CATEGORY, kind=title.lower(), meaning=meaning, todo=todo, attempt=False
        ),
    )


OWN_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "silence": _rule(
            "silence", Level.HIGH, "Source silent",
            "A source has sent nothing for longer than it usually does, so nobody watches it.",
            "See whether the device is on and reachable",
            "Send a test line and watch it come in (midwatch source test)",
            "If it was taken out of service, pause or remove the source",
        ),
        "drift": _rule(
            "drift", Level.MEDIUM, "Lines no longer understood",
            "Far fewer lines of a source are understood than before; its format has changed.",
            "See what changed on the device: an update, a log setting",
            "Look at the lines that were not understood and report them",
        ),
        "process": _rule(
            "process", Level.CRITICAL, "Part of the watch stopped",
            "A process of Midwatch no longer beats; its part of the watch stands still.",
            "See the log of the process", "Restart it (midwatch up, or the service)",
        ),
        "canary": _rule(
            "canary", Level.CRITICAL, "Canary lost",
            "A test line sent through the whole chain did not come out at its end.",
            "See which part stands still (midwatch status)", "Restart it",
        ),
        "spool": _rule(
            "spool", Level.CRITICAL, "Spool filling up",
            "Lines come in faster than they are worked off, or the lake cannot be written.",
            "See whether the pipeline runs and the disk has room",
            "Give the spool more room ([spool] budget)",
        ),
        "disk": _rule(
            "disk", Level.CRITICAL, "Disk nearly full",
            "The disk under the state folder is nearly full; when it is, intake stops.",
            "Make room or extend the disk", "Shorten retention (midwatch client set)",
        ),
        "clock": _rule(
            "clock", Level.MEDIUM, "Clock of a source is wrong",
            "Events of a source bear times far from when they were received.",
            "Set the device's clock by NTP and check its time zone",
        ),
        "certificate": _rule(
            "certificate", Level.HIGH, "Certificate expires soon",
            "A certificate that sources trust runs out; then they can send no more.",
            "Renew it; Midwatch takes the new one by itself",
        ),
        "rules": _rule(
            "rules", Level.MEDIUM, "Signatures are old",
            "The detection rules have not been updated for a long time.",
            "Update them (midwatch rules update)",
        ),
        "list": _rule(
            "list", Level.MEDIUM, "Address list is old",
            "A list of addresses could not be fetched for some time; what it warns of is outdated.",
            "See why (midwatch list show)", "Correct its address or password, or remove it",
        ),
        "key": _rule(
            "key", Level.CRITICAL, "Key of pseudonyms missing",
            "A client's key cannot be read; its masked fields are hidden instead, for good.",
            "Bring the key back to where it is looked for (midwatch client mask CLIENT)",
        ),
        "places": _rule(
            "places", Level.LOW, "Database of places not readable",
            "A database of countries and networks cannot be read, so they are not told.",
            "Check the file that [knowledge] geoip names",
        ),
        "damage": _rule(
            "damage", Level.HIGH, "Events damaged on the disk",
            "Files of the lake no longer hold what was written, so events are missing.",
            "Take the files out of a backup, and see to the disk (smartctl)",
            "Delete those that were set aside, which ends this",
        ),
        "delivery": _rule(
            "delivery", Level.CRITICAL, "Nobody could be told",
            "A message about an incident could not be delivered over its channel.",
            "Call the person by telephone", "See the channel's settings and the mail server",
        ),
        "unknown": _rule(
            "unknown", Level.LOW, "Unknown sender",
            "Something sends logs that belong to no client; they are kept apart.",
            "Claim it if it is yours (midwatch source claim), or block it",
        ),
    }
)  # fmt: skip


def alert_of(concern: Concern) -> Alert:
    """The alert of a concern: open while it lasts, closed when it has ended.

    What it means is the concern's own sentence, which names its subject; and the subject
    stands where other alerts name a machine, so that two silent sources are two incidents.
    """
    rule = OWN_RULES[concern.kind]
    told = msgspec.structs.replace(rule.advice, meaning=concern.text)
    return Alert(
        id=derived_id("concern", concern.kind, concern.subject, concern.since),
        rule=msgspec.structs.replace(rule, advice=told),
        state=AlertState.OPEN if concern.ended is None else AlertState.CLOSED,
        group={"subject": concern.subject},
        first=concern.since,
        last=concern.seen if concern.ended is None else concern.ended,
        count=1,
        values={"host": [concern.subject]}
        | {f"{TOLD}{name}": [value] for name, value in concern.told.items()},
    )
