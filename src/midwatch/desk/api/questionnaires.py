"""Operations on questionnaires that vendors answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

from django.utils import timezone
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.answers import judging, sending
from midwatch.desk.answers.models import Asking, State
from midwatch.desk.answers.selectors import Row, Whole, askings
from midwatch.desk.answers.selectors import asking as asking_of
from midwatch.desk.api.auth import needs
from midwatch.desk.api.paging import Limit, Offset, Piece, next_address
from midwatch.desk.api.shapes import Name, Sentence
from midwatch.vendors.questionnaires import Judgement, Line, Reply

router = Router(tags=["Questionnaires"])
_REFERENCE: Final = "^[0-9a-z]{10}$"
Questionnaire = Annotated[
    str, Path(pattern=_REFERENCE, description="Its reference.", examples=["7f3k2m9q4x"])
]


class QuestionnaireShape(Schema):
    """A questionnaire that was sent, or made of a file. Its link is never given out again."""

    id: str = Field(examples=["7f3k2m9q4x"])
    client: str
    vendor: str = Field(description="The vendor's reference.")
    title: str
    version: str
    digest: str = Field(description="SHA-256 of all that was asked.")
    state: State
    source: str = Field(description="The file it was made of; empty: it was sent.")
    due: date | None
    handed_in: datetime | None
    handed_in_by: str
    asked: int
    answered: int
    judged: int
    score: float | None = Field(description="0 to 100.")
    arithmetic: str = Field(examples=["49.5 of 104 points = 47.6"])
    conclusion: str

    @staticmethod
    def fields_of(asking: Asking) -> dict[str, Any]:
        """The shape's fields."""
        return {
            "id": asking.reference, "client": asking.tenant, "vendor": asking.vendor.reference,
            "title": asking.version.title, "version": asking.version.version,
            "digest": asking.version.digest, "state": asking.state(timezone.now()),
            "source": asking.source, "due": asking.due, "handed_in": asking.handed_in,
            "handed_in_by": asking.handed_in_by, "asked": asking.asked,
            "answered": asking.answered, "judged": asking.judged,
            "score": None if asking.score is None else float(asking.score),
            "arithmetic": asking.arithmetic, "conclusion": asking.conclusion,
        }  # fmt: skip


class AnswerShape(Schema):
    """A question, what the vendor answered, what was judged, and what it is worth."""

    question: str = Field(examples=["breach.call-24h"])
    text: str
    section: str
    asked: bool = Field(description="Whether the answers so far call for it.")
    reply: Reply
    value: str
    note: str
    source: str
    papers: list[str] = Field(description="SHA-256 of the files given with it.")
    verdict: Judgement | None
    why: str
    weight: int
    points: float | None = Field(description="Empty: it is not counted.")
    because: str

    @staticmethod
    def fields_of(row: Row, section: str, line: Line | None) -> dict[str, Any]:
        """The shape's fields."""
        return {
            "question": row.question.id, "text": row.question.text, "section": section,
            "asked": row.asked, "reply": row.answer.reply, "value": row.answer.value,
            "note": row.answer.note, "source": row.answer.source,
            "papers": [paper.sha256 for paper in row.papers],
            "verdict": None if row.verdict is None else row.verdict.judgement,
            "why": "" if row.verdict is None else row.verdict.why,
            "weight": row.question.weight,
            "points": None if line is None or not line.counted else float(line.points),
            "because": "" if line is None else line.because.value,
        }  # fmt: skip


class WholeQuestionnaire(QuestionnaireShape):
    """With every answer."""

    contradictions: list[str]
    answers: list[AnswerShape]

    @staticmethod
    def of(asking: Asking) -> dict[str, Any]:
        """All of one questionnaire."""
        whole = Whole(asking)
        lines = {line.question.id: line for line in whole.score.lines}
        return {
            **QuestionnaireShape.fields_of(asking),
            "contradictions": list(whole.contradictions),
            "answers": [
                AnswerShape.fields_of(row, part.title, lines.get(row.question.id))
                for part in whole.parts
                for row in part.rows
            ],
        }


class NewQuestionnaire(Schema):
    """What is to be sent to whom."""

    vendor: Annotated[str, StringConstraints(pattern=_REFERENCE)] = Field(
        description="The vendor's reference."
    )
    template: Annotated[str, StringConstraints(max_length=64)] = Field(
        "midwatch-short", description="Its id (the newest version is sent) or its digest."
    )
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = Field(
        "",
        description="Of our own by its id: de, or en, which is sent unless told.",
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
    email: Annotated[
        str, StringConstraints(max_length=240, pattern=r"^([^\s@\x00]+@[^\s@\x00]+)?$")
    ] = ""
    message: Sentence = ""
    days: int = Field(45, ge=1, le=180, description="How long the link opens.")
    by_mail: bool = False


class SentQuestionnaire(QuestionnaireShape):
    """With its link, told this once; empty where it was mailed."""

    link: str


class NewVerdict(Schema):
    """A verdict on one answer."""

    question: Annotated[str, StringConstraints(max_length=120)] = Field(
        examples=["breach.call-24h"]
    )
    judgement: Judgement
    why: Sentence = Field("", description="Needed for anything but acceptance.")


@router.get("", response=Piece[QuestionnaireShape], summary="List questionnaires")
@needs(Permission.VENDORS_SEE)
def list_questionnaires(
    request: DeskRequest,
    client: Annotated[Name | None, Query(description="Only this client's.")] = None,
    vendor: Annotated[
        str | None, Query(pattern=_REFERENCE, description="Only this vendor's.")
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, object]:
    """The newest first."""
    found = askings(request.scope, client)
    if vendor is not None:
        found = found.filter(vendor=request.scope.vendors.one(vendor))
    total = found.count()
    return {
        "total": total,
        "next": next_address(request, limit, offset, total),
        "items": [QuestionnaireShape.fields_of(each) for each in found[offset : offset + limit]],
    }


@router.get("/{questionnaire}", response=WholeQuestionnaire, summary="One questionnaire")
@needs(Permission.VENDORS_SEE)
def get_questionnaire(request: DeskRequest, questionnaire: Questionnaire) -> dict[str, Any]:
    """With every answer, its verdict and its part of the sum."""
    return WholeQuestionnaire.of(asking_of(request.scope, questionnaire))


@router.post("", response={201: SentQuestionnaire}, summary="Send a questionnaire")
@needs(Permission.VENDORS_RUN)
def send_questionnaire(request: DeskRequest, given: NewQuestionnaire) -> Status[dict[str, Any]]:
    """Freeze its version and make its link; a code opens it besides."""
    vendor = request.scope.vendors.judged(given.vendor)
    known = sending.versions(request.scope, vendor.tenant)
    wanted = "" if given.language == "en" else given.language
    named = (
        version.digest for version in known
        if given.template == version.digest
        or (given.template, wanted) == (version.id, version.language)
    )  # fmt: skip
    asking, made = sending.send(
        request.scope, address_of(request), given.vendor,
        sending.Wish(
            template=next(named, ""), name=given.name, email=given.email,
            message=given.message, days=given.days, by_mail=given.by_mail,
        ),
    )  # fmt: skip
    link = "" if given.by_mail else made.url
    return Status(201, {**QuestionnaireShape.fields_of(asking), "link": link})


@router.post("/{questionnaire}/verdicts", response=WholeQuestionnaire, summary="Judge an answer")
@needs(Permission.VENDORS_RUN)
def judge_answer(
    request: DeskRequest, questionnaire: Questionnaire, given: NewVerdict
) -> dict[str, Any]:
    """Beside the vendor's answer, which stays."""
    judging.judge(
        request.scope, address_of(request), questionnaire, given.question,
        given.judgement.value, given.why,
    )  # fmt: skip
    return WholeQuestionnaire.of(asking_of(request.scope, questionnaire))


@router.delete("/{questionnaire}/links", response=QuestionnaireShape, summary="Take it back")
@needs(Permission.VENDORS_RUN)
def revoke_questionnaire(request: DeskRequest, questionnaire: Questionnaire) -> dict[str, Any]:
    """Its links open nothing any more; what was answered is kept."""
    sending.revoke(request.scope, address_of(request), questionnaire)
    return QuestionnaireShape.fields_of(asking_of(request.scope, questionnaire))
