"""What the reviewer writes: verdicts, notes, questions back, the conclusion."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPException
from typing import Final

from django.core.mail import send_mail
from django.db import transaction
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.asked import client_called
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.answers import links
from midwatch.desk.answers.counting import recount
from midwatch.desk.answers.models import Asking, Judged, Paper, Remark, builtins
from midwatch.desk.answers.selectors import Whole
from midwatch.desk.answers.sending import held
from midwatch.desk.answers.speaking import spoken_to
from midwatch.desk.vendors.papers import Brought as EvidenceBrought
from midwatch.desk.vendors.papers import file_paper
from midwatch.kernel import BadInputError
from midwatch.vendors.evidence import EvidenceKind
from midwatch.vendors.questionnaires import Judgement, Verdict, put_verdict

_TIME_TO_ANSWER: Final = timedelta(days=14)


@transaction.atomic
def judge(
    scope: Scope, address: str, reference: str, question: str, judgement: str, why: str = ""
) -> Asking:
    """Put a verdict beside an answer; an empty ``judgement`` takes it away.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
        BadInputError: It was not handed in, is closed, or the verdict lacks its reason.
    """
    asking = _open(scope, reference)
    if asking.handed_in is None:
        raise BadInputError(_("the vendor still answers"), remedy=_("wait until it was handed in"))
    whole = Whole(asking)
    if not judgement:
        Judged.objects.filter(asking=asking, question=question).delete()
    else:
        try:
            chosen = Judgement(judgement)
        except ValueError as error:
            raise BadInputError(
                _("there is no such verdict"), remedy=_("choose one from the list")
            ) from error
        verdict = Verdict(
            question=question, judgement=chosen, by=scope.viewer.name, at=scope.now,
            why=why.replace("\0", "").strip()[:4000],
        )  # fmt: skip
        put_verdict(whole.submission, whole.version, verdict)
        Judged.objects.update_or_create(
            asking=asking, question=question,
            defaults={"tenant": asking.tenant, "body": builtins(verdict)},
        )  # fmt: skip
    recount(asking)
    _keep(scope, address, "answers.judge", asking, question=question, judgement=judgement)
    return asking


@transaction.atomic
def remark(scope: Scope, address: str, reference: str, question: str, text: str) -> Remark:
    """A note that only the client's people read.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
        BadInputError: Nothing is written, or there is no such question.
    """
    asking = held(scope, reference)
    made = _said(scope, asking, question, text, Remark.Kind.NOTE)
    _keep(scope, address, "answers.note", asking, question=question)
    return made


@transaction.atomic
def ask_back(scope: Scope, address: str, reference: str, question: str, text: str) -> Remark:
    """Ask the vendor about an answer: it can change that one and say something.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
        BadInputError: It was not handed in, nobody can be asked, or nothing is written.
    """
    asking = _open(scope, reference)
    if asking.handed_in is None:
        raise BadInputError(_("the vendor still answers"), remedy=_("wait until it was handed in"))
    if not asking.links.filter(section="", revoked=None).exists():
        raise BadInputError(
            _("there is nobody who could answer"), remedy=_("make a link for somebody first")
        )
    made = _said(scope, asking, question, text, Remark.Kind.BACK)
    asking.expires = max(asking.expires or made.at, made.at + _TIME_TO_ANSWER)
    asking.save(update_fields=["expires"])
    asking.links.filter(revoked=None, expires__lt=asking.expires).update(expires=asking.expires)
    recount(asking)
    _keep(scope, address, "answers.ask_back", asking, question=question)
    _tell(asking, scope.viewer.name)
    return made


@transaction.atomic
def file_as_evidence(scope: Scope, address: str, reference: str, paper: str, kind: str) -> Paper:
    """File a paper that was given with an answer among the vendor's evidence.

    Raises:
        Http404: The questionnaire is not the viewer's to judge, or has no such paper.
        BadInputError: It is filed already, or there is no such kind of evidence.
    """
    asking = held(scope, reference)
    found = asking.papers.filter(reference=paper).first()
    if found is None:
        raise Http404
    if found.filed:
        raise BadInputError(
            _("it is filed already"), remedy=_("look among the papers of the vendor")
        )
    if kind not in list(EvidenceKind):
        raise BadInputError(_("there is no such kind"), remedy=_("choose one from the list"))
    made = file_paper(
        asking.vendor,
        EvidenceBrought(
            kind=EvidenceKind(kind), title=found.name, received=found.at.date(),
            data=bytes(found.data), file_name=found.name,
        ),
        by=found.by,
    )  # fmt: skip
    found.filed = made.reference
    found.save(update_fields=["filed"])
    _keep(scope, address, "answers.file", asking, paper=found.reference, evidence=made.reference)
    return found


@transaction.atomic
def settle(scope: Scope, address: str, reference: str, number: int) -> Asking:
    """Take a question back that the vendor need not answer any more.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
    """
    asking = held(scope, reference)
    asking.remarks.filter(pk=number, kind=Remark.Kind.BACK, settled=None).update(
        settled=timezone.now()
    )
    recount(asking)
    _keep(scope, address, "answers.settle", asking)
    return asking


@transaction.atomic
def reopen(scope: Scope, address: str, reference: str) -> Asking:
    """Let the vendor answer again, or judge again what was closed.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
        BadInputError: It is open.
    """
    asking = held(scope, reference)
    if asking.closed is not None:
        asking.closed, asking.closed_by = None, ""
    elif asking.handed_in is not None and asking.links.exists():
        asking.handed_in, asking.handed_in_by = None, ""
        asking.expires = max(asking.expires or timezone.now(), timezone.now() + _TIME_TO_ANSWER)
        asking.links.filter(revoked=None, expires__lt=asking.expires).update(expires=asking.expires)
    else:
        raise BadInputError(_("it is open already"), remedy=_("look at the page again"))
    asking.save()
    _keep(scope, address, "answers.reopen", asking)
    return asking


@transaction.atomic
def close(scope: Scope, address: str, reference: str, conclusion: str) -> Asking:
    """Say what came of it. The score stands as it is then.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
        BadInputError: It was not handed in, or nothing is concluded.
    """
    asking = _open(scope, reference)
    said = conclusion.replace("\0", "").strip()[:4000]
    if asking.handed_in is None:
        raise BadInputError(
            _("the vendor still answers"), remedy=_("wait until it was handed in, or take it back")
        )
    if not said:
        raise BadInputError(
            _("a review ends with a sentence"), remedy=_("say what you conclude, and why")
        )
    asking.closed, asking.closed_by = timezone.now(), scope.viewer.name
    asking.conclusion = said
    asking.save(update_fields=["closed", "closed_by", "conclusion"])
    recount(asking)
    _keep(scope, address, "answers.close", asking, arithmetic=asking.arithmetic)
    return asking


def _open(scope: Scope, reference: str) -> Asking:
    asking = held(scope, reference)
    if asking.closed is not None:
        raise BadInputError(_("the review is closed"), remedy=_("open it again first"))
    return asking


def _said(scope: Scope, asking: Asking, question: str, text: str, kind: Remark.Kind) -> Remark:
    said = text.replace("\0", "").strip()[:4000]
    if not said:
        raise BadInputError(_("nothing is written"), remedy=_("say a sentence"))
    if question and asking.version.frozen.question(question) is None:
        raise BadInputError(_("there is no such question"), remedy=_("look at the page again"))
    if kind is Remark.Kind.BACK and not question:
        raise BadInputError(
            _("a question back is about one answer"), remedy=_("ask it at that answer")
        )
    return Remark.objects.create(
        tenant=asking.tenant, asking=asking, question=question, kind=kind, text=said,
        by=scope.viewer.name,
    )  # fmt: skip


def _tell(asking: Asking, by: str) -> None:
    """A mail that something was asked back; that it did not leave stops nothing."""
    if not (asking.email and links.mail_works()):
        return
    client = client_called(asking.tenant)
    words = {"asking": asking, "client": client, "by": by}
    with spoken_to(asking):
        subject = " ".join((_("%(client)s asks something back") % {"client": client}).split())
        text = render_to_string("answers/back_mail.txt", words)
    try:
        send_mail(subject, text, None, [asking.email])
    except (OSError, SMTPException):
        return


def _keep(scope: Scope, address: str, verb: str, asking: Asking, **detail: object) -> None:
    VendorActs(scope, address).keep(verb, asking.vendor, questionnaire=asking.reference, **detail)
