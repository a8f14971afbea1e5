"""What every reader of a foreign questionnaire gives, and how an impostor is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.answers import Ownership, Reply


class Format(StrEnum):
    """The questionnaires that are read."""

    OWN = "midwatch"
    CAIQ = "caiq"
    HECVAT = "hecvat"
    VSAQ = "vsaq"
    MVSP = "mvsp"


class ForeignQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question as the format has it. ``choices``: id and words of each."""

    id: str
    text: str
    section: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    condition: str = ""


class ForeignAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as the format has it. ``row``: where it stands in its sheet, from 1; 0: none."""

    id: str
    reply: Reply
    value: str = ""
    note: str = ""
    ownership: Ownership = Ownership.NOT_SAID
    sheet: str = ""
    row: int = 0


class Tip(msgspec.Struct, frozen=True, kw_only=True):
    """Advice that appears on an answer; ``severity`` in the format's own word."""

    text: str
    severity: str = ""
    condition: str = ""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign questionnaire with its answers. ``remarks``: what was odd but stopped nothing."""

    format: Format
    title: str
    version: str
    questions: tuple[ForeignQuestion, ...]
    answers: tuple[ForeignAnswer, ...] = ()
    tips: tuple[Tip, ...] = ()
    controls: int = 0
    remarks: tuple[str, ...] = ()

    def count(self, reply: Reply) -> int:
        """How many questions have this reply; those without any answer are unanswered."""
        if reply is Reply.UNANSWERED:
            answered = sum(each.reply is not reply for each in self.answers)
            return len(self.questions) - answered
        return sum(each.reply is reply for each in self.answers)


_SHOWN: Final = 5


def refuse_foreign(
    form: str, foreign: Sequence[tuple[str, int]], total: int, *, path: str, reasons: Iterable[str]
) -> None:
    """Refuse a file that claims a format and holds ids that format does not have.

    ``foreign``: ids and their rows (0: no row).

    Raises:
        BadInputError: With the reasons, when there is any foreign id or reason.
    """
    told = list(reasons)
    if foreign:
        named = ", ".join(
            f"{name[:40]!r}{f' (row {row})' if row else ''}" for name, row in foreign[:_SHOWN]
        )
        more = f" and {len(foreign) - _SHOWN} more" if len(foreign) > _SHOWN else ""
        told.append(f"{len(foreign)} of {total} ids are not of {form}: {named}{more}")
    if told:
        raise BadInputError(
            f"the file claims to be {form} and is not: " + "; ".join(told),
            remedy="ask for the original file, or import it as what it is",
            path=path,
            line=foreign[0][1] or None if foreign else None,
        )


_REPLIES: Final = {
    "yes": Reply.YES,
    "y": Reply.YES,
    "no": Reply.NO,
    "n": Reply.NO,
    "na": Reply.NOT_APPLICABLE,
    "n/a": Reply.NOT_APPLICABLE,
    "not applicable": Reply.NOT_APPLICABLE,
}


def reply_of(text: str) -> Reply | None:
    """The reply a word stands for; unanswered for an empty one, None for any other word."""
    word = text.strip().casefold().rstrip(".")
    return Reply.UNANSWERED if not word else _REPLIES.get(word)
