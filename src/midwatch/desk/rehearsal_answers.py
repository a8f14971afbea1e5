"""Questionnaires of both rehearsed clients' vendors, to rehearse with. Needs Django set up.

Each client's first vendor has handed one in, with a paper and talk; another one is being answered
behind a link whose token is fixed; a file was brought.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from typing import Final

from django.conf import settings
from django.utils import timezone

from midwatch.desk.answers.counting import recount
from midwatch.desk.answers.models import (
    Asking,
    Brought,
    Given,
    Judged,
    Link,
    Paper,
    Remark,
    Version,
    builtins,
)
from midwatch.desk.people.tokens import digest_of
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.questionnaires import (
    Answer,
    Judgement,
    Kind,
    Reply,
    TemplateVersion,
    Verdict,
    short_questionnaire,
)
from midwatch.vendors.questionnaires.formats import ForeignAnswer, ForeignQuestion, Format, Imported

HANDED_IN: Final = {"bakery": "bkquest001", "forge": "frgquest01"}
OPEN: Final = {"bakery": "bkquest002", "forge": "frgquest02"}
BROUGHT: Final = {"bakery": "bkbrght001", "forge": "frgbrght01"}
PAPERS: Final = {"bakery": "bkpaper001", "forge": "frgpaper01"}
TOKENS: Final = {each: f"mwq_{each:_<43}" for each in ("bakery", "forge")}
"""Of links to the open ones, for pages alone: nobody could guess a real one."""
_PDF: Final = b"%PDF-1.4\n"
HOSTILE: Final = "<script>alert(1)</script> =HYPERLINK(1) \u202egpj.exe"


def furnish_questionnaires(vendor: Vendor) -> Asking:
    """See the module; the one that was handed in is given back."""
    tenant = vendor.tenant
    version = short_questionnaire()
    kept = Version.objects.create(
        tenant=tenant, digest=version.digest, template=version.id, version=version.version,
        title=version.title, minutes=version.minutes, body=builtins(version),
        created_by=f"owner of {tenant}",
    )  # fmt: skip
    moment = timezone.now()
    done = Asking.objects.create(
        tenant=tenant, reference=HANDED_IN[tenant], vendor=vendor, version=kept,
        name=f"Vera of {tenant}", email=f"vera@{tenant}-vendor.example",
        expires=moment + timedelta(days=30), handed_in=moment - timedelta(hours=3),
        handed_in_by=f"Vera of {tenant}",
    )  # fmt: skip
    _answer(done, version, every=1)
    Paper.objects.create(
        tenant=tenant, asking=done, reference=PAPERS[tenant], question=version.questions[0].id,
        name=f"policy of {tenant}.pdf", kind="application/pdf", size=len(_PDF),
        sha256=sha256(_PDF).hexdigest(), scan=Paper.Scan.NOT_SCANNED, data=_PDF, by="Vera",
    )  # fmt: skip
    verdict = Verdict(
        question=version.questions[1].id, judgement=Judgement.PARTLY, by=f"owner of {tenant}",
        at=int(moment.timestamp() * 1_000_000), why="The paper is two years old.",
    )  # fmt: skip
    Judged.objects.create(
        tenant=tenant, asking=done, question=verdict.question, body=builtins(verdict)
    )
    Remark.objects.create(
        tenant=tenant, asking=done, question=version.questions[1].id, kind=Remark.Kind.NOTE,
        text=f"ask again at {tenant}'s review", by=f"owner of {tenant}",
    )  # fmt: skip
    _link(done, digest_of(f"handed in {tenant}"))
    open_one = Asking.objects.create(
        tenant=tenant, reference=OPEN[tenant], vendor=vendor, version=kept,
        name=f"Vera of {tenant}", due=(moment + timedelta(days=14)).date(),
        message=f"Please answer until the board of {tenant} meets.",
        expires=moment + timedelta(days=30),
    )  # fmt: skip
    _answer(open_one, version, every=3)
    _link(open_one, digest_of(TOKENS[tenant]))
    for each in (done, open_one):
        recount(each)
    _bring(vendor)
    return done


def opened_in(session_key: str, tenant: str) -> None:
    """Have the browser of that session opened the client's open questionnaire by a code."""
    link = Link.objects.get(digest=digest_of(TOKENS[tenant]))
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    session["questionnaires"] = {str(link.pk): (timezone.now() + timedelta(hours=2)).timestamp()}
    session.save()


def _answer(asking: Asking, version: TemplateVersion, *, every: int) -> None:
    at = int(timezone.now().timestamp() * 1_000_000)
    for number, question in enumerate(version.questions):
        if number % every:
            continue
        value = ""
        reply = (Reply.YES, Reply.YES, Reply.NO, Reply.NOT_APPLICABLE)[number % 4]
        if question.kind is not Kind.YES_NO:
            reply, value = Reply.STATED, "24"
            if question.kind is Kind.CHOICE:
                value = question.choices[0].word
            elif question.kind is Kind.TEXT:
                value = f"As agreed with {asking.tenant}. {HOSTILE}"
        answer = Answer(
            question=question.id, reply=reply, value=value, by="Vera", at=at,
            note=HOSTILE if number % 5 == 0 else "",
        )  # fmt: skip
        Given.objects.create(
            tenant=asking.tenant, asking=asking, question=question.id, body=builtins(answer)
        )


def _link(asking: Asking, digest: str) -> None:
    Link.objects.create(
        tenant=asking.tenant, asking=asking, digest=digest, name=asking.name,
        email=asking.email, created_by="the client", expires=timezone.now() + timedelta(days=30),
    )  # fmt: skip


def _bring(vendor: Vendor) -> None:
    questions = tuple(
        ForeignQuestion(id=f"{control}.1", text=f"Is {control} in place?", section=control[:3])
        for control in ("HRS-01", "IAM-13", "GRC-01", "GRC-03", "TVM-04")
    )
    imported = Imported(
        format=Format.CAIQ, title=f"CAIQ of {vendor.tenant}", version="4.0.3", questions=questions,
        answers=tuple(
            ForeignAnswer(id=each.id, reply=Reply.YES, note=HOSTILE) for each in questions
        ),
    )  # fmt: skip
    Brought.objects.create(
        tenant=vendor.tenant, vendor=vendor, reference=BROUGHT[vendor.tenant], format="caiq",
        title=imported.title, file_name=f"caiq-{vendor.tenant}.xlsx", sha256=digest_of("caiq"),
        body=builtins(imported), by=f"owner of {vendor.tenant}",
    )  # fmt: skip
