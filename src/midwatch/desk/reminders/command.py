"""What ``midwatch vendor remind`` does and tells."""

from __future__ import annotations

import time

from midwatch.desk.reminders.sending import Outcome, mail_works, remind
from midwatch.desk.reminders.words import plain
from midwatch.desk.site.reminding import mine
from midwatch.kernel import ConfigurationError

_RULE = "-" * 72


def remind_now(client: str | None, *, dry: bool) -> tuple[str, bool]:
    """Remind at once; what there is to tell, and whether something did not leave.

    Raises:
        BadInputError: There is no such client.
        ConfigurationError: There is no mail server, or another process is reminding.
    """
    now = time.time_ns() // 1000
    if dry:
        return _planned(remind(now, only=client, dry=True)), False
    if not mail_works():
        raise ConfigurationError(
            "no mail server is set up, so nobody can be reminded",
            remedy="name one under [mail] in the configuration file; --dry-run shows what waits",
        )
    with mine() as may:
        if not may:
            raise ConfigurationError(
                "the desk is reminding just now", remedy="look at what it sent, or wait a minute"
            )
        found = remind(now, only=client, at_once=True)
    lines = []
    for each in found:
        lines += [f"{each.tenant}: {_count(each.sent, 'mail')} sent.", *_remarks(each)]
        lines += [f"  not sent: {failed}" for failed in each.failed]
    return "\n".join(lines), any(each.failed for each in found)


def _planned(found: list[Outcome]) -> str:
    lines = []
    for each in found:
        lines += [f"{each.tenant}: {_count(len(each.letters), 'mail')} would be sent."]
        lines += _remarks(each)
        for letter, words in each.letters:
            waits = ", in their morning" if letter.early else ""
            lines += [
                _RULE, f"To: {plain(letter.name, 80)} <{letter.email}> ({letter.language}){waits}",
                f"Subject: {words.subject}", "", words.text.rstrip(), _RULE,
            ]  # fmt: skip
    if not mail_works():
        lines.append("No mail server is set up: none of this leaves.")
    return "\n".join(lines)


def _remarks(outcome: Outcome) -> list[str]:
    told = []
    if outcome.reopened:
        told.append(f"  accepted risks that had run out and are open again: {outcome.reopened}")
    if outcome.unheard:
        told.append(f"  due, and nobody can be told: {outcome.unheard}")
    return told


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
