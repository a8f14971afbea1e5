"""Questionnaires that a vendor has filled in for somebody else: read, and used for ours."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.answers.answering import told_answer
from midwatch.desk.answers.counting import recount
from midwatch.desk.answers.models import Asking, Brought, Given, builtins
from midwatch.desk.answers.papers import plain_name
from midwatch.desk.answers.selectors import Whole, brought
from midwatch.desk.answers.sending import freeze, held, versions
from midwatch.desk.vendors.models import Vendor
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import (
    Answer,
    Reply,
    Submission,
    TemplateVersion,
    own_in,
    own_versions,
)
from midwatch.vendors.questionnaires.answers import problem_of
from midwatch.vendors.questionnaires.formats import (
    ForeignAnswer,
    ForeignQuestion,
    Format,
    Imported,
    add_vsaq_answers,
    mvsp_version,
    read_any,
    read_own,
    recognise,
)
from midwatch.vendors.questionnaires.mapping import Reuse, reuse, unmapped

LARGEST: Final = 20_000_000
"""Bytes; what the readers take at most."""
_MOST: Final = 200


@transaction.atomic
def bring(
    scope: Scope, address: str, vendor: str, file: tuple[str, bytes],
    answers: tuple[str, bytes] | None = None,
) -> Brought | Asking:  # fmt: skip
    """Read a file of a vendor's; our own workbook becomes a questionnaire at once.

    ``answers``: what was saved from a VSAQ questionnaire.

    Raises:
        Http404: The vendor is not the viewer's to judge.
        BadInputError: It is no questionnaire that is known, or claims to be one and is not.
    """
    acts = VendorActs(scope, address)
    known = acts.held(vendor)
    name, data = plain_name(file[0]), file[1]
    form = recognise(data, name)
    if form is Format.OWN:
        version, submission = read_own(data, name, versions(scope, known.tenant))
        return _filled(
            scope, acts, known, version, tuple(submission.answers.values()),
            _("%(name)s, brought as a file") % {"name": name},
        )  # fmt: skip
    if known.brought.count() >= _MOST:
        raise BadInputError(_("too many files were brought"), remedy=_("nothing more is kept"))
    imported = read_any(data, name, form)
    if answers is not None:
        if form is not Format.VSAQ:
            raise BadInputError(
                _("a second file is for VSAQ only"), remedy=_("bring the questionnaire alone")
            )
        imported = add_vsaq_answers(imported, answers[1], plain_name(answers[0]))
    frozen = builtins(mvsp_version(data, name)) if form is Format.MVSP else None
    made = Brought.objects.create(
        tenant=known.tenant, vendor=known, format=form.value, title=imported.title[:200],
        file_name=name, sha256=hashlib.sha256(data).hexdigest(), body=builtins(imported),
        frozen=frozen, by=scope.viewer.name,
    )  # fmt: skip
    acts.keep("answers.bring", known, format=form.value, file=name, sha256=made.sha256[:16])
    return made


def usable(imported: Imported) -> list[tuple[TemplateVersion, Reuse]]:
    """What it gives for each of our own questionnaires, in the reader's language."""
    return [(version, reuse(imported, version)) for version in own_in(get_language() or "")]


def left_over(imported: Imported) -> list[tuple[ForeignQuestion, ForeignAnswer | None]]:
    """Their questions that speak to none of ours, even in our longest, with their answers."""
    longest = max(own_versions(), key=lambda each: len(each.questions))
    given = {each.id: each for each in imported.answers}
    return [(each, given.get(each.id)) for each in unmapped(imported, longest)]


@transaction.atomic
def use_anew(scope: Scope, address: str, reference: str, digest: str) -> Asking:
    """Make a questionnaire of ours from a file that was brought.

    Raises:
        Http404: The file is not the viewer's to use.
        BadInputError: There is no such questionnaire, or the file answers nothing of it.
    """
    kept = brought(scope, reference)
    acts = VendorActs(scope, address)
    version = next((each for each in own_versions() if each.digest == digest), None)
    if version is None:
        raise BadInputError(
            _("there is no such questionnaire"), remedy=_("choose one from the list")
        )
    answers = reuse(kept.imported, version).answers
    if not answers:
        raise BadInputError(
            _("the file answers none of these questions"), remedy=_("send the questionnaire")
        )
    return _filled(scope, acts, acts.held(kept.vendor.reference), version, answers, str(kept))


@transaction.atomic
def use_for(scope: Scope, address: str, reference: str, asking: str) -> tuple[Asking, int]:
    """Answer from a brought file what is unanswered in a questionnaire that is open.

    Raises:
        Http404: One of them is not the viewer's.
        BadInputError: It was handed in or closed, or belongs to another vendor.
    """
    kept = brought(scope, reference)
    target = held(scope, asking)
    if target.vendor_id != kept.vendor_id or target.handed_in or target.closed:
        raise BadInputError(
            _("answers cannot be added to it now"), remedy=_("choose one that is still open")
        )
    whole = Whole(target)
    done = _put(whole, reuse(kept.imported, whole.version).answers, str(kept), only_missing=True)
    recount(target)
    VendorActs(scope, address).keep(
        "answers.reuse", kept.vendor, questionnaire=target.reference, answers=done
    )
    return target, done


@transaction.atomic
def keep_as_questionnaire(scope: Scope, address: str, reference: str) -> TemplateVersion:
    """Keep an MVSP catalogue as a questionnaire that can be sent.

    Raises:
        Http404: The file is not the viewer's to use.
        BadInputError: It is none that can be sent.
    """
    kept = brought(scope, reference)
    if kept.frozen is None:
        raise BadInputError(
            _("only MVSP can be sent on"), remedy=_("send one of our own questionnaires")
        )
    version = msgspec.convert(kept.frozen, TemplateVersion)
    freeze(kept.tenant, version, scope.viewer.name)
    VendorActs(scope, address).keep(
        "answers.template", kept.vendor, template=version.id, digest=version.digest[:16]
    )
    return version


def _filled(
    scope: Scope, acts: VendorActs, vendor: Vendor, version: TemplateVersion,
    answers: tuple[Answer, ...], source: str,
) -> Asking:  # fmt: skip
    made = Asking.objects.create(
        tenant=vendor.tenant, vendor=vendor,
        version=freeze(vendor.tenant, version, scope.viewer.name), source=source[:200],
        created_by_id=scope.viewer.id or None, handed_in=timezone.now(),
    )  # fmt: skip
    _put(Whole(made), answers, source, only_missing=False)
    recount(made)
    acts.keep(
        "answers.fill", vendor, questionnaire=made.reference, source=source,
        answers=made.answered,
    )  # fmt: skip
    return made


def _put(whole: Whole, answers: tuple[Answer, ...], source: str, *, only_missing: bool) -> int:
    now = int(timezone.now().timestamp() * 1_000_000)
    done = 0
    for each in answers:
        there: Submission = whole.submission
        if each.reply is Reply.UNANSWERED and not each.note:
            continue
        if only_missing and there.answer(each.question).reply is not Reply.UNANSWERED:
            continue
        told = told_answer(whole, each, "", now, each.source or source)
        question = whole.version.question(each.question)
        if question is None or problem_of(question, told):
            continue
        Given.objects.update_or_create(
            asking=whole.asking, question=each.question,
            defaults={"tenant": whole.asking.tenant, "body": builtins(told)},
        )  # fmt: skip
        done += 1
    return done
