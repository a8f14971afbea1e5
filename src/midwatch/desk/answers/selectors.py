"""Reads questionnaires: as the viewer may, or as the holder of a link may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from django.db.models import QuerySet
from django.http import Http404

from midwatch.desk.answers.models import Asking, Brought, Given, Paper, Remark
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.questionnaires import (
    Answer,
    Question,
    Reply,
    Score,
    Submission,
    TemplateVersion,
    Verdict,
    contradictions,
    is_asked,
    score_of,
)

if TYPE_CHECKING:
    from midwatch.desk.access.scope import Scope


@dataclass(frozen=True, slots=True)
class Row:
    """A question with all that was said to it. ``asked``: the answers so far call for it."""

    question: Question
    answer: Answer
    verdict: Verdict | None
    asked: bool
    papers: tuple[Paper, ...]
    remarks: tuple[Remark, ...]
    before: tuple[Answer, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether anything was replied."""
        return self.answer.reply is not Reply.UNANSWERED

    @property
    def open_back(self) -> bool:
        """Whether a question back waits for the vendor."""
        return any(each.kind == Remark.Kind.BACK and not each.settled for each in self.remarks)


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its rows. ``answered`` of ``asked`` questions have an answer."""

    id: str
    title: str
    intro: str
    rows: tuple[Row, ...]

    @property
    def asked(self) -> int:
        """How many questions the answers so far call for."""
        return sum(row.asked for row in self.rows)

    @property
    def answered(self) -> int:
        """How many of those have an answer."""
        return sum(row.asked and row.answered for row in self.rows)

    @property
    def open_back(self) -> int:
        """How many questions back wait for the vendor."""
        return sum(row.open_back for row in self.rows)


class Whole:
    """A questionnaire with its version, answers, verdicts, papers and talk, read once."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.version: TemplateVersion = asking.version.frozen

    @cached_property
    def submission(self) -> Submission:
        """The answers and verdicts as the pure room reads them."""
        return Submission(
            id=self.asking.reference, vendor=self.asking.vendor.reference,
            template=self.version.id, version=self.version.version, digest=self.version.digest,
            answers={each.question: each.answer for each in self._given},
            verdicts={each.question: each.verdict for each in self.asking.verdicts.all()},
            received=None if self.asking.handed_in is None
            else int(self.asking.handed_in.timestamp() * 1_000_000),
            source=self.asking.source,
        )  # fmt: skip

    @cached_property
    def _given(self) -> list[Given]:
        return list(self.asking.given.all())

    @cached_property
    def score(self) -> Score:
        """The score with all of its arithmetic."""
        return score_of(self.version, self.submission)

    @cached_property
    def contradictions(self) -> tuple[str, ...]:
        """Answers that cannot all be true, as sentences."""
        return tuple(each.says for each in contradictions(self.version, self.submission))

    @cached_property
    def papers(self) -> Mapping[str, tuple[Paper, ...]]:
        """The papers by question, without their bytes."""
        found: dict[str, tuple[Paper, ...]] = {}
        for paper in self.asking.papers.defer("data"):
            found[paper.question] = (*found.get(paper.question, ()), paper)
        return found

    @cached_property
    def remarks(self) -> Mapping[str, tuple[Remark, ...]]:
        """All that was said, by question; under an empty one what is about the whole."""
        found: dict[str, tuple[Remark, ...]] = {}
        for remark in self.asking.remarks.all():
            found[remark.question] = (*found.get(remark.question, ()), remark)
        return found

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The sections with everything in them."""
        before = {
            each.question: tuple(_answers(each.before)) for each in self._given if each.before
        }
        return tuple(
            Part(
                section.id, section.title, section.intro,
                tuple(
                    Row(
                        question, self.submission.answer(question.id),
                        self.submission.verdicts.get(question.id),
                        is_asked(self.version, self.submission, question),
                        self.papers.get(question.id, ()), self.remarks.get(question.id, ()),
                        before.get(question.id, ()),
                    )
                    for question in section.question
                ),
            )
            for section in self.version.sections
        )  # fmt: skip

    def part(self, section: str) -> Part:
        """One section.

        Raises:
            Http404: There is none of that name.
        """
        found = next((each for each in self.parts if each.id == section), None)
        if found is None:
            raise Http404
        return found

    @property
    def asked(self) -> int:
        """How many questions the answers so far call for."""
        return sum(part.asked for part in self.parts)

    @property
    def answered(self) -> int:
        """How many of those have an answer."""
        return sum(part.answered for part in self.parts)


def _answers(kept: list[object]) -> list[Answer]:
    return [msgspec.convert(each, Answer) for each in kept]


# ------------------------------------------------------------ who has an account


def askings(scope: Scope, tenant: str | None = None) -> QuerySet[Asking]:
    """The questionnaires of one client's vendors, or of all the viewer's; the newest first.

    Raises:
        Http404: That client is not the viewer's.
    """
    vendors = scope.vendors.all(tenant)
    return Asking.objects.filter(vendor__in=vendors).select_related("vendor", "version")


def of_vendor(scope: Scope, vendor: Vendor) -> QuerySet[Asking]:
    """The questionnaires of one vendor, the newest first.

    Raises:
        Http404: The vendor is not the viewer's.
    """
    known = scope.vendors.one(vendor.reference)
    return Asking.objects.filter(vendor=known).select_related("vendor", "version")


def asking(scope: Scope, reference: str, *, judge: bool = False) -> Asking:
    """One questionnaire; to ``judge`` it, or only to read.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = (
        Asking.objects.select_related("vendor", "version", "created_by")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    vendors = scope.vendors
    (vendors.judged if judge else vendors.one)(found.vendor.reference)
    return found


def brought(scope: Scope, reference: str) -> Brought:
    """A file that was brought.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = Brought.objects.select_related("vendor").filter(reference=reference).first()
    if found is None:
        raise Http404
    scope.vendors.judged(found.vendor.reference)
    return found


def latest(scope: Scope, vendor: Vendor) -> Whole | None:
    """The newest questionnaire of a vendor that was handed in or brought; None: there is none."""
    found = of_vendor(scope, vendor).filter(revoked=None)
    chosen = found.exclude(handed_in=None).order_by("-handed_in").first()
    return None if chosen is None else Whole(chosen)


def may_read_notes(scope: Scope, vendor: Vendor) -> bool:
    """Whether the viewer reads what the client's people say among themselves.

    The provider's people do not read what is said about themselves.
    """
    return not (vendor.is_provider and scope.viewer.provider)
