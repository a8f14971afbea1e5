"""All records of a vendor's file, and how each of them is read from a file of somebody else's.

A record that cannot be read is refused with its place (``findings[3]``) and reason; the others
are taken. Nothing secret is in them: links, codes and calendars' addresses stay where they are.
Moments are UTC microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, get_args

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import CadenceClaim, CadenceObservation
from midwatch.vendors.contracts import Contract
from midwatch.vendors.evidence import Evidence, SocReview
from midwatch.vendors.finance.statements import Business, FinancialStatement
from midwatch.vendors.findings import Finding, Measure, PolicyVersion
from midwatch.vendors.holdings import DataHolding
from midwatch.vendors.questionnaires import Answer, TemplateVersion, Verdict
from midwatch.vendors.questionnaires.formats import Imported
from midwatch.vendors.reviews import Recurrence, Review
from midwatch.vendors.service_facts import ServiceFacts
from midwatch.vendors.tiers import Service
from midwatch.vendors.vendor import Vendor

MOST: Final = 1_000
"""Records of one kind."""
_LONGEST: Final = 100_000
_GREATEST: Final = 2**53
"""Moments up to the year 2255, and every number that JSON holds exactly."""
_DIGITS: Final = 30
_DEEPEST: Final = 40
_EARLIEST: Final = 1900
_LATEST: Final = 2200
_SPANS: Final = ("_days", "months")
"""How fields of structs are called that hold lengths of time in days and months."""
_LONGEST_SPAN: Final = 40_000


class FiledPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper, what was found in it where it is a SOC report, and who brought it."""

    evidence: Evidence
    soc: SocReview | None = None
    brought_by: str = ""


class FiledContract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract, and what a breach could cost."""

    contract: Contract
    exposure: Decimal | None = None


class FiledDrill(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise with a contact; its link is not told."""

    contact: str
    mail: str
    sent_by: str
    sent: int
    expires: int
    answered: int | None = None
    by: str = ""


class AnswerGiven(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, and what stood there before it was changed."""

    answer: Answer
    before: tuple[Answer, ...] = ()


class SaidKind(StrEnum):
    """Who reads it."""

    NOTE = "note"
    BACK = "back"
    REPLY = "reply"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What was said about a question; about the whole where none is named."""

    kind: SaidKind
    text: str
    by: str
    at: int
    question: str = ""
    settled: int | None = None


class AnswerFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the vendor gave with an answer. ``filed``: the id of the paper it became."""

    id: str
    question: str
    name: str
    sha256: str
    by: str
    at: int
    filed: str = ""


class FiledQuestionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire that was sent or brought; ``digest`` names one of the ``versions``."""

    id: str
    digest: str
    created: int
    created_by: str = ""
    name: str = ""
    email: str = ""
    message: str = ""
    due: date | None = None
    source: str = ""
    revoked: int | None = None
    handed_in: int | None = None
    handed_in_by: str = ""
    closed: int | None = None
    closed_by: str = ""
    conclusion: str = ""
    given: tuple[AnswerGiven, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    said: tuple[Said, ...] = ()
    files: tuple[AnswerFile, ...] = ()


class FiledBrought(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire of another kind that was brought, as it was read.

    ``version``: where it can be sent as one of ours.
    """

    imported: Imported
    file_name: str
    sha256: str
    at: int
    by: str
    version: TemplateVersion | None = None


class FiledFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's signed facts. ``paper``: the id of the paper that holds the signed file."""

    facts: ServiceFacts
    key: str
    sha256: str
    paper: str
    received: int
    received_by: str


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's whole file. ``policies``: the newest text of each that a measure cites.

    ``choices_left``: in how many choices it stands; those are of other vendors too and stay.
    """

    vendor: Vendor
    business: Business = Business.SERVICES
    is_provider: bool = False
    recurrence: Recurrence | None = None
    choices_left: int = 0
    services: tuple[Service, ...] = ()
    statements: tuple[FinancialStatement, ...] = ()
    papers: tuple[FiledPaper, ...] = ()
    contracts: tuple[FiledContract, ...] = ()
    findings: tuple[Finding, ...] = ()
    policies: tuple[PolicyVersion, ...] = ()
    measures: tuple[Measure, ...] = ()
    reviews: tuple[Review, ...] = ()
    drills: tuple[FiledDrill, ...] = ()
    promises: tuple[CadenceClaim, ...] = ()
    sightings: tuple[CadenceObservation, ...] = ()
    versions: tuple[TemplateVersion, ...] = ()
    questionnaires: tuple[FiledQuestionnaire, ...] = ()
    brought: tuple[FiledBrought, ...] = ()
    holdings: tuple[DataHolding, ...] = ()
    facts: tuple[FiledFacts, ...] = ()

    def documents(self) -> Iterator[tuple[str, str]]:
        """The SHA-256 of every document, with the place of the record that names it."""
        for number, paper in enumerate(self.papers):
            if paper.evidence.sha256:
                yield paper.evidence.sha256, f"papers[{number}]"
        for number, asked in enumerate(self.questionnaires):
            for spot, file in enumerate(asked.files):
                yield file.sha256, f"questionnaires[{number}].files[{spot}]"


class Refused(msgspec.Struct, frozen=True, order=True):
    """A part that was not taken: where it stands, and why."""

    place: str
    why: str


PARTS: Final[Mapping[str, type]] = {
    each.name: get_args(each.type)[0]
    for each in msgspec.structs.fields(Records)
    if getattr(each.type, "__origin__", None) is tuple
}
"""The lists, each with the kind of its records."""


def read_records(data: bytes, name: str) -> tuple[Records, list[Refused]]:
    """The records of a file, and those that were refused. ``name``: of the file, for errors.

    Raises:
        BadInputError: It is no such list, or who the vendor is cannot be read.
    """
    try:
        loose = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(
            f"records.json cannot be read: {error}", remedy="export the file anew", path=name
        ) from error
    refused: list[Refused] = []
    found: dict[str, Any] = {}
    for each in msgspec.structs.fields(Records):
        raw = loose.pop(each.name, None)
        if raw is None:
            continue
        if each.name in PARTS:
            found[each.name] = tuple(_part(each.name, raw, refused))
            continue
        try:
            found[each.name] = decoded(raw, each.type)
        except ValueError as error:
            if each.name == "vendor":
                raise BadInputError(
                    f"records.json, vendor: {error}", remedy="export the file anew", path=name
                ) from error
            refused.append(Refused(each.name, str(error)))
    refused += [Refused(each, "this Midwatch knows no such part") for each in sorted(loose)[:20]]
    if "vendor" not in found:
        raise BadInputError(
            "records.json does not say which vendor it is about",
            remedy="export the file anew", path=name,
        )  # fmt: skip
    return Records(**found), refused


def _part(name: str, raw: msgspec.Raw, refused: list[Refused]) -> Iterator[Any]:
    try:
        rows = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        refused.append(Refused(name, str(error)))
        return
    if len(rows) > MOST:
        refused.append(Refused(f"{name}[{MOST}]", f"more than {MOST:,} are not taken"))
    for number, row in enumerate(rows[:MOST]):
        try:
            yield decoded(row, PARTS[name])
        except ValueError as error:
            refused.append(Refused(f"{name}[{number}]", str(error)))


def decoded(raw: msgspec.Raw, kind: Any) -> Any:  # noqa: ANN401  # any struct there is
    """One record.

    Raises:
        ValueError: It is none, or holds what no database or page could bear.
    """
    try:
        _look(msgspec.json.decode(raw), 0)
        made = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    _look(made, 0)
    return made


def _look(value: object, depth: int) -> None:
    """Refuse what is too long, too large or too deep, and characters that no text holds."""
    if depth > _DEEPEST:
        raise ValueError("it is nested too deep")
    if isinstance(value, str):
        _look_at_text(value)
    elif isinstance(value, Decimal | int | float | date):
        _look_at_amount(value)
    elif isinstance(value, Mapping):
        for each in (*value.keys(), *value.values()):
            _look(each, depth + 1)
    elif isinstance(value, list | tuple):
        for each in value:
            _look(each, depth + 1)
    elif isinstance(value, msgspec.Struct):
        _look_at_fields(value, depth)


def _look_at_fields(value: msgspec.Struct, depth: int) -> None:
    for field in value.__struct_fields__:
        each = getattr(value, field)
        _look(each, depth + 1)
        if isinstance(each, int) and field.endswith(_SPANS) and not 0 <= each <= _LONGEST_SPAN:
            raise ValueError(f"{field} is {each}, beyond all measure")


def _look_at_text(text: str) -> None:
    if len(text) > _LONGEST:
        raise ValueError(f"a text has more than {_LONGEST:,} characters")
    if "\0" in text:
        raise ValueError("a text holds the character NUL")


def _look_at_amount(value: Decimal | float | date) -> None:
    if isinstance(value, date):
        within = _EARLIEST <= value.year <= _LATEST
    elif isinstance(value, Decimal):
        digits = len(value.as_tuple().digits)
        within = value.is_finite() and abs(value.adjusted()) < _DIGITS and digits <= _DIGITS
    else:
        within = abs(value) <= _GREATEST
    if not within:
        raise ValueError("a day, an amount or a number is beyond all measure")
