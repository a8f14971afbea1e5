"""Reads the record: who did what, and who looked at what; masked as everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from django.db.models import Q, QuerySet

from midwatch.desk.access.masking import Masker
from midwatch.desk.access.roles import PROVIDER_ROLES, Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.audit.models import Entry, Reveal

KINDS: Final = ("all", "reveals", "sign_in", "people", "incident")
"""What may be asked for alone; each but the first two is the start of a verb."""
_SIGN_IN: Final = ("sign_in.", "sign_on.", "password.", "factor.", "token.")
_HIDDEN: Final = "(masked)"
_Row = TypeVar("_Row", Entry, Reveal)


@dataclass(frozen=True, slots=True)
class Question:
    """What of the record is asked for. ``tenant``: empty for all; days are UTC moments."""

    tenant: str = ""
    kind: str = "all"
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the record. ``until``: of a reveal, when it was masked again."""

    at: datetime
    who: str
    role: str
    tenant: str
    verb: str
    subject: str
    detail: Mapping[str, object]
    address: str = ""
    reason: str = ""
    fields: tuple[str, ...] = ()
    until: datetime | None = None


def lines(
    scope: Scope, question: Question, most: int, before: datetime | None = None
) -> list[Line]:
    """The newest lines, at most so many, older than ``before``.

    Raises:
        Http404: The client is not the viewer's.
    """
    reach = _reach(scope, question.tenant)
    found: list[Line] = []
    if question.kind != "reveals":
        entries = _narrowed(Entry.objects.filter(reach), question, before)
        if question.kind == "sign_in":
            starts = Q()
            for start in _SIGN_IN:
                starts |= Q(verb__startswith=start)
            entries = entries.filter(starts)
        elif question.kind != "all":
            entries = entries.filter(verb__startswith=f"{question.kind}.")
        found += [_entry(scope, each) for each in entries.order_by("-at", "-id")[:most]]
    if question.kind in ("all", "reveals"):
        reveals = _narrowed(Reveal.objects.filter(reach), question, before)
        found += [_reveal(scope, each) for each in reveals.order_by("-at", "-id")[:most]]
    found.sort(key=lambda line: line.at, reverse=True)
    return found[:most]


def looks_since(scope: Scope, tenant: str, length: timedelta) -> list[Line]:
    """Who looked behind the client's masks lately, newest first: for the client's own page."""
    since = datetime.fromtimestamp(scope.now / 1_000_000, UTC) - length
    return lines(scope, Question(tenant, "reveals", since=since), most=50)


def _reach(scope: Scope, tenant: str) -> Q:
    if tenant:
        return Q(tenant=scope.tenant(tenant, Permission.RECORD).id)
    if scope.viewer.may(Permission.RECORD):
        return Q()
    return Q(tenant__in=[each.id for each in scope.tenants(Permission.RECORD)])


def _narrowed(rows: QuerySet[_Row], question: Question, before: datetime | None) -> QuerySet[_Row]:
    if question.who:
        rows = rows.filter(name__icontains=question.who)
    if question.since is not None:
        rows = rows.filter(at__gte=question.since)
    if question.until is not None:
        rows = rows.filter(at__lt=question.until)
    return rows if before is None else rows.filter(at__lt=before)


def _entry(scope: Scope, entry: Entry) -> Line:
    masker = _masker(scope, entry.tenant)
    return Line(
        at=entry.at,
        who=_person(masker, entry.name, entry.role),
        role=entry.role,
        tenant=entry.tenant,
        verb=entry.verb,
        subject=_subject(masker, entry.subject),
        detail={key: _subject(masker, str(value)) for key, value in entry.detail.items()},
        address=_origin(masker, entry.address, entry.role),
    )


def _reveal(scope: Scope, reveal: Reveal) -> Line:
    masker = _masker(scope, reveal.tenant)
    return Line(
        at=reveal.at,
        who=_person(masker, reveal.name, reveal.role),
        role=reveal.role,
        tenant=reveal.tenant,
        verb="reveal",
        subject=_subject(masker, reveal.subject),
        detail={},
        reason=reveal.reason if masker is None else _HIDDEN,
        fields=tuple(str(each) for each in reveal.fields),
        until=reveal.until,
    )


def _masker(scope: Scope, tenant: str) -> Masker | None:
    return scope.masker(tenant) if tenant and scope.masks(tenant) else None


def _person(masker: Masker | None, name: str, role: str) -> str:
    """The provider's people are named to everybody; a client's are not, where names are masked."""
    return name if masker is None or role in PROVIDER_ROLES else masker.code("user", name)


def _subject(masker: Masker | None, text: str) -> str:
    return text if masker is None else masker.text(text)


def _origin(masker: Masker | None, address: str, role: str) -> str:
    """Where a client's people sit is not told where names are masked."""
    return address if masker is None or role in PROVIDER_ROLES or not address else _HIDDEN
