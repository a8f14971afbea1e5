"""How a record of each part is taken: True where it was, False where it was there already.

What says of the same thing otherwise than what is on file is refused: nothing here is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.utils.translation import gettext as _

from midwatch.desk.choosing.models import Facts, Holding
from midwatch.desk.dossier.answered import take_brought, take_questionnaire, take_version
from midwatch.desk.people.tokens import new_token
from midwatch.desk.vendors.models import (
    Contract,
    Drill,
    Finding,
    Measure,
    Paper,
    Part,
    Policy,
    Promise,
    Review,
    Service,
    Sighting,
    Statement,
    new_reference,
)
from midwatch.desk.vendors.papers import keep_bytes, plain_name
from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import CadenceClaim, CadenceObservation
from midwatch.vendors.dossier import FiledContract, FiledDrill, FiledFacts, FiledPaper
from midwatch.vendors.evidence import Assurance, EvidenceKind
from midwatch.vendors.finance.statements import FinancialStatement
from midwatch.vendors.findings import Finding as FindingStruct
from midwatch.vendors.findings import Measure as MeasureStruct
from midwatch.vendors.findings import PolicyVersion
from midwatch.vendors.holdings import DataHolding
from midwatch.vendors.reviews import Review as ReviewStruct
from midwatch.vendors.service_facts import read_signed
from midwatch.vendors.tiers import Service as ServiceStruct

if TYPE_CHECKING:
    from midwatch.desk.dossier.importing import Bringing

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_IDS: Final = frozenset(
    {"id", "vendor", "client", "about", "replaces", "evidence", "finding", "findings", "proof"}
)
"""Fields that hold ids, which are others here."""


def moment(micros: int) -> datetime:
    """The moment of UTC microseconds."""
    return _EPOCH + timedelta(microseconds=micros)


def settled(here: msgspec.Struct, there: msgspec.Struct) -> bool:
    """False, where both say the same; what is there already is not taken.

    Raises:
        BadInputError: They differ.
    """
    if _plain(here) != _plain(there):
        raise BadInputError(
            _("there is one already that says otherwise; it stays as it stands here"),
            remedy=_("compare the two, and put the one here right by hand"),
        )
    return False


def _plain(struct: msgspec.Struct) -> dict[str, object]:
    told = msgspec.to_builtins(struct)
    return {name: value for name, value in told.items() if name not in _IDS}


def _keep(bringing: Bringing, kind: type[Part], struct: Any, **more: Any) -> Any:  # noqa: ANN401  # one of the parts' models, and its struct
    kept: Any = kind(
        tenant=bringing.vendor.tenant, vendor=bringing.vendor, reference=new_reference(), **more
    )
    named = {
        "id": kept.reference, "vendor": bringing.vendor.reference,
        "client": bringing.vendor.tenant,
    }  # fmt: skip
    kept.put(
        msgspec.structs.replace(
            struct, **{name: to for name, to in named.items() if name in struct.__struct_fields__}
        )
    )
    kept.save()
    return kept


def _service(bringing: Bringing, told: ServiceStruct) -> bool:
    here = bringing.vendor.services.filter(name=told.name[:200]).first()
    if here is not None:
        return settled(here.struct, told)
    _keep(bringing, Service, told)
    return True


def _statement(bringing: Bringing, told: FinancialStatement) -> bool:
    here = bringing.vendor.statements.filter(end=told.end).first()
    if here is not None:
        return settled(here.struct, told)
    _keep(bringing, Statement, told)
    return True


def _paper(bringing: Bringing, told: FiledPaper) -> bool:
    evidence, vendor = told.evidence, bringing.vendor
    title = " ".join(evidence.title.split())[:200]
    here = vendor.papers.filter(
        title=title, sha256=evidence.sha256, received=evidence.received
    ).first()
    if here is not None:
        bringing.ids[evidence.id] = here.reference
        return settled(here.struct, _trusted(evidence, here.struct.assurance))
    if not title:
        raise BadInputError(_("a paper needs a title"), remedy=_("say what it is"))
    if evidence.sha256:
        keep_bytes(vendor.tenant, bringing.package.document(evidence.sha256))
    older = vendor.papers.filter(
        reference=bringing.now_called(evidence.replaces), newer=None
    ).first()
    made = _keep(
        bringing, Paper,
        msgspec.structs.replace(
            _trusted(evidence), title=title, file_name=plain_name(evidence.file_name),
            replaces="" if older is None else older.reference,
        ),
        brought_by=told.brought_by[:254],
    )  # fmt: skip
    if told.soc is not None and told.soc.start <= told.soc.end:
        soc = msgspec.structs.replace(told.soc, evidence=made.reference)
        made.soc = msgspec.to_builtins(soc)
        made.save()
    if older is not None:
        older.newer = made
        older.save()
    bringing.ids[evidence.id] = made.reference
    return True


def _trusted(evidence: Any, as_here: Assurance = Assurance.CLAIMED) -> Any:  # noqa: ANN401  # evidence, as it came
    """Facts whose key nobody here compared are a claim, whatever was made of them elsewhere."""
    if evidence.kind is not EvidenceKind.SERVICE_FACTS:
        return evidence
    return msgspec.structs.replace(evidence, assurance=as_here)


def _contract(bringing: Bringing, told: FiledContract) -> bool:
    struct = told.contract
    for here in bringing.vendor.contracts.filter(title=struct.title[:200]):
        if here.struct.start == struct.start:
            bringing.ids[struct.id] = here.reference
            return settled(here.struct, struct)
    if struct.end is not None and struct.end < struct.start:
        raise BadInputError(_("it ends before it begins"), remedy=_("look at the two days again"))
    made = _keep(bringing, Contract, struct, exposure=told.exposure)
    bringing.ids[struct.id] = made.reference
    return True


def _finding(bringing: Bringing, told: FindingStruct) -> bool:
    for here in bringing.vendor.findings.filter(title=told.title[:200]):
        if here.struct.opened == told.opened:
            bringing.ids[told.id] = here.reference
            return settled(here.struct, told)
    if not told.title.strip():
        raise BadInputError(_("a finding needs a title"), remedy=_("say what is not as it should"))
    about = bringing.now_called(told.about)
    made = _keep(bringing, Finding, msgspec.structs.replace(told, about=about))
    bringing.ids[told.id] = made.reference
    return True


def _policy(bringing: Bringing, told: PolicyVersion) -> bool:
    """One that the client has not; it waits for somebody here to approve it."""
    tenant = bringing.vendor.tenant
    if Policy.objects.filter(tenant=tenant, policy=told.policy).exists():
        bringing.ids[told.policy] = told.policy
        return False
    same = Policy.objects.filter(tenant=tenant, title=told.title[:200]).first()
    if same is not None:
        bringing.ids[told.policy] = same.policy
        return False
    made = Policy(tenant=tenant)
    made.put(
        msgspec.structs.replace(
            told, policy=new_reference(), version=1, approver="", approved=None,
            author=bringing.acts.scope.viewer.name,
        )
    )  # fmt: skip
    made.save()
    bringing.ids[told.policy] = made.policy
    return True


def _measure(bringing: Bringing, told: MeasureStruct) -> bool:
    finding = bringing.vendor.findings.filter(reference=bringing.now_called(told.finding)).first()
    if finding is None:
        raise BadInputError(
            _("the finding it belongs to was not taken"), remedy=_("put that one right first")
        )
    for here in finding.measures.all():
        if (here.struct.text, here.struct.due) == (told.text, told.due):
            return settled(here.struct, msgspec.structs.replace(told, policy=here.policy))
    policy = bringing.now_called(told.policy)
    if not policy:
        raise BadInputError(
            _("the policy it stands in was not taken"), remedy=_("put that one right first")
        )
    made = Measure(tenant=bringing.vendor.tenant, finding=finding, reference=new_reference())
    made.put(
        msgspec.structs.replace(told, id=made.reference, finding=finding.reference, policy=policy)
    )
    made.save()
    return True


def _review(bringing: Bringing, told: ReviewStruct) -> bool:
    for here in bringing.vendor.reviews.filter(due=told.due, done=told.done):
        return settled(here.struct, told)
    if told.done is None and bringing.vendor.reviews.filter(done=None).exists():
        raise BadInputError(_("a review is open already"), remedy=_("finish that one first"))
    findings = tuple(filter(None, (bringing.now_called(each) for each in told.findings)))
    _keep(bringing, Review, msgspec.structs.replace(told, findings=findings))
    return True


def _drill(bringing: Bringing, told: FiledDrill) -> bool:
    there = bringing.vendor.drills.filter(contact=told.contact[:200], sent=moment(told.sent))
    if there.exists():
        return False
    _token, digest = new_token()  # told to nobody: this exercise is over
    Drill.objects.create(
        tenant=bringing.vendor.tenant, vendor=bringing.vendor, contact=told.contact[:200],
        mail=told.mail[:254], digest=digest, sent_by=told.sent_by[:254], sent=moment(told.sent),
        expires=moment(min(told.expires, bringing.acts.scope.now)),
        answered=None if told.answered is None else moment(told.answered), by=told.by[:120],
    )  # fmt: skip
    return True


def _promise(bringing: Bringing, told: CadenceClaim) -> bool:
    if told.every_hours <= 0:
        raise BadInputError(_("it promises nothing"), remedy=_("say how often"))
    for here in bringing.vendor.promises.all():
        if here.struct.kind is told.kind:
            return settled(here.struct, told)
    _keep(bringing, Promise, told)
    return True


def _sighting(bringing: Bringing, told: CadenceObservation) -> bool:
    for here in bringing.vendor.sightings.filter(at=moment(told.at)):
        if here.struct.kind is told.kind:
            return settled(here.struct, told)
    if told.at > bringing.acts.scope.now:
        raise BadInputError(_("that lies in the future"), remedy=_("choose the day it happened"))
    _keep(bringing, Sighting, told, at=moment(told.at))
    return True


def _holding(bringing: Bringing, told: DataHolding) -> bool:
    vendor = bringing.vendor
    for here in vendor.holdings.filter(category=told.category.value):
        if (here.held.what, here.held.about) == (told.what, told.about):
            bringing.ids[told.id] = here.reference
            return settled(here.held, told)
    made = Holding(tenant=vendor.tenant, vendor=vendor, reference=new_reference())
    made.put(
        msgspec.structs.replace(
            told, id=made.reference, vendor=vendor.reference, client=vendor.tenant,
            proof=bringing.now_called(told.proof),
        )
    )  # fmt: skip
    made.save()
    bringing.ids[told.id] = made.reference
    return True


def _facts(bringing: Bringing, told: FiledFacts) -> bool:
    """Verified again, from the signed file itself."""
    vendor = bringing.vendor
    if vendor.service_facts.filter(sha256=told.sha256).exists():
        return False
    if told.sha256 not in bringing.package.good:
        raise BadInputError(
            _("the signed file is not in it, so nobody can verify them"),
            remedy=_("bring that file in by itself"),
        )
    verified = read_signed(bringing.package.document(told.sha256), "")
    if verified.facts != told.facts or verified.key != told.key:
        raise BadInputError(
            _("the signed file says otherwise"), remedy=_("bring that file in by itself")
        )
    made = Facts.objects.create(
        tenant=vendor.tenant, vendor=vendor, key=verified.key, sha256=verified.sha256,
        body=msgspec.to_builtins(verified.facts), received_by=told.received_by[:254],
        paper=vendor.papers.filter(reference=bringing.now_called(told.paper)).first(),
    )  # fmt: skip
    Facts.objects.filter(pk=made.pk).update(received=moment(told.received))
    return True


PARTS: Final[Mapping[str, Callable[[Bringing, Any], bool]]] = {
    "services": _service,
    "statements": _statement,
    "papers": _paper,
    "contracts": _contract,
    "versions": take_version,
    "questionnaires": take_questionnaire,
    "brought": take_brought,
    "findings": _finding,
    "policies": _policy,
    "measures": _measure,
    "reviews": _review,
    "drills": _drill,
    "promises": _promise,
    "sightings": _sighting,
    "holdings": _holding,
    "facts": _facts,
}
"""In the order in which they are taken: what is named comes before what names it."""
