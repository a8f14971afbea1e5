"""Questionnaires of a package: the version checked by its digest, each answer against its question.

No link comes along. One that is still open waits until a reviewer sends a new link.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
from django.utils.translation import gettext as _

from midwatch.desk.answers.counting import recount
from midwatch.desk.answers.models import (
    Asking,
    Brought,
    Given,
    Judged,
    Paper,
    Remark,
    Version,
    builtins,
)
from midwatch.desk.answers.papers import kind_of, plain_name
from midwatch.desk.answers.sending import freeze
from midwatch.desk.vendors.models import new_reference
from midwatch.desk.vendors.scanning import scan
from midwatch.kernel import BadInputError
from midwatch.vendors.dossier import AnswerFile, FiledBrought, FiledQuestionnaire, Refused
from midwatch.vendors.questionnaires import TemplateVersion, new_submission
from midwatch.vendors.questionnaires.templates import make_version

if TYPE_CHECKING:
    from midwatch.desk.dossier.importing import Bringing

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _at(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else _at(micros)


def take_version(bringing: Bringing, told: TemplateVersion) -> bool:
    """Freeze a version, after its rules were checked."""
    make_version(told)
    there = Version.objects.filter(tenant=bringing.vendor.tenant, digest=told.digest).exists()
    freeze(bringing.vendor.tenant, told, bringing.acts.scope.viewer.name)
    return not there


def take_questionnaire(bringing: Bringing, told: FiledQuestionnaire) -> bool:
    """Take a questionnaire with its answers, verdicts, talk and files."""
    vendor = bringing.vendor
    created = _at(told.created)
    here = Asking.objects.filter(
        vendor=vendor, version__digest=told.digest, created=created
    ).first()
    if here is not None:
        bringing.ids[told.id] = here.reference
        return False
    version = Version.objects.filter(tenant=vendor.tenant, digest=told.digest).first()
    if version is None:
        raise BadInputError(
            _("the questionnaire it answers was not taken"), remedy=_("put that one right first")
        )
    frozen = version.frozen
    _check(frozen, told)
    made = Asking.objects.create(
        tenant=vendor.tenant, vendor=vendor, version=version, reference=new_reference(),
        name=told.name[:120], email=told.email[:254], message=told.message[:4000], due=told.due,
        source=told.source[:200], revoked=_moment(told.revoked),
        expires=_moment(bringing.acts.scope.now), handed_in=_moment(told.handed_in),
        handed_in_by=told.handed_in_by[:120], closed=_moment(told.closed),
        closed_by=told.closed_by[:254], conclusion=told.conclusion[:4000],
    )  # fmt: skip
    Asking.objects.filter(pk=made.pk).update(created=created)
    _take_answers(made, told)
    _take_files(bringing, made, told)
    recount(made)
    bringing.ids[told.id] = made.reference
    return True


def _check(version: TemplateVersion, told: FiledQuestionnaire) -> None:
    answers = [each.answer for each in told.given]
    new_submission(version, "", answers)
    named = [each.question for each in told.verdicts] + [each.question for each in told.files]
    named += [each.question for each in told.said if each.question]
    missing = next((each for each in named if version.question(each) is None), None)
    if missing is not None:
        raise BadInputError(
            _("it speaks of the question %(id)s, which is not asked") % {"id": missing[:60]},
            remedy=_("export it anew"),
        )
    for given in ([e.question for e in answers], [e.question for e in told.verdicts]):
        if len(set(given)) < len(given):
            raise BadInputError(_("a question is answered twice"), remedy=_("export it anew"))


def _take_answers(asking: Asking, told: FiledQuestionnaire) -> None:
    Given.objects.bulk_create(
        Given(
            tenant=asking.tenant, asking=asking, question=each.answer.question,
            body=builtins(each.answer), before=builtins(each.before),
        )
        for each in told.given
    )  # fmt: skip
    Judged.objects.bulk_create(
        Judged(
            tenant=asking.tenant, asking=asking, question=each.question, body=builtins(each)
        )
        for each in told.verdicts
    )  # fmt: skip
    for each in told.said:
        said = Remark.objects.create(
            tenant=asking.tenant, asking=asking, question=each.question, kind=each.kind.value,
            text=each.text[:4000], by=each.by[:254], settled=_moment(each.settled),
        )  # fmt: skip
        Remark.objects.filter(pk=said.pk).update(at=_moment(each.at))


def _take_files(bringing: Bringing, asking: Asking, told: FiledQuestionnaire) -> None:
    """A file that cannot be taken is refused alone; the answers are worth having without it."""
    number = bringing.records.questionnaires.index(told)
    for spot, each in enumerate(told.files):
        try:
            _take_file(bringing, asking, each)
        except BadInputError as error:
            place = f"questionnaires[{number}].files[{spot}]"
            bringing.report.refused.append(Refused(place, error.cause))


def _take_file(bringing: Bringing, asking: Asking, told: AnswerFile) -> None:
    data = bringing.package.document(told.sha256)
    kind, clean = kind_of(data), scan(data)
    if asking.papers.filter(question=told.question, sha256=told.sha256).exists():
        return
    made = Paper.objects.create(
        tenant=asking.tenant, asking=asking, reference=new_reference(), question=told.question,
        name=plain_name(told.name), kind=kind, size=len(data), sha256=told.sha256, data=data,
        by=told.by[:254], filed=bringing.now_called(told.filed),
        scan=Paper.Scan.CLEAN if clean else Paper.Scan.NOT_SCANNED,
    )  # fmt: skip
    Paper.objects.filter(pk=made.pk).update(at=_moment(told.at))
    bringing.ids[told.id] = made.reference


def take_brought(bringing: Bringing, told: FiledBrought) -> bool:
    """Take a questionnaire of another kind."""
    vendor = bringing.vendor
    if vendor.brought.filter(sha256=told.sha256).exists():
        return False
    if told.version is not None:
        make_version(told.version)
    made = Brought.objects.create(
        tenant=vendor.tenant, vendor=vendor, reference=new_reference(),
        format=told.imported.format.value[:16], title=told.imported.title[:200],
        file_name=plain_name(told.file_name), sha256=told.sha256[:64], by=told.by[:254],
        body=msgspec.to_builtins(told.imported),
        frozen=None if told.version is None else msgspec.to_builtins(told.version),
    )  # fmt: skip
    Brought.objects.filter(pk=made.pk).update(at=_moment(told.at))
    return True
