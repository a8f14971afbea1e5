"""What the vendor writes: answers, papers, replies, a colleague's part, handing in.

Whoever holds a link writes inside of it: a colleague in one section only. After it was handed in,
only questions that were asked back can be changed, and what stood there is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.asked import keep
from midwatch.desk.answers import links
from midwatch.desk.answers.counting import recount
from midwatch.desk.answers.models import Asking, Given, Judged, Link, Paper, Remark, builtins
from midwatch.desk.answers.papers import keep_paper
from midwatch.desk.answers.selectors import Whole
from midwatch.desk.vendors.told import told
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import (
    Answer,
    Kind,
    Ownership,
    Question,
    Reply,
    TemplateVersion,
)
from midwatch.vendors.questionnaires.answers import problem_of

LONGEST_VALUE: Final = 4_000
_MOST_COLLEAGUES: Final = 30
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed to one question, as it was typed."""

    reply: str = ""
    value: str = ""
    note: str = ""
    ownership: str = ""


@dataclass(slots=True)
class Saved:
    """What became of what was typed: how many answers changed, what is wrong by question."""

    changed: int = 0
    faults: dict[str, str] = field(default_factory=dict)


def answer_of(question: Question, typed: Typed, *, by: str, at: int) -> Answer:
    """What was typed as an answer. ``at``: UTC microseconds."""
    value = typed.value.replace("\0", "").strip()
    try:
        reply = Reply(typed.reply) if typed.reply else Reply.UNANSWERED
    except ValueError:
        reply = Reply.UNANSWERED
    if question.kind is not Kind.YES_NO:
        stated = Reply.STATED if value else Reply.UNANSWERED
        reply = reply if reply is Reply.NOT_APPLICABLE else stated
    try:
        ownership = Ownership(typed.ownership) if typed.ownership else Ownership.NOT_SAID
    except ValueError:
        ownership = Ownership.NOT_SAID
    return Answer(
        question=question.id, reply=reply, value=value if reply is Reply.STATED else "",
        note=typed.note.replace("\0", "").replace("\r\n", "\n").strip(), ownership=ownership,
        by=by, at=at,
    )  # fmt: skip


def problem(question: Question, answer: Answer) -> str:
    """Why an answer does not fit; empty when it does."""
    if len(answer.value) > LONGEST_VALUE:
        return _("the answer has more than %(most)d characters") % {"most": LONGEST_VALUE}
    return told(problem_of(question, answer))


def may_write(whole: Whole, link: Link, question: str) -> bool:
    """Whether the holder of the link may change that answer now."""
    asking = whole.asking
    section = whole.version.section_of(question)
    if section is None or (link.section and section.id != link.section):
        return False
    if asking.closed is not None:
        return False
    return asking.handed_in is None or is_asked_back(whole, question)


def is_asked_back(whole: Whole, question: str) -> bool:
    """Whether a question back waits at that question."""
    remarks = whole.remarks.get(question, ())
    return any(each.kind == Remark.Kind.BACK and not each.settled for each in remarks)


@transaction.atomic
def save(link: Link, typed: Mapping[str, Typed]) -> Saved:
    """Keep what was typed, as far as it fits; the rest is told, and nothing else is lost."""
    asking = _held(link)
    whole = Whole(asking)
    done = Saved()
    now = int(timezone.now().timestamp() * _MICROSECONDS)
    for name, each in typed.items():
        question = whole.version.question(name)
        if question is None:
            done.faults[name] = _("this answer cannot be changed now")
            continue
        answer = answer_of(question, each, by=link.name, at=now)
        if not may_write(whole, link, name):
            # A page that was opened before may send what is there already: that is no fault.
            if not same(_kept(asking, name), _with_papers(whole, answer)):
                done.faults[name] = _("this answer cannot be changed now")
            continue
        wrong = problem(question, answer)
        if wrong:
            done.faults[name] = wrong
        else:
            done.changed += _put(whole, answer)
    if done.changed:
        recount(asking)
    return done


@transaction.atomic
def take_over(link: Link, answers: Iterable[Answer], source: str) -> tuple[int, int]:
    """Answers from a workbook: (how many changed, how many could not be changed now).

    What is empty in the workbook leaves what is there. Names of papers go into the remarks, as
    only a file that was given is evidence.
    """
    asking = _held(link)
    whole = Whole(asking)
    now = int(timezone.now().timestamp() * _MICROSECONDS)
    changed = refused = 0
    for each in answers:
        if each.reply is Reply.UNANSWERED and not each.note:
            continue
        if not may_write(whole, link, each.question):
            before = whole.submission.answer(each.question)
            refused += (each.reply, each.value) != (before.reply, before.value)
            continue
        changed += _put(whole, told_answer(whole, each, link.name, now, source))
    if changed:
        recount(asking)
    return changed, refused


def told_answer(whole: Whole, each: Answer, by: str, now: int, source: str) -> Answer:
    """An answer from a file as it is kept here."""
    known = {paper.reference for paper in whole.papers.get(each.question, ())}
    named = [name for name in each.evidence if name not in known]
    note = each.note
    if named:
        line = _("Evidence named: %(names)s") % {"names": ", ".join(named)}
        note = note if line in note else f"{note}\n{line}".strip()
    before = whole.submission.answer(each.question)
    return msgspec.structs.replace(
        each, note=note.replace("\0", ""), value=each.value.replace("\0", ""), by=by, at=now,
        evidence=tuple(sorted(known)), source=source,
        ownership=before.ownership if each.ownership is Ownership.NOT_SAID else each.ownership,
    )  # fmt: skip


def _put(whole: Whole, answer: Answer) -> bool:
    """Keep one answer where it differs from what is there. A verdict on another one goes."""
    asking = whole.asking
    answer = _with_papers(whole, answer)
    there = asking.given.filter(question=answer.question).first()
    before = None if there is None else there.answer
    if same(before, answer):
        return False
    if there is None:
        there = Given(tenant=asking.tenant, asking=asking, question=answer.question)
    elif before is not None and asking.handed_in is not None:
        there.before = [*there.before, builtins(before)][-20:]
    there.body = builtins(answer)
    there.save()
    Judged.objects.filter(asking=asking, question=answer.question).delete()
    return True


def _kept(asking: Asking, question: str) -> Answer | None:
    there = asking.given.filter(question=question).first()
    return None if there is None else there.answer


def _with_papers(whole: Whole, answer: Answer) -> Answer:
    papers = tuple(sorted(p.reference for p in whole.papers.get(answer.question, ())))
    return msgspec.structs.replace(answer, evidence=papers)


def same(before: Answer | None, answer: Answer) -> bool:
    """Whether two answers say the same, whoever gave them."""
    if before is None:
        return answer.reply is Reply.UNANSWERED and not answer.note and not answer.evidence
    return (before.reply, before.value, before.note, before.ownership, before.evidence) == (
        answer.reply, answer.value, answer.note, answer.ownership, answer.evidence,
    )  # fmt: skip


@transaction.atomic
def give_paper(link: Link, question: str, upload: UploadedFile[bytes]) -> Paper:
    """Keep a file with an answer.

    Raises:
        BadInputError: It is not taken, or the answer cannot be changed now.
    """
    asking = _held(link)
    whole = Whole(asking)
    if whole.version.question(question) is None or not may_write(whole, link, question):
        raise BadInputError(
            _("this answer cannot be changed now"), remedy=_("ask the client to open it again")
        )
    made = keep_paper(asking, question, upload, link.name)
    _renew_evidence(asking, whole.version, question)
    return made


@transaction.atomic
def take_paper_away(link: Link, reference: str) -> str:
    """Take a file away that was given; its name.

    Raises:
        BadInputError: There is none, or the answer cannot be changed now.
    """
    asking = _held(link)
    whole = Whole(asking)
    paper = Paper.objects.defer("data").filter(asking=asking, reference=reference).first()
    if paper is None or not may_write(whole, link, paper.question):
        raise BadInputError(
            _("this file cannot be taken away now"), remedy=_("ask the client to open it again")
        )
    name, question = paper.name, paper.question
    paper.delete()
    _renew_evidence(asking, whole.version, question)
    return name


def _renew_evidence(asking: Asking, version: TemplateVersion, question: str) -> None:
    """What an answer names as evidence is what was given with it."""
    whole = Whole(asking)
    before = whole.submission.answer(question)
    if version.question(question) is not None:
        _put(whole, before)
    recount(asking)


@transaction.atomic
def reply(link: Link, number: int, text: str) -> Remark:
    """Answer a question back in words; it is settled with that.

    Raises:
        BadInputError: Nothing is written, or there is no such question for this link.
    """
    asking = _held(link)
    said = text.replace("\0", "").strip()[:4000]
    back = asking.remarks.filter(pk=number, kind=Remark.Kind.BACK, settled=None).first()
    whole = Whole(asking)
    inside = back is not None and (
        not link.section
        or (
            (section := whole.version.section_of(back.question)) is not None
            and section.id == link.section
        )
    )
    if back is None or not inside or asking.closed is not None:
        raise BadInputError(
            _("this question is not open any more"), remedy=_("look at the page again")
        )
    if not said:
        raise BadInputError(_("nothing is written"), remedy=_("say a sentence"))
    back.settled = timezone.now()
    back.save(update_fields=["settled"])
    made = Remark.objects.create(
        tenant=asking.tenant, asking=asking, question=back.question, kind=Remark.Kind.REPLY,
        text=said, by=link.name,
    )  # fmt: skip
    recount(asking)
    return made


@transaction.atomic
def hand_in(link: Link, name: str, address: str) -> Asking:
    """Say that these are the vendor's answers. ``name``: who answers for them.

    Raises:
        BadInputError: It was handed in, it is a colleague's link, or nobody answers for it.
    """
    asking = _held(link)
    if link.section or asking.handed_in is not None or asking.closed is not None:
        raise BadInputError(_("this cannot be handed in now"), remedy=_("look at the page again"))
    plain = " ".join(name.replace("\0", "").split())[:120]
    if not plain:
        raise BadInputError(_("somebody must answer for it"), remedy=_("write your name"))
    asking.handed_in, asking.handed_in_by = timezone.now(), plain
    asking.save(update_fields=["handed_in", "handed_in_by"])
    recount(asking)
    keep(
        "answers.hand_in", name=plain, address=address, tenant=asking.tenant,
        subject=f"vendor {asking.vendor.reference}", questionnaire=asking.reference,
    )  # fmt: skip
    links.mail_handed_in(asking)
    return asking


@transaction.atomic
def delegate(link: Link, section: str, name: str, email: str, address: str) -> links.Made:
    """A link of their own for a colleague who answers one section.

    Raises:
        BadInputError: It is a colleague's link itself, there is no such section, or too many.
    """
    asking = _held(link)
    there = {each.id for each in asking.version.frozen.sections}
    if link.section or section not in there or asking.closed is not None:
        raise BadInputError(_("this part cannot be passed on"), remedy=_("choose another part"))
    plain = " ".join(name.replace("\0", "").split())
    if not plain:
        raise BadInputError(_("a colleague has a name"), remedy=_("write it"))
    if asking.links.filter(revoked=None).count() > _MOST_COLLEAGUES:
        raise BadInputError(
            _("there are too many links"), remedy=_("take back some that are not used")
        )
    made = links.make_link(
        asking, name=plain, email=email, by=link.name, expires=link.expires, section=section
    )
    keep(
        "answers.delegate", name=link.name, address=address, tenant=asking.tenant,
        subject=f"vendor {asking.vendor.reference}", questionnaire=asking.reference,
        section=section,
    )  # fmt: skip
    return made


@transaction.atomic
def take_back(link: Link, number: int) -> Link:
    """End a colleague's link.

    Raises:
        BadInputError: There is none of that number that this one gave.
    """
    asking = _held(link)
    found = asking.links.filter(pk=number, revoked=None).exclude(section="").first()
    if link.section or found is None:
        raise BadInputError(_("there is no such link"), remedy=_("look at the page again"))
    found.revoked = timezone.now()
    found.save(update_fields=["revoked"])
    return found


def _held(link: Link) -> Asking:
    """The questionnaire, held until the transaction ends.

    Raises:
        BadInputError: Its link does not open it any more.
    """
    held = (
        Asking.objects.select_for_update(of=("self",))
        .select_related("vendor", "version")
        .get(pk=link.asking_id)
    )
    if held.revoked is not None or link.revoked is not None:
        raise BadInputError(
            _("this link does not open anything any more"),
            remedy=_("ask whoever sent it to you for a new one"),
        )
    return held
