"""A vendor's whole file as one ZIP: every record and every document, and no secret."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Final

import msgspec

from midwatch import __version__
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.answers.models import Asking
from midwatch.desk.answers.models import Paper as AnswerPaper
from midwatch.desk.vendors.judging import newest_policy
from midwatch.desk.vendors.models import Paper, Vendor
from midwatch.desk.vendors.papers import bytes_of
from midwatch.kernel import BadInputError
from midwatch.vendors.dossier import (
    FORMAT,
    VERSION,
    AnswerFile,
    AnswerGiven,
    FiledBrought,
    FiledContract,
    FiledDrill,
    FiledFacts,
    FiledPaper,
    FiledQuestionnaire,
    Manifest,
    Records,
    Said,
    write_package,
)
from midwatch.vendors.dossier.records import SaidKind
from midwatch.vendors.finance.statements import Business
from midwatch.vendors.questionnaires import Answer, TemplateVersion

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def export_file(acts: VendorActs, reference: str, sink: IO[bytes]) -> Manifest:
    """Write a vendor's whole file; kept in the record.

    Who may judge the vendor may take its file along: what the client's people said among
    themselves is in it.

    Raises:
        Http404: There is no such vendor, or not for this viewer to judge.
        BadInputError: A document is gone or was changed, or the file would be too large.
    """
    vendor = acts.scope.vendors.judged(reference)
    tenant = acts.scope.tenant(vendor.tenant, Permission.VENDORS_SEE)
    head = Manifest(
        format=FORMAT, version=VERSION, made=acts.scope.now, software=f"Midwatch {__version__}",
        vendor=vendor.name, client=tenant.title, records="",
    )  # fmt: skip
    made = write_package(sink, head, records_of(vendor), document_of(vendor))
    acts.keep("vendor.export_file", vendor, records=made.records, documents=len(made.documents))
    return made


def document_of(vendor: Vendor) -> Callable[[str], bytes]:
    """Gives a vendor's documents by their SHA-256."""

    def find(sha256: str) -> bytes:
        filed = vendor.papers.filter(sha256=sha256).first()
        if filed is not None:
            return bytes_of(filed)
        given = AnswerPaper.objects.filter(asking__vendor=vendor, sha256=sha256).first()
        if given is None:
            raise BadInputError("a document is gone", remedy="bring it back from a backup")
        return bytes(given.data)

    return find


def records_of(vendor: Vendor) -> Records:
    """All that is on file about a vendor."""
    askings = list(
        Asking.objects.filter(vendor=vendor).select_related("version", "created_by").order_by("pk")
    )
    findings = list(vendor.findings.order_by("pk").prefetch_related("measures"))
    measures = [each.struct for finding in findings for each in finding.measures.order_by("pk")]
    return Records(
        vendor=vendor.file,
        business=Business(vendor.business),
        is_provider=vendor.is_provider,
        recurrence=vendor.rule,
        choices_left=vendor.candidacies.count(),
        services=_structs(vendor.services),
        statements=_structs(vendor.statements),
        papers=tuple(_paper(each) for each in vendor.papers.order_by("pk")),
        contracts=tuple(
            FiledContract(contract=each.struct, exposure=each.exposed)
            for each in vendor.contracts.order_by("pk")
        ),
        findings=tuple(each.struct for each in findings),
        policies=tuple(
            newest_policy(vendor.tenant, each).struct
            for each in sorted({measure.policy for measure in measures})
        ),
        measures=tuple(measures),
        reviews=_structs(vendor.reviews),
        drills=tuple(_drill(each) for each in vendor.drills.order_by("pk")),
        promises=_structs(vendor.promises),
        sightings=_structs(vendor.sightings),
        versions=tuple(
            {each.version.digest: each.version.frozen for each in askings}.values()
        ),
        questionnaires=tuple(_asking(each) for each in askings),
        brought=tuple(
            FiledBrought(
                imported=each.imported, file_name=each.file_name, sha256=each.sha256,
                at=micros(each.at), by=each.by,
                version=None
                if each.frozen is None
                else msgspec.convert(each.frozen, TemplateVersion),
            )
            for each in vendor.brought.order_by("pk")
        ),
        holdings=tuple(each.held for each in vendor.holdings.order_by("pk")),
        facts=tuple(
            FiledFacts(
                facts=each.facts, key=each.key, sha256=each.sha256,
                paper="" if each.paper is None else each.paper.reference,
                received=micros(each.received), received_by=each.received_by,
            )
            for each in vendor.service_facts.select_related("paper").order_by("pk")
        ),
    )  # fmt: skip


def micros(moment: datetime) -> int:
    """UTC microseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _maybe(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def _structs(parts: Any) -> tuple[Any, ...]:  # noqa: ANN401  # any list of a vendor's parts
    return tuple(each.struct for each in parts.order_by("pk"))


def _paper(paper: Paper) -> FiledPaper:
    return FiledPaper(evidence=paper.struct, soc=paper.review, brought_by=paper.brought_by)


def _drill(drill: Any) -> FiledDrill:  # noqa: ANN401  # one of the models
    return FiledDrill(
        contact=drill.contact, mail=drill.mail, sent_by=drill.sent_by, sent=micros(drill.sent),
        expires=micros(drill.expires), answered=_maybe(drill.answered), by=drill.by,
    )  # fmt: skip


def _asking(asking: Asking) -> FiledQuestionnaire:
    return FiledQuestionnaire(
        id=asking.reference, digest=asking.version.digest, created=micros(asking.created),
        created_by=str(asking.created_by or ""), name=asking.name, email=asking.email,
        message=asking.message, due=asking.due, source=asking.source,
        revoked=_maybe(asking.revoked), handed_in=_maybe(asking.handed_in),
        handed_in_by=asking.handed_in_by, closed=_maybe(asking.closed),
        closed_by=asking.closed_by, conclusion=asking.conclusion,
        given=tuple(
            AnswerGiven(
                answer=each.answer, before=tuple(msgspec.convert(each.before, list[Answer]))
            )
            for each in asking.given.order_by("pk")
        ),
        verdicts=tuple(each.verdict for each in asking.verdicts.order_by("pk")),
        said=tuple(
            Said(
                kind=SaidKind(each.kind), text=each.text, by=each.by, at=micros(each.at),
                question=each.question, settled=_maybe(each.settled),
            )
            for each in asking.remarks.order_by("pk")
        ),
        files=tuple(
            AnswerFile(
                id=each.reference, question=each.question, name=each.name, sha256=each.sha256,
                by=each.by, at=micros(each.at), filed=each.filed,
            )
            for each in asking.papers.defer("data").order_by("pk")
        ),
    )  # fmt: skip
